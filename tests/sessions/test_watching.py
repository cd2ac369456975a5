"""Looking at sessions: one statement for many, and no use of them."""

from __future__ import annotations

from datetime import timedelta

from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.runtime import settings
from app.sessions.service import begin_session, end_session, find_session, resolve_session
from app.sessions.watching import look_at_sessions
from app.users.service import ban_user
from tests.support import commit, counted_statements, make_user


async def test_live_sessions_are_found_in_one_statement() -> None:
    users = [await make_user(f"user{n}@example.com") for n in range(3)]
    new = [await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="b")) for user in users]
    await commit(end_session(SYSTEM, new[0].session.id))
    await commit(ban_user(SYSTEM, users[1].id, reason="spam"))

    with counted_statements() as statements:
        found = await look_at_sessions([*(each.token for each in new), "nonsense", "ast_unknown", "ast_" + "x" * 500])

    assert {token: resolved.user.id for token, resolved in found.items()} == {new[2].token: users[2].id}
    assert len(statements) == 1


async def test_looking_is_no_use_and_using_is() -> None:
    with clock.frozen() as time:
        new = await commit(begin_session(SYSTEM, await make_user(), amr=("pwd",), acr="1", browser_id="b"))
        time.advance(settings().session_idle_ttl - timedelta(minutes=1))
        assert await look_at_sessions([new.token])
        looked = await find_session(new.session.id)
        time.advance(timedelta(minutes=2))
        after = await look_at_sessions([new.token])
    with clock.frozen() as time:
        other = await commit(begin_session(SYSTEM, await make_user("b@example.com"), amr=(), acr="1", browser_id="b"))
        time.advance(settings().session_idle_ttl - timedelta(minutes=1))
        assert await resolve_session(other.token)
        time.advance(timedelta(minutes=2))
        used = await look_at_sessions([other.token])

    assert looked is not None
    assert looked.last_seen_at == new.session.last_seen_at
    assert (after, list(used)) == ({}, [other.token])
