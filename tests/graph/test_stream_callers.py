"""Who may follow, and until when: a stream ends with the right to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.events.service import seal_chain
from app.graph import watch
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.guard import ALL_PERMISSIONS
from app.oidc.queries import grants
from app.sessions.service import begin_session, end_user_sessions
from app.users.service import ban_user, delete_user
from app.users.types import User
from tests.events.support import DoorOpened, tell
from tests.graph.live import CSRF, Live, cookies_of, headers_of, shown
from tests.graph.test_callers import make_token
from tests.support import commit, deciding, make_admin, make_user

# Longer than a second and a bit: the machine may be busy.
ABOUT_A_SECOND = 3


async def bearer_of(user: User) -> tuple[str, str]:
    """An access token of a new session, and the session's id."""
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    return f"Bearer {await make_token(user, new.session.id)}", new.session.id


async def end_all_sessions(user: User) -> None:
    await commit(end_user_sessions(SYSTEM, user.id))


async def ban(user: User) -> None:
    # Nobody may ban the last one.
    await make_admin("other@example.com")
    await commit(ban_user(SYSTEM, user.id))


ENDINGS: dict[str, Callable[[User], Awaitable[object]]] = {
    "session": end_all_sessions,
    "ban": ban,
    "erasure": lambda user: commit(delete_user(SYSTEM, user.id)),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_an_event_stream_ends_with_the_session(live: Live, ending: str) -> None:
    admin = await make_admin()
    async with live.events(headers=await headers_of(admin)) as events:
        await events.next()
        await ENDINGS[ending](admin)

        async with asyncio.timeout(ABOUT_A_SECOND):
            assert await events.next() == ("UNAUTHENTICATED", "graph_session_over")
            assert await events.next() is None


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_socket_ends_with_the_session(live: Live, ending: str) -> None:
    admin = await make_admin()
    async with live.connected(await headers_of(admin)) as socket:
        await socket.subscribe("1")
        await socket.next("1")
        await ENDINGS[ending](admin)

        async with asyncio.timeout(ABOUT_A_SECOND):
            assert await socket.next("1") == ("UNAUTHENTICATED", "graph_session_over")
            assert await socket.next("1") is None
            assert await socket.closed() == (4403, "This session has ended. Sign in again.")


@pytest.mark.parametrize("ending", ENDINGS)
async def test_streams_of_an_access_token_end_with_its_session(live: Live, ending: str) -> None:
    admin = await make_admin()
    bearer, _ = await bearer_of(admin)
    async with (
        live.events(headers={"authorization": bearer}) as events,
        live.connected(None, {"authorization": bearer}) as socket,
    ):
        await events.next()
        await socket.subscribe()
        await socket.next()
        await ENDINGS[ending](admin)

        async with asyncio.timeout(ABOUT_A_SECOND):
            assert await events.next() == ("UNAUTHENTICATED", "graph_token_invalid")
            assert await socket.next() == ("UNAUTHENTICATED", "graph_token_invalid")
            assert (await socket.closed())[0] == 4403


async def test_a_stream_ends_when_its_access_token_expires(live: Live) -> None:
    with clock.frozen() as stopped:
        bearer, _ = await bearer_of(await make_admin())
        async with live.events(headers={"authorization": bearer}) as events:
            await events.next()
            stopped.advance(timedelta(minutes=6))

            async with asyncio.timeout(ABOUT_A_SECOND):
                assert await events.next() == ("UNAUTHENTICATED", "graph_token_invalid")


async def test_a_stream_ends_when_its_grant_is_revoked(live: Live) -> None:
    admin = await make_admin()
    bearer, session_id = await bearer_of(admin)
    async with live.connected({"authorization": bearer}) as socket:
        await socket.subscribe()
        await socket.next()
        await commit(grants.revoke_of_session(session_id))

        async with asyncio.timeout(ABOUT_A_SECOND):
            assert await socket.next() == ("UNAUTHENTICATED", "graph_token_invalid")


async def test_a_stream_ends_with_the_permission(live: Live) -> None:
    reader = await make_user()
    headers = await headers_of(reader)
    with deciding(**{reader.id: {"platform.manage_platform"}}) as decider:
        async with live.events(headers=headers) as events, live.connected(headers) as socket:
            await events.next()
            await socket.subscribe()
            await socket.next()
            decider.held[reader.id] = ALL_PERMISSIONS - {"platform.manage_platform"}

            async with asyncio.timeout(ABOUT_A_SECOND):
                assert await events.next() == ("FORBIDDEN", "kit_permission_missing")
                assert await events.next() is None
                assert await socket.next() == ("FORBIDDEN", "kit_permission_missing")
                assert await socket.next() is None
            await socket.subscribe("2", "{ viewer { user { id } } }")
            assert (await socket.receive())["payload"]["data"]["viewer"]["user"] == {"id": reader.id}


async def test_a_revoked_session_starts_nothing_more(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await make_admin()
    monkeypatch.setattr(watch, "_GAP_SECONDS", 1_000)  # the watch itself is not what is asked
    async with live.connected(await headers_of(admin)) as socket:
        await end_all_sessions(admin)
        await socket.subscribe("late", "{ __typename }")

        message = await socket.receive()

        assert (message["type"], message["payload"][0]["extensions"]["reason"]) == ("error", "graph_session_over")
        assert (await socket.closed())[0] == 4403


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("anonymous", ("UNAUTHENTICATED", "kit_sign_in_required")),
        ("plain", ("FORBIDDEN", "kit_permission_missing")),
        ("lacking", ("FORBIDDEN", "kit_permission_missing")),
        ("holding", None),
    ],
)
async def test_following_everything_needs_the_permission(
    live: Live, caller: str, expected: tuple[str, str] | None
) -> None:
    user = await make_user()
    headers = {} if caller == "anonymous" else await headers_of(user)
    held = {"lacking": ALL_PERMISSIONS - {"platform.manage_platform"}, "holding": {"platform.manage_platform"}}
    with deciding(**{user.id: held.get(caller, set())}):
        async with live.events(headers=headers) as events, live.connected(headers) as socket:
            await socket.subscribe()
            answers = [await events.next(), await socket.next()]

    assert [answer if expected else answer["node"] for answer in answers] == [expected, expected]


