"""Denials: one row each, a few of a flood, then a count; whatever becomes of the request."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from app.events import denials
from app.events.denial_limits import MOST_CALLERS, MOST_COUNTS, PER_CALLER, PER_PROCESS, DenialLimits
from app.events.denials import counting_denials, flush_denials, record_denial
from app.events.refusals import collecting_refusals, mark_refused
from app.events.types import EndpointDenied, Outcome, QueryDenied
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, Actor, Origin
from app.kit.db import after_rollback, unit_of_work
from app.kit.errors import Forbidden, Unavailable
from tests.events.support import DoorOpened, DoorRattled, tell, visitor
from tests.metrics.support import Change
from tests.support import read_audit
from tests.threats.conftest import outage
from tests.threats.support import Outage

__all__ = ["outage"]

DENIED = EndpointDenied(target_id="POST /door", reason="door_shut")


def stranger(ip: str = "198.51.100.1", request_id: str = "req-s") -> Actor:
    return ANONYMOUS.at(Origin(request_id, ip, "curl/8"))


async def knock(times: int, actor: Actor | None = None, event: EndpointDenied = DENIED) -> None:
    for _ in range(times):
        await record_denial(actor or stranger(), event)


async def test_a_denial_leaves_a_row_and_a_count() -> None:
    change = Change()

    await knock(1)

    (event,) = await read_audit()
    assert (event.action, event.outcome, event.reason) == ("endpoint.denied", Outcome.DENIED, "door_shut")
    assert (event.target_id, event.request_id, event.ip) == ("POST /door", "req-s", "198.51.100.1")
    assert change("auth_denied_total", action="endpoint.denied", reason="door_shut") == 1


async def test_a_flood_leaves_a_few_rows_and_then_one_with_the_count() -> None:
    change = Change()
    with clock.frozen() as stopped:
        start = clock.now()
        await knock(PER_CALLER + 25)
        assert await flush_denials() == 0
        stopped.advance(timedelta(minutes=1))
        assert await flush_denials() == 1
        assert await flush_denials() == 0

    *rows, counted = await read_audit()
    assert [row.action for row in rows] == ["endpoint.denied"] * PER_CALLER
    assert (counted.action, counted.outcome, counted.reason) == ("denials.counted", Outcome.DENIED, "door_shut")
    assert (counted.ip, counted.request_id) == ("198.51.100.1", "req-s")
    assert counted.after == {
        "action": "endpoint.denied",
        "count": 25,
        "first": start.isoformat(),
        "last": start.isoformat(),
    }
    assert change("auth_denied_total", action="endpoint.denied", reason="door_shut") == PER_CALLER + 25
    assert change("auth_denied_total", action="denials.counted", reason="door_shut") == 0


async def test_the_next_minute_tells_anew() -> None:
    with clock.frozen() as stopped:
        await knock(PER_CALLER + 1)
        stopped.advance(timedelta(minutes=1))
        await knock(PER_CALLER + 1)

    assert len(await read_audit()) == 2 * PER_CALLER


async def test_who_is_signed_in_does_not_hide_in_the_noise_of_the_address() -> None:
    await knock(PER_CALLER + 5)
    await knock(1, visitor("usr_1", origin=stranger().origin))
    await knock(1, stranger("198.51.100.2"))
    await knock(1, event=EndpointDenied(target_id="POST /door", reason="door_locked"))
    await record_denial(stranger(), QueryDenied(target_id="door", reason="door_shut"))

    assert len(await read_audit()) == PER_CALLER + 4


async def test_addresses_of_one_subscriber_are_one_caller() -> None:
    for n in range(PER_CALLER + 5):
        await knock(1, stranger(f"2001:db8:1:2::{n:x}"))

    assert len(await read_audit()) == PER_CALLER


async def test_any_number_of_addresses_leaves_a_bounded_number_of_rows() -> None:
    with clock.frozen() as stopped:
        for n in range(PER_PROCESS + MOST_CALLERS + 50):
            await knock(1, stranger(f"10.{n // 65536}.{n // 256 % 256}.{n % 256}"))
        told = await db.fetch_value("SELECT count(*) FROM events_audit")
        stopped.advance(timedelta(minutes=1))
        counts = await flush_denials()

    assert (told, counts) == (PER_PROCESS, MOST_COUNTS + 1)
    counted = await db.fetch_value(
        "SELECT sum((after::json->>'count')::int) FROM events_audit WHERE action = 'denials.counted'"
    )
    assert counted == MOST_CALLERS + 50
    together = "SELECT actor_kind, ip, (after::json->>'count')::int FROM events_audit WHERE ip IS NULL"
    assert [tuple(row) for row in await db.fetch(together)] == [("anonymous", None, MOST_CALLERS + 50 - MOST_COUNTS)]


async def test_parallel_denials_are_counted_exactly() -> None:
    with clock.frozen() as stopped:
        await asyncio.gather(*(knock(1) for _ in range(60)))
        stopped.advance(timedelta(minutes=1))
        await flush_denials()

    *rows, counted = await read_audit()
    assert len(rows) == PER_CALLER
    assert (counted.after or {})["count"] == 60 - PER_CALLER


def test_a_clock_that_steps_back_does_not_silence_anybody() -> None:
    limits = DenialLimits()
    now = clock.now()

    told = [limits.admit(stranger(), DENIED, now) for _ in range(PER_CALLER + 1)]
    later = limits.admit(stranger(), DENIED, now - timedelta(days=1))

    assert told == [True] * PER_CALLER + [False]
    assert later


async def test_a_denial_survives_the_roll_back_that_it_causes() -> None:
    with pytest.raises(Forbidden):
        async with unit_of_work():
            after_rollback(partial(record_denial, stranger(), DENIED))
            await tell_inside()
            raise Forbidden("door_shut", "The door is shut.")

    assert [event.action for event in await read_audit()] == ["endpoint.denied"]


async def tell_inside() -> None:
    await db.execute(
        "INSERT INTO kit_counter (name, bucket, window_start, hits, expires_at) VALUES ('x','y',0,1,now())"
    )


async def test_while_the_database_is_away_denials_are_kept(outage: Outage) -> None:
    change = Change()
    with clock.frozen() as stopped:
        async with outage():
            await knock(3)
            stopped.advance(timedelta(minutes=1))
            with pytest.raises(Unavailable):
                await flush_denials()
        assert await flush_denials() == 1

    (counted,) = await read_audit()
    assert (counted.action, (counted.after or {})["count"]) == ("denials.counted", 3)
    assert change("auth_denied_total", action="endpoint.denied", reason="door_shut") == 3


async def test_a_server_that_stops_writes_what_it_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denials, "FLUSH_SECONDS", 3_600.0)
    async with counting_denials():
        await knock(PER_CALLER + 2)

    assert [event.action for event in await read_audit()].count("denials.counted") == 1


async def test_what_an_event_tells_of_a_refusal_is_told_once_it_is_committed() -> None:
    with collecting_refusals() as refusals:
        await tell()
        assert not refusals.is_told
        await tell(DoorRattled(target_id="door", outcome=Outcome.FAILURE))
        assert refusals.is_told
    with collecting_refusals() as refusals, pytest.raises(RuntimeError):
        async with unit_of_work():
            await denials.emit(stranger(), DENIED)
            raise RuntimeError
    assert not refusals.is_told


async def test_a_failure_is_no_denial() -> None:
    change = Change()

    await tell(DoorOpened(target_id="door", outcome=Outcome.FAILURE, reason="door_jammed"))

    assert change("auth_denied_total", action="door.opened", reason="door_jammed") == 0


def test_outside_of_a_request_a_mark_means_nothing() -> None:
    mark_refused("door_shut")

    with collecting_refusals() as refusals:
        assert (refusals.reason, refusals.is_denial) == (None, False)
