"""Ended sessions reach whoever may know of them, in both ways, from where they were left."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from app.authz.service import grant_relation
from app.authz.types.tuples import TupleKey
from app.clients.service import find_client, update_client
from app.clients.types import ClientChanges
from app.events.service import seal_chain
from app.graph.callers import Credentials
from app.graph.context import Context
from app.graph.http import Parameters
from app.graph.running import prepare
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS
from app.oidc.subjects import sid_for
from app.sessions.service import begin_session, end_session
from app.sessions.types import Session
from app.users.service import ban_user, delete_user
from app.users.types import User
from tests.graph.live import Live, headers_of
from tests.graph.support import console_documents
from tests.graph.test_callers import make_client, make_token
from tests.support import as_user, commit, counted_statements, deciding, make_admin, make_user

DOCUMENT = console_documents()["sessions/SessionsRevoked.graphql"]
FOLLOW = (
    "subscription ($filter: RevokedSessionFilter, $after: String) "
    "{ auditEvents: sessionsRevoked(filter: $filter, after: $after) { cursor node { sessionId userId } } }"
)
MISSING = ("FORBIDDEN", "kit_permission_missing")


async def begin(user: User) -> Session:
    return (await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="b"))).session


async def end(*sessions: Session) -> None:
    for each in sessions:
        await commit(end_session(SYSTEM, each.id))
    await commit(seal_chain())


def node(session: Session) -> dict[str, str]:
    return {"sessionId": session.id, "userId": session.user_id}


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("anonymous", ("UNAUTHENTICATED", "kit_sign_in_required")),
        ("plain", MISSING),
        ("lacking", MISSING),
        ("holding", None),
    ],
)
async def test_following_everybodys_sessions_needs_the_permission(
    live: Live, caller: str, expected: tuple[str, str] | None
) -> None:
    user = await make_user()
    headers = {} if caller == "anonymous" else await headers_of(user)
    held = {"lacking": ALL_PERMISSIONS - {"sessions.view_all"}, "holding": {"sessions.view_all"}}
    with deciding(**{user.id: held.get(caller, set())}):
        async with live.events(FOLLOW, headers=headers) as events, live.connected(headers) as socket:
            await socket.subscribe(query=FOLLOW)
            answers = [await events.next(), await socket.next()]

    assert [answer if expected else answer["node"] for answer in answers] == [expected, expected]


async def test_everybody_follows_their_own_sessions_in_both_ways(live: Live) -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    headers = await headers_of(user)
    mine, theirs = await begin(user), await begin(other)
    await commit(seal_chain())
    own, foreign = {"userId": user.id}, {"userId": other.id}
    with deciding():
        async with live.events(FOLLOW, headers=headers, filter=own) as events, live.connected(headers) as socket:
            await socket.subscribe("1", FOLLOW, filter=own)
            await socket.subscribe("2", FOLLOW, filter=foreign)
            told = [await socket.receive() for _ in range(3)]
            assert (await events.next())["node"] is None
            await end(theirs, mine)
            seen = [await events.next(), await socket.next("1")]

    first = {each["id"]: each["payload"] for each in told if each["type"] == "next"}
    assert first["1"]["data"]["auditEvents"]["node"] is None
    assert first["2"]["errors"][0]["extensions"]["reason"] == MISSING[1]
    assert [each["node"] for each in seen] == [node(mine), node(mine)]


async def test_a_reader_goes_on_where_it_left(live: Live) -> None:
    headers, user = await headers_of(await make_admin()), await make_user()
    sessions = [await begin(user) for _ in range(3)]
    await commit(seal_chain())
    async with live.events(FOLLOW, headers=headers) as events:
        await events.next()
        await end(*sessions[:1])
        cursor = (await events.next())["cursor"]
    await end(*sessions[1:])
    async with live.events(FOLLOW, headers=headers, after=cursor) as events:
        await events.next()
        seen = [(await events.next())["node"] for _ in sessions[1:]]

    assert seen == [node(session) for session in sessions[1:]]


async def test_a_ban_ends_every_session_of_the_user(live: Live) -> None:
    admin, user = await make_admin(), await make_user()
    sessions = [await begin(user) for _ in range(2)]
    headers = await headers_of(admin)
    await commit(seal_chain())
    async with live.events(FOLLOW, headers=headers) as events:
        await events.next()
        await commit(ban_user(as_user(admin), user.id, reason="spam"))
        await commit(seal_chain())
        seen = [(await events.next())["node"]["sessionId"] for _ in sessions]

    assert sorted(seen) == sorted(session.id for session in sessions)


async def test_a_deleted_users_sessions_are_told(live: Live) -> None:
    admin, user = await make_admin(), await make_user()
    session = await begin(user)
    headers = await headers_of(admin)
    await commit(seal_chain())
    async with live.events(FOLLOW, headers=headers) as events:
        await events.next()
        await commit(delete_user(as_user(admin), user.id))
        await commit(seal_chain())

        assert (await events.next())["node"] == node(session)


async def test_a_clients_managers_hear_of_sessions_with_its_tokens_only(live: Live) -> None:
    manager, user = await make_user("manager@example.com"), await make_user()
    with_tokens, without = await begin(user), await begin(user)
    await make_token(user, with_tokens.id)
    client_id = await _client_of(with_tokens)
    await commit(grant_relation(SYSTEM, TupleKey("clients", client_id, "admin", "user", manager.id)))
    other = await make_client()
    headers = await headers_of(manager)
    await commit(seal_chain())
    async with live.events(FOLLOW, headers=headers, filter={"clientId": other.id}) as events:
        assert await events.next() == MISSING
    async with live.events(FOLLOW, headers=headers, filter={"clientId": client_id}) as events:
        await events.next()
        await end(without, with_tokens)

        assert (await events.next())["node"] == node(with_tokens)


async def test_a_client_hears_of_its_own_sessions_and_no_others() -> None:
    user = await make_user()
    session = await begin(user)
    await make_token(user, session.id)
    client_id = await _client_of(session)
    await commit(seal_chain())
    actor = Actor(ActorKind.CLIENT, client_id, client_id=client_id)

    own = await _take(actor, {"filter": {"clientId": client_id}}, end_of=session)
    foreign = await _take(actor, {"filter": {"clientId": (await make_client()).id}})
    everything = await _take(actor, {})

    assert own[-1]["data"]["sessionsRevoked"]["node"]["sessionId"] == session.id
    for refused in (foreign, everything):
        assert refused[0]["errors"][0]["extensions"]["reason"] == "kit_permission_missing"


async def test_the_sid_is_that_of_tokens_for_the_client(live: Live) -> None:
    user = await make_user()
    session = await begin(user)
    await make_token(user, session.id)
    client_id = await _client_of(session)
    await commit(update_client(SYSTEM, client_id, ClientChanges(subject_type="pairwise")))
    await commit(seal_chain())
    admin = as_user(await make_admin())

    for_client = await _take(admin, {"filter": {"clientId": client_id}}, end_of=session)
    other = await begin(user)
    for_all = await _take(admin, {}, end_of=other)

    client = await find_client(client_id)
    assert client is not None
    told = for_client[-1]["data"]["sessionsRevoked"]["node"]
    assert (told["sessionId"], told["sid"]) == (session.id, await sid_for(client, session.id))
    assert for_all[-1]["data"]["sessionsRevoked"]["node"]["sid"] == other.id


async def test_a_lost_permission_ends_the_stream(live: Live) -> None:
    user = await make_user()
    headers = await headers_of(user)
    with deciding(**{user.id: {"sessions.view_all"}}) as decider:
        async with live.events(FOLLOW, headers=headers) as events:
            await events.next()
            decider.held = {}

            assert await events.next() == MISSING


async def test_an_event_costs_a_constant_number_of_statements() -> None:
    admin, counts = as_user(await make_admin()), []
    users = [await make_user(f"user{n}@example.com") for n in range(5)]
    sessions = [await begin(user) for user in users]
    await commit(seal_chain())
    operation = prepare(Parameters(DOCUMENT, {}, None), Context(admin))
    async with aclosing(subscribe(operation, Watch(Credentials(admin), Context(admin)), "r")) as bodies:
        await anext(bodies)
        await end(*sessions)
        for _ in sessions:
            with counted_statements() as statements:
                assert "errors" not in await anext(bodies)
            counts.append(len([each for each in statements if "position" not in each]))

    assert max(counts) <= 3


async def _take(actor: Actor, variables: Any, *, end_of: Session | None = None) -> list[Any]:
    operation = prepare(Parameters(DOCUMENT, variables, None), Context(actor))
    taken = []
    try:
        async with aclosing(subscribe(operation, Watch(Credentials(actor), Context(actor)), "r")) as bodies:
            taken.append(await anext(bodies))
            if end_of is not None:
                await end(end_of)
                taken.append(await anext(bodies))
    except Exception as error:  # noqa: BLE001 - shown as the stream would
        from app.graph.subscriptions import show_failure

        taken.append({"errors": [show_failure(error, "r")]})
    return taken


async def _client_of(session: Session) -> str:
    from app.kit import db

    found: str = await db.fetch_value("SELECT client_id FROM oidc_grant WHERE session_id = $1", session.id)
    return found
