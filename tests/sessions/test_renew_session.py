"""Proving again who one is: a new token, the same session."""

from __future__ import annotations

from datetime import timedelta

from app.kit import clock
from app.kit.runtime import settings
from app.sessions.service import begin_session, find_session, is_known_browser, resolve_session
from app.sessions.types import NewSession
from app.users.types import User
from tests.support import as_user, commit, make_user


async def begin(user: User, replaces: str | None = None) -> NewSession:
    return await commit(
        begin_session(as_user(user), user, amr=("pwd",), acr="pwd", browser_id="a-browser", replaces=replaces)
    )


async def test_the_same_user_keeps_the_session_under_a_new_token() -> None:
    ada = await make_user()
    first = await begin(ada)

    second = await begin(ada, replaces=first.session.id)

    assert second.session.id == first.session.id
    assert second.session.auth_time > first.session.auth_time
    assert second.session.created_at == first.session.created_at
    assert second.token != first.token
    assert await resolve_session(first.token) is None
    resolved = await resolve_session(second.token)
    assert resolved is not None
    assert resolved.session == second.session


async def test_another_user_ends_the_session_and_begins_one() -> None:
    ada, bob = await make_user(), await make_user("bob@example.com")
    first = await begin(ada)

    second = await begin(bob, replaces=first.session.id)

    assert second.session.id != first.session.id
    ended = await find_session(first.session.id)
    assert ended is not None
    assert ended.ended_at is not None
    assert await resolve_session(first.token) is None


async def test_a_session_that_ended_is_not_brought_back() -> None:
    ada = await make_user()
    first = await begin(ada)
    await begin(await make_user("bob@example.com"), replaces=first.session.id)

    second = await begin(ada, replaces=first.session.id)

    assert second.session.id != first.session.id


async def test_a_session_that_was_left_idle_is_not_brought_back() -> None:
    ada = await make_user()
    first = await begin(ada)

    with clock.frozen(clock.now() + settings().session_idle_ttl + timedelta(seconds=1)):
        second = await begin(ada, replaces=first.session.id)

    assert second.session.id != first.session.id


async def test_a_browser_that_lost_its_cookie_is_known_afterwards() -> None:
    ada = await make_user()
    first = await begin(ada)

    await commit(
        begin_session(as_user(ada), ada, amr=("pwd",), acr="pwd", browser_id="a-new-cookie", replaces=first.session.id)
    )

    assert await is_known_browser(ada.id, "a-new-cookie")