async def test_everybody_follows_what_is_about_themselves(live: Live) -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    headers = await headers_of(user)
    await commit(seal_chain())
    with deciding():
        async with (
            live.events(headers=headers, filter={"aboutUserId": user.id}) as own,
            live.events(headers=headers, filter={"aboutUserId": other.id}) as foreign,
        ):
            assert await foreign.next() == ("FORBIDDEN", "kit_permission_missing")
            await own.next()
            await tell(DoorOpened(target_id="theirs", about_user_id=other.id))
            await tell(DoorOpened(target_id="mine", about_user_id=user.id))
            await commit(seal_chain())

            assert shown(await own.next()) == ("door.opened", "mine")


async def test_a_socket_with_a_cookie_needs_proof_of_our_own_pages(live: Live) -> None:
    cookies = await cookies_of(await make_admin())
    ours = {"origin": live.url}

    for headers, payload in (
        (cookies, {}),
        ({**cookies, **ours}, {}),
        ({**cookies, **CSRF, "origin": "https://evil.example"}, {}),
        ({**cookies, "origin": "null"}, CSRF),
    ):
        async with live.open(headers) as socket:
            await socket.send({"type": "connection_init", "payload": payload})
            assert (await socket.closed())[0] == 4403, (headers, payload)

    for headers, payload in (({**cookies, **CSRF}, {}), ({**cookies, **ours}, {"X-Auther-CSRF": "1"})):
        async with live.connected(headers, payload) as socket:
            await socket.subscribe()
            assert (await socket.next())["node"] is None


async def test_a_socket_with_a_token_needs_no_proof(live: Live) -> None:
    admin, other = await make_admin(), await make_user()
    bearer, _ = await bearer_of(admin)
    foreign = {**await cookies_of(other), "origin": "https://app.example"}

    for headers, payload in (
        ({"authorization": bearer}, {}),
        (None, {"authorization": bearer}),
        (foreign, {"Authorization": bearer}),
    ):
        async with live.connected(headers, payload) as socket:
            await socket.subscribe("1", "{ viewer { user { id } } }")
            assert (await socket.receive())["payload"]["data"]["viewer"]["user"] == {"id": admin.id}


async def test_a_socket_with_a_bad_token_is_closed(live: Live) -> None:
    bearer, _ = await bearer_of(await make_admin())

    for headers, payload in (
        ({"authorization": "Bearer nonsense"}, {}),
        (None, {"authorization": "nonsense"}),
        (None, {"authorization": None}),
        ({"authorization": bearer}, {"authorization": bearer}),
    ):
        async with live.open(headers) as socket:
            await socket.send({"type": "connection_init", "payload": payload})
            assert await socket.closed() == (4403, "This access token is not valid (any more).")
