"""Operations over a WebSocket: the protocol, and what closes it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from app.events.service import seal_chain
from app.graph import socket as sockets
from app.graph import watch
from app.graph.streams import hub
from app.kit.runtime import override
from app.users import service as users
from tests.events.support import DoorOpened, tell
from tests.graph.live import CSRF, FOLLOW, Live, headers_of, shown, until
from tests.support import commit, make_admin, make_user

FACTS = "{ server { issuer } }"
INIT = {"type": "connection_init"}


async def test_a_subscription_runs_until_its_client_has_enough(live: Live) -> None:
    async with live.connected(await headers_of(await make_admin())) as socket:
        await socket.subscribe(filter={"action": "door."})
        assert (await socket.next())["node"] is None
        await tell(DoorOpened(target_id="one"))
        await commit(seal_chain())
        assert shown(await socket.next()) == ("door.opened", "one")

        await socket.send({"type": "complete", "id": "1"})
        await until(lambda: watch.count_streams() == 0)
        await socket.subscribe("1", filter={"action": "door."})

        assert (await socket.next())["node"] is None


async def test_operations_on_one_socket_do_not_mix(live: Live) -> None:
    async with live.connected(await headers_of(await make_admin())) as socket:
        await socket.subscribe("a", filter={"targetId": "one"})
        await socket.next("a")
        await socket.subscribe("b", filter={"targetId": "two"})
        await socket.next("b")
        await tell(DoorOpened(target_id="two"))
        await commit(seal_chain())
        assert shown(await socket.next("b")) == ("door.opened", "two")
        await tell(DoorOpened(target_id="one"))
        await commit(seal_chain())

        assert shown(await socket.next("a")) == ("door.opened", "one")


async def test_queries_and_mutations_run_as_well(live: Live) -> None:
    victim = await make_user()
    async with live.connected(await headers_of(await make_admin())) as socket:
        await socket.subscribe("q", FACTS)
        await socket.receive()
        assert await socket.receive() == {"type": "complete", "id": "q"}
        erasing = f'mutation {{ userDelete(input: {{id: "{victim.id}", immediately: true}}) {{ deletedId }} }}'
        await socket.subscribe("m", erasing)

        message = await socket.receive()

    assert message["payload"]["data"] == {"userDelete": {"deletedId": victim.id}}
    assert message["payload"]["extensions"]["cost"].keys() == {"requested", "limit", "remaining", "resetAt"}


async def test_an_event_is_looked_up_anew_with_its_own_loaders(live: Live) -> None:
    admin = await make_admin()
    query = FOLLOW % "{ node { target { ... on User { id name } } } }"
    async with live.connected(await headers_of(admin)) as socket:
        await commit(seal_chain())
        await socket.subscribe("1", query, filter={"action": "user.updated"})
        await socket.next()
        for name in ("One", "Two"):
            change = f'mutation {{ userUpdate(input: {{id: "{admin.id}", name: "{name}"}}) {{ errors {{ code }} }} }}'
            await socket.subscribe("m", change)
            assert [(await socket.receive())["type"] for _ in range(2)] == ["next", "complete"]
            await commit(seal_chain())
            assert (await socket.next())["node"]["target"] == {"id": admin.id, "name": name}


async def test_what_cannot_run_is_an_error_of_its_operation(live: Live) -> None:
    async with live.connected() as socket:
        for number, (query, code) in enumerate(
            [
                ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
                ("{", "GRAPHQL_PARSE_FAILED"),
                ("{ a " * 20 + "}" * 20, None),
            ]
        ):
            await socket.subscribe(str(number), query)
            message = await socket.receive()
            assert (message["id"], message["type"]) == (str(number), "error")
            assert message["payload"][0]["extensions"]["code"] == (code or "LIMIT_REACHED")


async def test_limits_of_cost_and_time_hold(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stall(*arguments: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(users, "list_users", stall)
    async with live.connected(await headers_of(await make_admin())) as socket:
        with override(graphql_max_cost=100, graphql_timeout="PT0.05S"):
            await socket.subscribe("cost", "{ users(first: 100) { nodes { sessions { nodes { id } } } } }")
            assert (await socket.receive())["payload"][0]["extensions"]["reason"] == "graph_cost"
            await socket.subscribe("time", "{ users { nodes { id } } }")
            assert await socket.next("time") == ("TIMEOUT", "graph_timeout")


async def test_a_fault_is_masked(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*arguments: object) -> None:
        raise LookupError("a secret of ours")

    monkeypatch.setattr("app.events.stream.read_audit_slice", fail)
    async with live.connected(await headers_of(await make_admin())) as socket:
        await socket.subscribe()
        assert (await socket.next())["node"] is None

        message = await socket.receive()

    (error,) = message["payload"]["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "secret" not in str(message)


async def test_pings_are_answered_at_any_time(live: Live) -> None:
    async with live.open() as socket:
        await socket.send({"type": "ping"})
        await socket.send({"type": "pong"})
        assert await socket.receive() == {"type": "pong"}
        await socket.send(INIT)
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.send({"type": "ping"})

        assert await socket.receive() == {"type": "pong"}


@pytest.mark.parametrize("protocol", ["graphql-ws", "nonsense"])
async def test_other_subprotocols_are_refused(live: Live, protocol: str) -> None:
    async with live.open(protocol=protocol) as socket:
        assert await socket.closed() == (4406, "Subprotocol not acceptable")


async def test_a_socket_that_says_nothing_is_closed(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "INIT_SECONDS", 0.05)
    async with live.open() as socket:
        assert await socket.closed() == (4408, "Connection initialisation timeout")


async def test_a_second_beginning_closes(live: Live) -> None:
    async with live.connected() as socket:
        await socket.send(INIT)

        assert await socket.closed() == (4429, "Too many initialisation requests")


async def test_an_operation_before_the_beginning_closes(live: Live) -> None:
    async with live.open() as socket:
        await socket.subscribe()

        assert await socket.closed() == (4401, "Unauthorized")


async def test_an_id_in_use_closes(live: Live) -> None:
    async with live.connected(await headers_of(await make_admin())) as socket:
        await socket.subscribe("same")
        await socket.next("same")
        await socket.subscribe("same")

        with pytest.raises(ConnectionClosed):
            await socket.receive()
        assert await socket.closed() == (4409, "Subscriber for same already exists")
    await until(lambda: watch.count_streams() == 0)


@pytest.mark.parametrize(
    "message",
    [
        "nonsense",
        "[]",
        b"\x00",
        {},
        {"type": 1},
        {"type": "start", "id": "1"},
        {"type": "subscribe", "payload": {"query": FACTS}},
        {"type": "subscribe", "id": "", "payload": {"query": FACTS}},
        {"type": "subscribe", "id": 1, "payload": {"query": FACTS}},
        {"type": "subscribe", "id": "x" * 129, "payload": {"query": FACTS}},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": {"query": 1}},
        {"type": "subscribe", "id": "1", "payload": [{"query": FACTS}]},
        {"type": "subscribe", "id": "1", "payload": {"query": FACTS, "variables": {"a": "\u0000"}}},
        {
            "type": "subscribe",
            "id": "1",
            "payload": {"query": FACTS, "variables": {"a": json.loads("[" * 60 + "]" * 60)}},
        },
        {"type": "complete"},
    ],
)
async def test_a_message_of_another_form_closes(live: Live, message: Any) -> None:
    async with live.connected() as socket:
        await socket.send(message)

        assert (await socket.closed())[0] == 4400


async def test_a_beginning_of_another_form_closes(live: Live) -> None:
    async with live.open() as socket:
        await socket.send({"type": "connection_init", "payload": "nonsense"})

        assert await socket.closed() == (4400, "`payload` is an object")


async def test_too_many_operations_close(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MAX_OPERATIONS", 2)
    async with live.connected(await headers_of(await make_admin())) as socket:
        for operation_id in "abc":
            await socket.subscribe(operation_id)

        assert await socket.closed() == (4430, "At most 2 operations at a time")


async def test_a_caller_has_so_many_streams(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MAX_STREAMS", 1)
    async with live.connected(await headers_of(await make_admin())) as socket:
        await socket.subscribe("1")
        await socket.next("1")
        await socket.subscribe("2")

        assert await socket.next("2") == ("RATE_LIMITED", "graph_too_many_streams")
        assert await socket.next("2") is None


async def test_a_caller_has_so_many_sockets(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MAX_SOCKETS", 1)
    async with live.connected(), live.open() as second:
        await second.send(INIT)
        assert await second.closed() == (4430, "You have 1 sockets open here. End one first.")
    async with live.connected(await headers_of(await make_admin())) as other:
        await other.send({"type": "ping"})
        assert await other.receive() == {"type": "pong"}


async def test_a_message_is_as_large_as_a_body_may_be(live: Live) -> None:
    with override(graphql_max_body_bytes=1_024):
        async with live.connected() as socket:
            await socket.send('{"type": "ping"}'.ljust(1_024))
            assert await socket.receive() == {"type": "pong"}
            await socket.send('{"type": "ping"}'.ljust(1_025))

            assert await socket.closed() == (1009, "The message is too big")


async def test_a_server_that_stops_says_so_and_completes_nothing(live: Live) -> None:
    async with live.connected(await headers_of(await make_admin())) as socket:
        await socket.subscribe()
        await socket.next()
        hub.stop()

        with pytest.raises(ConnectionClosed):
            await socket.receive()
        assert (await socket.closed())[0] == 1012


async def test_a_socket_is_watched_without_any_operation(live: Live) -> None:
    async with live.connected({**CSRF}) as socket:
        hub.stop()

        assert (await socket.closed())[0] == 1012
