"""Refresh tokens: rotated at each use, revoked as a family when a spent one comes again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from app.clients.service import delete_client
from app.credentials.service import set_password
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.crypto import hash_token
from app.kit.runtime import override
from app.oidc.queries import consents
from app.sessions.service import end_session
from app.sessions.types import Session
from app.users.service import ban_user, delete_user, unban_user, update_user
from app.users.types import User, UserChanges
from tests.oidc.support import Party, claims_of, make_party, sign_in
from tests.support import as_user, commit, make_user

LATER = timedelta(minutes=1)


async def refreshed(party: Party, token: str, **changes: str | None) -> dict[str, str]:
    answer = await party.refresh(token, **changes)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def refused(party: Party, token: str, **changes: str | None) -> str:
    answer = await party.refresh(token, **changes)
    assert answer.status_code == 400
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["error"])


async def count_reuse() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM events_audit WHERE action = 'oidc.refresh_reused'"))


async def test_rfc6749_6_a_refresh_gives_new_tokens(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        first = await party.tokens()
        stopped.advance(LATER)

        second = await refreshed(party, first["refresh_token"])

    old, new = claims_of(first["access_token"]), claims_of(second["access_token"])
    assert new["jti"] != old["jti"]
    assert new["iat"] == old["iat"] + 60
    assert new["sub"] == old["sub"]
    assert new["auth_time"] == old["auth_time"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == first["scope"]


async def test_oidc_core_12_2_a_refreshed_id_token_speaks_of_the_same_sign_in(party: Party, session: Session) -> None:
    first = await party.tokens()
    second = await refreshed(party, first["refresh_token"])

    old, new = claims_of(first["id_token"]), claims_of(second["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "sid"):
        assert new[name] == old[name]
    assert "nonce" not in new


async def test_only_the_hash_of_a_refresh_token_is_stored(party: Party, session: Session) -> None:
    token = (await party.tokens())["refresh_token"]

    row = await db.fetch_row("SELECT * FROM oidc_grant")
    assert row is not None
    assert row["refresh_hash"] == hash_token(token)
    assert token not in repr(dict(row))


async def test_rfc9700_4_14_2_reuse_of_a_spent_token_revokes_the_family(
    party: Party, session: Session, user: User
) -> None:
    with clock.frozen() as stopped:
        first = await party.tokens()
        second = await refreshed(party, first["refresh_token"])
        stopped.advance(timedelta(seconds=10))

        assert await refused(party, first["refresh_token"]) == "invalid_grant"

        assert await refused(party, second["refresh_token"]) == "invalid_grant"
        assert (await party.userinfo(second["access_token"])).status_code == 401
    audit = await db.fetch("SELECT * FROM events_audit WHERE action = 'oidc.refresh_reused'")
    assert [(row["outcome"], row["actor_id"], row["about_user_id"]) for row in audit] == [
        ("denied", party.client.id, user.id)
    ]


async def test_within_the_grace_a_spent_token_gives_the_same_successor(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        first = await party.tokens()
        second = await refreshed(party, first["refresh_token"])
        stopped.advance(timedelta(seconds=9))

        again = await refreshed(party, first["refresh_token"])

        assert again["refresh_token"] == second["refresh_token"]
        assert again["access_token"] != second["access_token"]
        assert await count_reuse() == 0
        assert (await party.refresh(second["refresh_token"])).status_code == 200


async def test_within_the_grace_another_client_gets_nothing(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    other = await make_party(browser)
    first = await party.tokens()
    second = await refreshed(party, first["refresh_token"])

    assert await refused(other, first["refresh_token"]) == "invalid_grant"
    assert await refused(other, second["refresh_token"]) == "invalid_grant"

    assert (await party.refresh(second["refresh_token"])).status_code == 200


async def test_a_grandparent_revokes_the_family_even_within_the_grace(party: Party, session: Session) -> None:
    first = await party.tokens()
    second = await refreshed(party, first["refresh_token"])
    third = await refreshed(party, second["refresh_token"])

    assert await refused(party, first["refresh_token"]) == "invalid_grant"

    assert await refused(party, third["refresh_token"]) == "invalid_grant"
    assert await count_reuse() == 1


async def test_a_token_spent_long_ago_revokes_the_family(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        first = newest = await party.tokens()
        for _ in range(5):
            stopped.advance(timedelta(hours=1))
            newest = await refreshed(party, newest["refresh_token"])

        assert await refused(party, first["refresh_token"]) == "invalid_grant"
        assert await refused(party, newest["refresh_token"]) == "invalid_grant"


async def test_without_grace_a_spent_token_revokes_at_once(party: Party, session: Session) -> None:
    with override(refresh_grace=timedelta(0)):
        first = await party.tokens()
        second = await refreshed(party, first["refresh_token"])

        assert await refused(party, first["refresh_token"]) == "invalid_grant"
        assert await refused(party, second["refresh_token"]) == "invalid_grant"


async def test_fifty_parallel_refreshes_give_one_successor(party: Party, session: Session) -> None:
    token = (await party.tokens())["refresh_token"]

    answers = await asyncio.gather(*(party.refresh(token) for _ in range(50)))

    assert [answer.status_code for answer in answers] == [200] * 50
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant WHERE revoked_at IS NULL") == 1


async def test_a_parallel_reuse_revokes_once_and_never_fails(party: Party, session: Session) -> None:
    first = await party.tokens()
    second = await refreshed(party, first["refresh_token"])
    await refreshed(party, second["refresh_token"])

    answers = await asyncio.gather(*(party.refresh(first["refresh_token"]) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {400}
    assert await count_reuse() == 1


async def test_made_up_tokens_of_a_known_family_revoke_nothing(party: Party, session: Session) -> None:
    token = (await party.tokens())["refresh_token"]
    family = token[: len("art_") + 26]

    assert await refused(party, family + "A" * 86) == "invalid_grant"
    assert await refused(party, token[:-1] + ("A" if token[-1] != "A" else "Q")) == "invalid_grant"
    assert await refused(party, "art_" + "A" * 112) == "invalid_grant"

    assert (await party.refresh(token)).status_code == 200


async def test_rfc6749_6_the_scope_may_be_narrowed_and_the_family_keeps_its_own(party: Party, session: Session) -> None:
    first = await party.tokens(scope="openid profile email")

    second = await refreshed(party, first["refresh_token"], scope="email")
    third = await refreshed(party, second["refresh_token"])

    assert second["scope"] == "email"
    assert "id_token" not in second
    assert third["scope"] == "openid profile email"


@pytest.mark.parametrize("scope", ["openid profile email offline_access", "openid admin", 'op"en'])
async def test_rfc6749_6_a_wider_scope_is_refused_and_does_not_spend_the_token(
    party: Party, session: Session, scope: str
) -> None:
    token = (await party.tokens())["refresh_token"]

    assert await refused(party, token, scope=scope) == "invalid_scope"

    assert (await party.refresh(token)).status_code == 200
    assert await count_reuse() == 0


async def test_a_refresh_token_dies_after_so_long_without_use(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        first = await party.tokens(scope="openid offline_access")
        stopped.advance(timedelta(days=13, hours=23))
        second = await refreshed(party, first["refresh_token"])
        stopped.advance(timedelta(days=14))

        assert await refused(party, second["refresh_token"]) == "invalid_grant"


async def test_a_family_dies_after_so_long_in_any_case(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        token = (await party.tokens(scope="openid offline_access"))["refresh_token"]
        for _ in range(8):
            stopped.advance(timedelta(days=11))
            token = (await refreshed(party, token))["refresh_token"]
        stopped.advance(timedelta(days=2))

        assert await refused(party, token) == "invalid_grant"


async def test_a_client_may_shorten_the_life_of_a_family(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, refresh_token_ttl_seconds=3600)
    with clock.frozen() as stopped:
        token = (await party.tokens())["refresh_token"]
        stopped.advance(timedelta(hours=1))

        assert await refused(party, token) == "invalid_grant"


async def test_without_offline_access_a_family_ends_when_its_session_runs_out(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        bound, free = await party.tokens(), await party.tokens(scope="openid offline_access")
        stopped.advance(timedelta(days=13))
        bound, free = await refreshed(party, bound["refresh_token"]), await refreshed(party, free["refresh_token"])
        stopped.advance(timedelta(days=1))

        assert await refused(party, bound["refresh_token"]) == "invalid_grant"
        assert (await party.refresh(free["refresh_token"])).status_code == 200


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
async def test_ending_a_session_ends_the_refresh_tokens_that_grew_from_it(
    party: Party, session: Session, user: User, scope: str
) -> None:
    token = (await party.tokens(scope=scope))["refresh_token"]

    await commit(end_session(as_user(user), session.id))

    assert await refused(party, token) == "invalid_grant"
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant WHERE revoked_at IS NULL") == 0


async def test_a_session_that_ends_during_a_redemption_takes_the_new_grant_with_it(
    party: Party, session: Session, user: User
) -> None:
    codes = [await party.code() for _ in range(10)]

    async def end() -> None:
        await commit(end_session(as_user(user), session.id))

    await asyncio.gather(
        *(party.redeem(code) for code in codes[:5]), end(), *(party.redeem(code) for code in codes[5:])
    )

    assert await db.fetch_value("SELECT count(*) FROM oidc_grant WHERE revoked_at IS NULL") == 0


async def test_a_ban_is_seen_at_the_next_refresh(party: Party, session: Session, user: User) -> None:
    token = (await party.tokens(scope="openid offline_access"))["refresh_token"]

    await commit(ban_user(SYSTEM, user.id, reason=None, until=None))

    assert await refused(party, token) == "invalid_grant"


async def test_a_deleted_user_has_no_refresh_tokens(party: Party, session: Session, user: User) -> None:
    token = (await party.tokens())["refresh_token"]

    await commit(delete_user(SYSTEM, user.id))

    assert await refused(party, token) == "invalid_grant"
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant") == 0


async def test_a_deleted_client_has_no_refresh_tokens(party: Party, session: Session) -> None:
    token = (await party.tokens())["refresh_token"]

    await commit(delete_client(SYSTEM, party.client.id))

    assert (await party.refresh(token)).json()["error"] == "invalid_client"
    assert await db.fetch_value("SELECT count(*) FROM oidc_grant") == 0


async def test_a_third_party_gets_a_refresh_token_only_with_offline_access(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    party = await make_party(browser, is_first_party=False)
    await commit(consents.add(user.id, party.client.id, ("openid",)))

    assert "refresh_token" not in await party.tokens(scope="openid")


async def test_a_client_that_is_not_registered_for_it_gets_no_refresh_token(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, grant_types=("authorization_code",))

    assert "refresh_token" not in await party.tokens(scope="openid offline_access")


async def test_a_public_client_refreshes_without_a_secret(public_party: Party, session: Session) -> None:
    first = await public_party.tokens()

    assert (await refreshed(public_party, first["refresh_token"]))["refresh_token"] != first["refresh_token"]


async def test_claims_are_those_of_the_moment(party: Party, session: Session, user: User) -> None:
    first = await party.tokens()
    await commit(update_user(SYSTEM, user.id, UserChanges(name="Countess")))

    second = await refreshed(party, first["refresh_token"])

    assert claims_of(first["id_token"])["name"] == "Ada Lovelace"
    assert claims_of(second["id_token"])["name"] == "Countess"


async def test_another_users_grant_is_untouched_by_a_reuse(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    mine = await party.tokens()
    await sign_in(browser, await make_user("grace@example.com"))
    theirs = await party.tokens()
    second = await refreshed(party, mine["refresh_token"])
    await refreshed(party, second["refresh_token"])

    await refused(party, mine["refresh_token"])

    assert (await party.refresh(theirs["refresh_token"])).status_code == 200


@pytest.mark.parametrize("end", ["new password", "ban"])
async def test_a_grant_that_outlived_its_session_s_row_ends_with_the_proof(
    party: Party, session: Session, user: User, end: str
) -> None:
    token = (await party.tokens())["refresh_token"]
    await db.execute("DELETE FROM sessions_session WHERE id = $1", session.id)

    if end == "ban":
        await commit(ban_user(SYSTEM, user.id, until=clock.now() + LATER))
        await commit(unban_user(SYSTEM, user.id))
    else:
        await commit(set_password(SYSTEM, user.id, "a new and quite unguessable phrase"))

    assert await refused(party, token) == "invalid_grant"
