"""Emitting: one statement in the caller's transaction, then the reactions."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import orjson
import pytest

from app.events.service import emit, react
from app.events.types import CHANNEL, Event, Outcome
from app.kit import clock, db
from app.kit.actor import SYSTEM, Actor, ActorKind, Origin
from app.kit.db import unit_of_work
from app.kit.notify import Listener, flush_notifications
from tests.events.support import DoorOpened, DoorRattled, audit_rows, outbox_rows, tell, visitor
from tests.support import counted_statements

NOON = datetime(2026, 11, 23, 12, 0, 0, 123_456, tzinfo=UTC)


async def test_audit_row_says_who_did_what_from_where() -> None:
    actor = Actor(
        ActorKind.USER,
        "usr_1",
        session_id="ses_1",
        client_id="cli_1",
        impersonator_id="usr_op",
        origin=Origin("req-9", "2001:db8::1", "curl/8"),
    )
    event = DoorOpened(
        target_id="door_1",
        before={"open": False},
        after={"open": True, "at": NOON},
        outcome=Outcome.DENIED,
        reason="No key.",
        about_user_id="usr_2",
        snapshot={"id": "door_1"},
    )
    with clock.frozen(NOON):
        await tell(event, actor)

    (row,) = await audit_rows()
    assert row["id"].startswith("aud_")
    assert {name: row[name] for name in row if name in EXPECTED} == EXPECTED
    assert orjson.loads(row["before"]) == {"open": False}
    assert orjson.loads(row["after"]) == {"open": True, "at": "2026-11-23T12:00:00.123456+00:00"}
    assert (row["position"], row["link"]) == (None, None)


EXPECTED = {
    "action": "door.opened",
    "outcome": "denied",
    "occurred_at": NOON,
    "actor_kind": "user",
    "actor_id": "usr_1",
    "impersonator_id": "usr_op",
    "session_id": "ses_1",
    "client_id": "cli_1",
    "target_type": "door",
    "target_id": "door_1",
    "about_user_id": "usr_2",
    "request_id": "req-9",
    "ip": "2001:db8::1",
    "user_agent": "curl/8",
    "reason": "No key.",
}


async def test_published_event_is_in_the_outbox_with_its_snapshot() -> None:
    await tell(DoorOpened(target_id="door_1", after={"open": True}, snapshot={"id": "door_1", "name": "Front"}))
    await tell(DoorOpened(target_id="door_2", after={"open": True}))
    await tell(DoorRattled(target_id="door_3"))

    audits, published = await audit_rows(), await outbox_rows()
    assert [row["target_id"] for row in audits] == ["door_1", "door_2", "door_3"]
    assert [orjson.loads(row["payload"]) for row in published] == [{"id": "door_1", "name": "Front"}, {"open": True}]
    first = published[0]
    assert first["id"].startswith("evt_")
    assert (first["audit_id"], first["type"], first["dispatched_at"]) == (audits[0]["id"], "door.opened", None)


async def test_emitting_costs_one_statement() -> None:
    async with unit_of_work():
        with counted_statements() as statements:
            await emit(visitor(), DoorOpened(target_id="door_1"))

    assert len(statements) == 1


async def test_event_of_a_rolled_back_transaction_never_happened() -> None:
    with pytest.raises(LookupError):
        async with unit_of_work():
            await emit(visitor(), DoorOpened(target_id="door_1"))
            raise LookupError

    assert (await audit_rows(), await outbox_rows()) == ([], [])


async def test_emitting_outside_of_a_unit_of_work_is_a_mistake() -> None:
    with pytest.raises(RuntimeError):
        await emit(visitor(), DoorOpened(target_id="door_1"))

    assert await audit_rows() == []


async def test_values_of_any_length_and_any_character_are_stored() -> None:
    origin = Origin("r" * 500, "9" * 100, "agent \0 \ud800 " + "ü" * 5_000)
    event = DoorOpened(
        target_id="𝄞" * 5_000,
        reason="x" * 9_000,
        about_user_id="u" * 900,
        before={"k\0": "v\0\ud800", "long": "ä" * 100_000},
        after={str(n): "y" * 4_000 for n in range(150)},
    )
    await tell(event, Actor(ActorKind.CLIENT, "c" * 900, client_id="d" * 900, origin=origin))

    (row,) = await audit_rows()
    assert (len(row["target_id"]), len(row["reason"]), len(row["about_user_id"])) == (600, 2_048, 255)
    assert (len(row["actor_id"]), len(row["user_agent"]), len(row["ip"]), len(row["request_id"])) == (255, 512, 64, 128)
    assert row["user_agent"].startswith("agent \ufffd ? ü")
    assert orjson.loads(row["before"])["k\0"] == "v\ufffd?"
    assert list(orjson.loads(row["after"])) == ["_omitted"]


async def test_anonymous_and_system_have_no_id() -> None:
    await tell(actor=SYSTEM)

    (row,) = await audit_rows()
    assert (row["actor_kind"], row["actor_id"], row["ip"], row["request_id"]) == ("system", None, None, None)


async def test_reaction_runs_in_the_transaction_of_its_event() -> None:
    seen: list[Event] = []

    async def note(actor: Actor, event: DoorOpened) -> None:
        assert await db.fetch_value("SELECT count(*) FROM events_audit") == 1
        seen.append(event)

    untie = react(DoorOpened, note)
    assert react(DoorOpened, note) is not untie
    opened = DoorOpened(target_id="door_1")
    await tell(opened)
    untie()
    await tell(DoorRattled(target_id="door_1"))
    await tell(opened)

    assert seen == [opened]


async def test_failing_reaction_undoes_its_cause() -> None:
    async def refuse(actor: Actor, event: DoorOpened) -> None:
        raise LookupError

    untie = react(DoorOpened, refuse)
    try:
        with pytest.raises(LookupError):
            await tell()
    finally:
        untie()

    assert (await audit_rows(), await outbox_rows()) == ([], [])


async def test_listeners_hear_the_ids_of_what_committed() -> None:
    heard: list[tuple[str, str]] = []
    connected, stop, enough = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def hear(channel: str, payload: str) -> None:
        heard.append((channel, payload))
        if len(heard) == 2:
            enough.set()

    listening = asyncio.create_task(Listener([CHANNEL], hear, connected.set).run(stop))
    async with asyncio.timeout(20):
        await connected.wait()
        with pytest.raises(LookupError):
            async with unit_of_work():
                await emit(visitor(), DoorOpened(target_id="door_0"))
                raise LookupError
        await tell()
        await tell(DoorRattled(target_id="door_2"))
        await flush_notifications()
        await enough.wait()
        stop.set()
        await listening

    assert heard == [(CHANNEL, row["id"]) for row in await audit_rows()]
