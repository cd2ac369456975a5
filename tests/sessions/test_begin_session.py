"""Signing in: a new session each time, a token that is only stored hashed, news about new devices."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Origin
from app.kit.crypto import hash_token
from app.kit.runtime import settings
from app.sessions.errors import SignInRefused
from app.sessions.service import (
    begin_session,
    end_session,
    find_session,
    has_ended,
    is_known_browser,
    resolve_session,
)
from app.sessions.types import Session
from app.users.service import ban_user, delete_user, find_user
from tests.sessions.support import BROWSER, sign_in
from tests.support import ORIGIN, commit, make_user, read_audit, read_everything, read_outbox, unknown_id

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_a_session_notes_where_when_and_how() -> None:
    user = await make_user()

    with clock.frozen(MOMENT):
        new = await sign_in(user)

    assert new.session == Session(
        id=new.session.id,
        user_id=user.id,
        browser_id=BROWSER,
        device="Firefox on Linux",
        ip=ORIGIN.ip,
        user_agent=ORIGIN.user_agent,
        acr="urn:auther:pwd",
        amr=("pwd",),
        auth_time=MOMENT,
        created_at=MOMENT,
        last_seen_at=MOMENT,
        expires_at=MOMENT + settings().session_absolute_ttl,
        ended_at=None,
        impersonator_id=None,
    )
    assert await find_session(new.session.id) == new.session
    signed_in = await find_user(user.id)
    assert signed_in is not None
    assert signed_in.last_sign_in_at == MOMENT


async def test_only_the_hash_of_the_token_is_stored() -> None:
    new = await sign_in(await make_user())

    assert new.token.startswith("ast_")
    assert await db.fetch_value("SELECT token_hash FROM sessions_session") == hash_token(new.token)
    for table in await read_everything():
        assert not await db.fetch_value(f'SELECT count(*) FROM "{table}" t WHERE strpos(t::text, $1) > 0', new.token)
    assert new.token not in repr(await read_audit())


async def test_proving_again_goes_on_under_the_same_id_and_the_token_from_before_is_worth_nothing() -> None:
    user = await make_user()
    with clock.frozen(MOMENT) as stopped:
        first = await sign_in(user)
        stopped.advance(timedelta(hours=1))

        second = await sign_in(user, replaces=first.session.id)

        assert second.token != first.token
        assert await resolve_session(first.token) is None
        resolved = await resolve_session(second.token)
    later = MOMENT + timedelta(hours=1)
    assert second.session == replace(
        first.session, auth_time=later, last_seen_at=later, expires_at=later + settings().session_absolute_ttl
    )
    assert resolved is not None
    assert resolved.session == second.session
    assert [kind for kind, _ in await read_outbox()] == ["user.created", "session.created"]
    renewed = next(event for event in await read_audit() if event.action == "session.renewed")
    assert (renewed.actor_id, renewed.session_id, renewed.target_id) == (user.id, first.session.id, first.session.id)


@pytest.mark.parametrize("reason", ["somebody else", "ended", "expired"])
async def test_a_session_that_cannot_go_on_is_followed_by_one_with_a_new_id(reason: str) -> None:
    ada, eve = await make_user("ada@example.com"), await make_user("eve@example.com")
    with clock.frozen(MOMENT) as stopped:
        first = await sign_in(ada)
        if reason == "ended":
            await commit(end_session(SYSTEM, first.session.id))
        elif reason == "expired":
            stopped.advance(settings().session_absolute_ttl)

        second = await sign_in(eve if reason == "somebody else" else ada, replaces=first.session.id)

        assert second.session.id != first.session.id
        assert await resolve_session(first.token) is None
        assert await resolve_session(second.token) is not None
        assert await has_ended(first.session.id)


async def test_a_session_that_is_to_be_replaced_may_be_over_already() -> None:
    assert (await sign_in(await make_user(), replaces=unknown_id("ses"))).token


async def test_a_sign_in_is_recorded_as_the_users_own_doing() -> None:
    user = await make_user()

    new = await sign_in(user)

    event = (await read_audit())[-1]
    assert (event.action, event.actor_id, event.session_id, event.target_id, event.about_user_id, event.ip) == (
        "session.created",
        user.id,
        new.session.id,
        new.session.id,
        user.id,
        ORIGIN.ip,
    )
    assert event.after == {
        "id": new.session.id,
        "device": "Firefox on Linux",
        "acr": "urn:auther:pwd",
        "amr": ["pwd"],
    }


async def test_a_device_not_seen_before_is_news_but_not_the_very_first() -> None:
    user = await make_user()
    sessions = [
        (await sign_in(user, browser_id="b1")).session.id,
        (await sign_in(user, browser_id="b1")).session.id,
        (await sign_in(user, browser_id="b2")).session.id,
        (await sign_in(user, browser_id="b2")).session.id,
        (await sign_in(user, browser_id="b1")).session.id,
    ]

    news = [target for kind, target in await read_outbox() if kind == "security.new_device_login"]

    assert news == [sessions[2]]


async def test_a_device_seen_twice_in_one_moment_is_news_once() -> None:
    user = await make_user()

    with clock.frozen(MOMENT):
        await sign_in(user, browser_id="b1")
        await sign_in(user, browser_id="b2")
        await sign_in(user, browser_id="b2")

    assert [kind for kind, _ in await read_outbox()].count("security.new_device_login") == 1


async def test_a_browser_is_known_to_the_users_who_signed_in_with_it() -> None:
    ada, eve = await make_user("ada@example.com"), await make_user("eve@example.com")
    await sign_in(ada, browser_id="b1")

    assert await is_known_browser(ada.id, "b1")
    assert not await is_known_browser(ada.id, "b2")
    assert not await is_known_browser(eve.id, "b1")


async def test_a_very_long_user_agent_is_cut() -> None:
    new = await sign_in(await make_user(), origin=Origin("r", "203.0.113.7", "x" * 10_000))

    assert new.session.user_agent == "x" * 512
    assert (await find_session(new.session.id)) == new.session


async def test_a_browser_that_tells_nothing_is_an_unknown_device() -> None:
    new = await sign_in(await make_user(), origin=Origin())

    assert (new.session.ip, new.session.user_agent, new.session.device) == (None, None, "Unknown device")


async def test_who_was_banned_or_deleted_meanwhile_is_refused_and_nothing_happens() -> None:
    ada, eve = await make_user("ada@example.com"), await make_user("eve@example.com")
    await commit(ban_user(SYSTEM, ada.id))
    await commit(delete_user(SYSTEM, eve.id))
    before = await read_everything()

    for user in (ada, eve, replace(ada, id=unknown_id())):
        with pytest.raises(SignInRefused):
            await sign_in(user)

    assert await read_everything() == before


async def test_no_session_outlives_a_ban_that_comes_at_the_same_time() -> None:
    for _ in range(10):
        user = await make_user(f"{unknown_id()}@example.com")

        results = await asyncio.gather(sign_in(user), commit(ban_user(SYSTEM, user.id)), return_exceptions=True)

        assert not isinstance(results[1], BaseException)
        assert not isinstance(results[0], BaseException) or type(results[0]) is SignInRefused
        living = "SELECT count(*) FROM sessions_session WHERE user_id = $1 AND ended_at IS NULL"
        assert await db.fetch_value(living, user.id) == 0


async def test_a_sign_in_that_is_rolled_back_never_happened() -> None:
    user = await make_user()
    before = await read_everything()

    with pytest.raises(KeyError):
        async with db.unit_of_work():
            await begin_session(ANONYMOUS, user, amr=("pwd",), acr="x", browser_id=BROWSER)
            raise KeyError

    assert await read_everything() == before


def test_sessions_last_two_weeks_at_most_and_twelve_hours_without_use() -> None:
    assert settings().session_absolute_ttl == timedelta(days=14)
    assert settings().session_idle_ttl == timedelta(hours=12)
