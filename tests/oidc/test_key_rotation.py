"""Tokens while keys follow one another, and when one is taken out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from app.jobs.schedules import tend
from app.jobs.service import run_pending
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.clock import FrozenClock
from app.sessions.types import Session
from app.signing.service import list_keys, run_rotation, withdraw_key
from app.signing.types import KeyStatus
from app.users.types import User
from tests.oidc.support import AFTER_LOGOUT, Party, header_of, sign_in
from tests.support import commit

DAY = timedelta(days=1)


async def key_set(browser: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await browser.get("/oauth2/jwks")).json())


async def pass_days(now: FrozenClock, days: int) -> None:
    """Days of a server that runs: its rotation looks at the clock, and sessions stay in use."""
    for _ in range(days):
        now.advance(DAY)
        await commit(run_rotation())


async def logout(party: Party, hint: str) -> httpx.Response:
    return await party.browser.get(
        "/oauth2/logout", params={"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT}
    )


async def test_a_token_signed_by_the_previous_key_verifies_through_the_overlap(party: Party, user: User) -> None:
    with clock.frozen() as now:
        await sign_in(party.browser, user)
        first = await party.tokens()
        before = header_of(first["access_token"])["kid"]
        await pass_days(now, 29)
        now.advance(DAY - timedelta(minutes=1))
        await sign_in(party.browser, user)
        last = await party.tokens()
        now.advance(timedelta(minutes=2))
        after = await party.tokens()

        assert header_of(last["access_token"])["kid"] == before
        assert header_of(after["access_token"])["kid"] != before
        published = await key_set(party.browser)
        for tokens in (last, after):
            assert (await party.userinfo(tokens["access_token"])).status_code == 200
            answer = await party.post("/oauth2/introspect", {"token": tokens["access_token"]})
            assert answer.json()["active"] is True
            # A resource server that holds nothing but the published keys.
            read = jwt.decode(tokens["access_token"], KeySet.import_key_set(published), algorithms=["ES256"])  # type: ignore[arg-type]
            assert read.claims["sub"] == user.id


async def test_keys_follow_one_another_by_themselves_once_among_workers(party: Party, user: User) -> None:
    with clock.frozen() as now:
        await sign_in(party.browser, user)
        before = header_of((await party.tokens())["access_token"])["kid"]
        now.advance(29 * DAY)
        await asyncio.gather(*(tend() for _ in range(3)))
        await asyncio.gather(*(run_pending() for _ in range(3)))
        keys = await list_keys(SYSTEM)
        now.advance(DAY)
        await sign_in(party.browser, user)
        after = header_of((await party.tokens())["access_token"])["kid"]

    [successor] = [key for key in keys if key.alg == "ES256" and key.status is KeyStatus.PENDING]
    assert len(keys) == 2 * len({key.alg for key in keys}) == 6
    assert after == successor.kid != before


async def test_an_id_token_is_a_hint_as_long_as_its_key_is_kept_and_no_longer(party: Party, user: User) -> None:
    with clock.frozen() as now:
        await sign_in(party.browser, user)
        hint = (await party.tokens())["id_token"]
        await pass_days(now, 89)
        kept = await logout(party, hint)
        await pass_days(now, 1)
        removed = await logout(party, hint)

    assert kept.headers["location"] == AFTER_LOGOUT
    assert (removed.status_code, "location" in removed.headers) == (200, False)


async def test_what_caches_hold_always_has_the_key_that_signs(party: Party, user: User) -> None:
    """A relying party that reads the key set once a day, at the same hour, never meets an unknown key."""
    with clock.frozen() as now:
        held = await key_set(party.browser)
        for _ in range(95):
            await commit(run_rotation())
            await sign_in(party.browser, user)
            tokens = await party.tokens()
            kids = {key["kid"] for key in held["keys"]}
            assert header_of(tokens["id_token"])["kid"] in kids
            assert header_of(tokens["access_token"])["kid"] in kids
            held = await key_set(party.browser)
            now.advance(DAY - timedelta(minutes=6))


async def test_tokens_of_a_withdrawn_key_are_void_at_once(party: Party, session: Session) -> None:
    tokens = await party.tokens()
    stolen = header_of(tokens["access_token"])["kid"]
    [key] = [key for key in await list_keys(SYSTEM) if key.kid == stolen]
    assert key.status is KeyStatus.ACTIVE

    await commit(withdraw_key(SYSTEM, key.id))

    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    answer = await party.post("/oauth2/introspect", {"token": tokens["access_token"]})
    assert answer.json() == {"active": False}
    assert stolen not in {key["kid"] for key in (await key_set(party.browser))["keys"]}
    again = (await party.refresh(tokens["refresh_token"])).json()
    assert header_of(again["access_token"])["kid"] != stolen
    assert (await party.userinfo(again["access_token"])).status_code == 200
    assert await db.fetch_value("SELECT count(*) FROM events_audit WHERE action = 'key.withdrawn'") == 1


async def test_each_algorithm_has_its_own_life(party: Party, session: Session) -> None:
    tokens = await party.tokens()
    [key] = [key for key in await list_keys(SYSTEM) if key.alg == "RS256"]

    await commit(withdraw_key(SYSTEM, key.id))
    again = await party.tokens()

    assert header_of(again["access_token"])["kid"] == header_of(tokens["access_token"])["kid"]
    assert header_of(again["id_token"])["kid"] != header_of(tokens["id_token"])["kid"]
