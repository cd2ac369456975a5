"""Who is behind a cookie: one statement, and nobody once the session is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.sessions.service import end_session, find_session, resolve_session
from app.users.service import ban_user, delete_user, get_user, unban_user
from tests.sessions.support import sign_in
from tests.support import commit, counted_statements, make_user

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
LONG = pytest.param("ast_" + "x" * 10_000, id="long")


async def test_a_live_session_gives_its_user_in_one_statement() -> None:
    user = await make_user(username="ada", attributes={"a": 1})
    new = await sign_in(user)

    with counted_statements() as statements:
        resolved = await resolve_session(new.token)

    assert resolved is not None
    assert resolved.session == new.session
    assert resolved.user == await get_user(user.id)
    assert len(statements) == 1


@pytest.mark.parametrize(
    "token", ["", "ast_", "ast", "ast_" + "x" * 43, "xyz_" + "x" * 43, LONG, "ast_nul\0", "ast_zoë"]
)
async def test_what_is_no_token_of_ours_is_nobody(token: str) -> None:
    await sign_in(await make_user())

    assert await resolve_session(token) is None


@pytest.mark.parametrize("token", ["", "abc", "xyz_" + "x" * 43, LONG])
async def test_what_cannot_be_a_token_costs_no_statement(token: str) -> None:
    with counted_statements() as statements:
        assert await resolve_session(token) is None

    assert statements == []


async def test_a_session_ends_after_so_long_without_use() -> None:
    user = await make_user()
    with clock.frozen(MOMENT) as stopped, override(session_idle_ttl=timedelta(minutes=10)):
        new = await sign_in(user)

        stopped.advance(timedelta(minutes=10) - TICK)
        assert await resolve_session(new.token) is not None

    with clock.frozen(MOMENT) as stopped, override(session_idle_ttl=timedelta(minutes=10)):
        other = await sign_in(user)
        stopped.advance(timedelta(minutes=10))
        assert await resolve_session(other.token) is None


async def test_use_keeps_a_session_alive_until_its_absolute_end() -> None:
    user = await make_user()
    with (
        clock.frozen(MOMENT) as stopped,
        override(session_idle_ttl=timedelta(minutes=10), session_absolute_ttl=timedelta(minutes=30)),
    ):
        new = await sign_in(user)
        for _ in range(3):
            stopped.advance(timedelta(minutes=9))
            assert await resolve_session(new.token) is not None

        stopped.advance(timedelta(minutes=3) - TICK)
        assert await resolve_session(new.token) is not None
        stopped.advance(TICK)
        assert await resolve_session(new.token) is None


async def test_that_a_session_is_in_use_is_noted_once_a_minute() -> None:
    user = await make_user()
    with clock.frozen(MOMENT) as stopped:
        new = await sign_in(user)

        stopped.advance(timedelta(minutes=1))
        with counted_statements() as statements:
            await resolve_session(new.token)
        assert len(statements) == 1

        stopped.advance(TICK)
        with counted_statements() as statements:
            await resolve_session(new.token)
            await resolve_session(new.token)
        assert len(statements) == 3
        session = await find_session(new.session.id)
        assert session is not None
        assert session.last_seen_at == MOMENT + timedelta(minutes=1) + TICK


async def test_a_database_that_takes_no_changes_still_knows_who_is_signed_in() -> None:
    user = await make_user()
    with clock.frozen(MOMENT) as stopped:
        new = await sign_in(user)
        stopped.advance(timedelta(minutes=5))

        async with db.unit_of_work():
            await db.execute("SET TRANSACTION READ ONLY")
            resolved = await resolve_session(new.token)

    assert resolved is not None
    assert resolved.session.last_seen_at == MOMENT


async def test_an_ended_session_is_nobody() -> None:
    new = await sign_in(await make_user())

    await commit(end_session(SYSTEM, new.session.id))

    assert await resolve_session(new.token) is None


async def test_a_banned_user_is_nobody_at_the_next_request_and_stays_signed_out() -> None:
    user = await make_user()
    new = await sign_in(user)

    await commit(ban_user(SYSTEM, user.id))
    assert await resolve_session(new.token) is None

    await commit(unban_user(SYSTEM, user.id))
    assert await resolve_session(new.token) is None
    assert await resolve_session((await sign_in(user)).token) is not None


async def test_a_ban_counts_even_for_a_session_that_nobody_ended() -> None:
    user = await make_user()
    new = await sign_in(user)

    await db.execute("UPDATE users_user SET banned_at = now(), ban_until = $1", clock.now() + timedelta(hours=1))
    assert await resolve_session(new.token) is None

    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert await resolve_session(new.token) is not None


async def test_a_deleted_user_is_nobody() -> None:
    user = await make_user()
    new = await sign_in(user)

    await commit(delete_user(SYSTEM, user.id))

    assert await resolve_session(new.token) is None
