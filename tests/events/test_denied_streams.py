"""Streams that are refused, or end because they may not go on, leave a row, too."""

from __future__ import annotations

from app.events.service import list_audit_events
from app.events.types import AuditFilter, Outcome
from app.kit.actor import SYSTEM
from app.kit.paging import PageRequest
from tests.graph.live import Live, headers_of
from tests.support import make_user

REFUSED = ("FORBIDDEN", "kit_permission_missing")


async def denials() -> list[tuple[str, str | None, str | None, str | None]]:
    """Action, target, reason and actor, oldest first."""
    page = await list_audit_events(SYSTEM, AuditFilter(outcome=Outcome.DENIED), PageRequest(first=100))
    return [(event.action, event.target_id, event.reason, event.actor_id) for event in reversed(page.items)]


async def test_an_event_stream_without_the_permission(live: Live) -> None:
    user = await make_user()

    async with live.events(headers=await headers_of(user)) as events:
        assert await events.next() == REFUSED

    assert await denials() == [("subscription.denied", "auditEvents", "kit_permission_missing", user.id)]


async def test_an_operation_on_a_socket_without_the_permission(live: Live) -> None:
    user = await make_user()

    async with live.connected(await headers_of(user)) as socket:
        await socket.subscribe()
        assert [await socket.next(), await socket.next()] == [REFUSED, None]
        await socket.subscribe("2", "query { users { nodes { id } } }")
        assert await socket.next("2") == REFUSED

    assert await denials() == [
        ("subscription.denied", "auditEvents", "kit_permission_missing", user.id),
        ("query.denied", "users", "kit_permission_missing", user.id),
    ]


async def test_a_socket_with_a_forged_token(live: Live) -> None:
    async with live.open() as socket:
        await socket.send({"type": "connection_init", "payload": {"Authorization": "Bearer forged"}})
        assert (await socket.closed())[0] == 4403

    assert await denials() == [("endpoint.denied", "WS /graphql", "graph_token_invalid", None)]


async def test_a_query_on_a_socket_that_is_too_deep(live: Live) -> None:
    user = await make_user()
    deep = "query { viewer " + "{ user " * 40 + "{ id }" + " }" * 40 + "}"

    async with live.connected(await headers_of(user)) as socket:
        await socket.subscribe("1", deep)
        message = await socket.receive()

    assert message["type"] == "error"
    assert await denials() == [("endpoint.denied", "WS /graphql", "graph_depth", user.id)]
