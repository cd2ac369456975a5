"""Many readers of one stream share what they read and what they are told; each is authorized for itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any

from graphql import ExecutionResult, GraphQLError

from app.api_keys.errors import ApiKeyAddressRefused
from app.events.service import seal_chain
from app.graph import watch
from app.graph.admission import admit
from app.graph.callers import Credentials, look_again
from app.graph.context import Context
from app.graph.http import Parameters, dump_json
from app.graph.outcomes import Told, Written, write_body, write_message
from app.graph.running import Body, Outcome
from app.graph.streams import hub
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.kit import clock
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, Origin
from app.kit.runtime import settings
from app.sessions.service import begin_session, end_session
from tests.api_keys.support import DIRECT, make_key
from tests.events.support import DoorOpened, tell
from tests.graph.live import EVENTS, Live, headers_of, shown
from tests.graph.support import console_documents
from tests.support import as_user, commit, counted_statements, deciding, make_admin, make_user

DOCUMENT = console_documents()["audit/AuditEventsStream.graphql"]
READERS = 40


class Reader:
    """A subscription, read in a task of its own."""

    def __init__(self, bodies: AsyncIterator[Body]) -> None:
        self._bodies = bodies

    async def next(self) -> Any:
        async with asyncio.timeout(20):
            return await anext(self._bodies)


@asynccontextmanager
async def reading(actors: list[Actor], *, is_alone: bool = False) -> AsyncIterator[list[Reader]]:
    async with AsyncExitStack() as stack:
        readers = []
        for actor in actors:
            operation = await admit(Parameters(DOCUMENT, {"filter": {"action": "door."}}, None), Context(actor))
            if is_alone:
                operation.identity = None
            watching = Watch(Credentials(actor), Context(actor))
            readers.append(Reader(await stack.enter_async_context(aclosing(subscribe(operation, watching, "r")))))
        yield readers


async def tell_all(readers: list[Reader], target: str) -> list[Any]:
    """What each reader is told of an event."""
    waiting = [asyncio.create_task(reader.next()) for reader in readers]
    await tell(DoorOpened(target_id=target))
    await commit(seal_chain())
    return list(await asyncio.gather(*waiting))


async def test_readers_who_ask_for_the_same_cause_no_more_statements_than_one() -> None:
    admin = as_user(await make_admin())
    await commit(seal_chain())
    counts = []
    async with hub.running():
        for number in (1, READERS):
            async with reading([admin] * number) as readers:
                for reader in readers:
                    await reader.next()
                with counted_statements() as statements:
                    told = await tell_all(readers, f"door_{number}")
            counts.append(len([each for each in statements if "INSERT" not in each]))
            assert {body["data"]["auditEvents"]["node"]["targetId"] for body in told} == {f"door_{number}"}
            assert len({id(body) for body in told}) == 1

    # Looks at the end of the trail that found nothing yet come on top.
    assert counts[1] <= counts[0] + 6


async def test_what_is_shared_is_what_each_would_have_been_told_alone() -> None:
    admin = as_user(await make_admin())
    await commit(seal_chain())
    async with hub.running(), reading([admin] * 3) as sharing, reading([admin], is_alone=True) as alone:
        for reader in (*sharing, *alone):
            await reader.next()
        *shared, own = await tell_all([*sharing, *alone], 'door ☃ "quoted"')

    assert [type(each) for each in (*shared, own)] == [Written, Written, Written, Written]
    assert shared == [own] * 3
    assert own["data"]["auditEvents"]["node"]["targetId"] == 'door ☃ "quoted"'
    assert len({id(each) for each in shared}) == 1
    assert shared[0] is not own
    # What goes out is the same, byte by byte, as if each body were written down for itself.
    assert write_body(shared[0]) == dump_json(dict(own))
    for number in ("1", 'an "id"'):
        message: dict[str, object] = {"id": number, "type": "next"}
        assert write_message(message, shared[0]).encode() == dump_json({**message, "payload": dict(own)})


async def test_what_is_told_with_an_error_is_told_to_each_with_its_own_request_id() -> None:
    result = ExecutionResult(None, [GraphQLError("It broke.", path=["auditEvents"])])
    told = Told(Outcome(result, 1))

    bodies = [told.show(request_id) for request_id in ("one", "two")]

    assert [type(each) for each in bodies] == [dict, dict]
    assert [each["errors"][0]["extensions"]["requestId"] for each in bodies] == ["one", "two"]  # type: ignore[index]


async def test_callers_with_other_rights_are_told_other_things() -> None:
    one, other, person = await make_user("one@example.com"), await make_user("two@example.com"), await make_user()
    await commit(seal_chain())
    held = {one.id: {"platform.manage_platform", "users.view"}, other.id: {"platform.manage_platform"}}
    async with hub.running():
        with deciding(**held):
            async with reading([as_user(one), as_user(other)]) as readers:
                for reader in readers:
                    await reader.next()
                waiting = [asyncio.create_task(reader.next()) for reader in readers]
                await tell(DoorOpened(target_id="door"), as_user(person))
                await commit(seal_chain())
                told = [(await each)["data"]["auditEvents"]["node"]["actor"] for each in waiting]

    assert told[0]["id"] == person.id
    assert told[1] is None


async def test_who_loses_the_permission_is_told_nothing_more_while_others_go_on(live: Live) -> None:
    one, other = await make_user("one@example.com"), await make_user("two@example.com")
    permission = {"platform.manage_platform"}
    await commit(seal_chain())
    with deciding(**{one.id: permission, other.id: permission}) as decider:
        async with (
            live.events(EVENTS, headers=await headers_of(one), filter={"action": "door."}) as lost,
            live.events(EVENTS, headers=await headers_of(other), filter={"action": "door."}) as kept,
        ):
            await lost.next(), await kept.next()
            decider.held = {other.id: frozenset(permission)}
            await tell(DoorOpened(target_id="door"))
            await commit(seal_chain())

            assert await lost.next() == ("FORBIDDEN", "kit_permission_missing")
            assert shown(await kept.next()) == ("door.opened", "door")


async def test_a_round_looks_at_all_callers_in_one_statement_and_ends_only_who_is_over() -> None:
    users = [await make_user(f"user{n}@example.com") for n in range(20)]
    new = [await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="b")) for user in users]
    watches = [
        Watch(Credentials(as_user(user), session_token=each.token), Context(as_user(user)))
        for user, each in zip(users, new, strict=True)
    ]
    await commit(end_session(SYSTEM, new[0].session.id))
    own = watch.Rounds()
    own._watches.update(watches)

    with counted_statements() as statements:
        await own._look()

    assert len(statements) == 1
    assert [each.is_over for each in watches] == [True] + [False] * 19
    assert all(each.context.session is not None for each in watches[1:])


async def test_a_key_is_looked_up_for_each_address_that_shows_it() -> None:
    made = await make_key(await make_user(), uses=(DIRECT,), allowed_addresses=("10.0.0.1",))
    shown_by = [Credentials(ANONYMOUS.at(Origin(ip=ip)), (f"Bearer {made.secret}",)) for ip in ("10.0.0.1", "10.0.0.2")]

    for order in (shown_by, shown_by[::-1]):
        found = await look_again(order)
        allowed, refused = (found[each] for each in shown_by)
        assert isinstance(allowed, Context)
        assert (allowed.actor.id, allowed.actor.origin.ip) == (made.key.id, "10.0.0.1")
        assert isinstance(refused, ApiKeyAddressRefused)


async def test_an_open_stream_alone_does_not_keep_a_session(live: Live) -> None:
    admin = await make_admin()
    headers = await headers_of(admin)
    with clock.frozen() as time:
        async with live.events(headers=headers) as events, live.connected(headers) as socket:
            await events.next()
            time.advance(settings().session_idle_ttl + timedelta(minutes=1))

            assert await events.next() == ("UNAUTHENTICATED", "graph_session_over")
            assert (await socket.closed())[0] == 4403
