"""Many events at once: as if each had been told for itself, in one statement."""

from __future__ import annotations

import pytest

from app.events.service import emit_many, react, seal_chain, verify_chain
from app.events.types import Event
from app.kit.actor import Actor
from app.kit.db import unit_of_work
from tests.events.support import DoorOpened, DoorRattled, audit_rows, outbox_rows, tell, visitor
from tests.support import commit, counted_statements

# What is each event's own.
OWN = {
    "id",
    "audit_id",
    "seq",
    "occurred_at",
    "origin_salt",
    "origin_commitment",
    "content_salt",
    "content_commitment",
    "mac",
}


def events(count: int = 3) -> list[Event]:
    return [
        kind(target_id=f"door_{n}", about_user_id="usr_9", before={"n": n}, after={"n": n + 1}, reason="why")
        for n, kind in zip(range(count), (DoorOpened, DoorRattled) * count, strict=False)
    ]


def common(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [{name: value for name, value in row.items() if name not in OWN} for row in rows]


async def test_rows_are_those_of_single_events_in_their_order() -> None:
    for event in events():
        await tell(event)
    single = common(await audit_rows()), common(await outbox_rows())

    await commit(emit_many(visitor(), events()))

    assert common(await audit_rows()) == single[0] * 2
    assert common(await outbox_rows()) == single[1] * 2
    await commit(seal_chain())
    assert (await verify_chain()).problems == ()


async def test_published_rows_point_to_their_audit_rows() -> None:
    await commit(emit_many(visitor(), events(4)))

    audit = {row["target_id"]: row["id"] for row in await audit_rows()}
    assert [(row["target_id"], row["audit_id"]) for row in await outbox_rows()] == [
        (name, audit[name]) for name in ("door_0", "door_2")
    ]


@pytest.mark.parametrize("count", [1, 2, 100])
async def test_any_number_is_one_statement(count: int) -> None:
    async with unit_of_work():
        with counted_statements() as statements:
            await emit_many(visitor(), events(count))

    assert len(statements) == 1
    assert len(await audit_rows()) == count


async def test_no_events_are_nothing() -> None:
    async with unit_of_work():
        with counted_statements() as statements:
            await emit_many(visitor(), [])

    assert statements == []


async def test_each_reaction_runs_and_a_failing_one_undoes_all() -> None:
    heard: list[str | None] = []

    async def hear(actor: Actor, event: DoorOpened) -> None:
        heard.append(event.target_id)
        if event.target_id == "door_2":
            raise ZeroDivisionError

    untie = react(DoorOpened, hear)
    try:
        with pytest.raises(ZeroDivisionError):
            await commit(emit_many(visitor(), events(5)))
    finally:
        untie()

    assert heard == ["door_0", "door_2"]
    assert (await audit_rows(), await outbox_rows()) == ([], [])


async def test_outside_a_unit_of_work_nothing_is_told() -> None:
    with pytest.raises(RuntimeError):
        await emit_many(visitor(), events())

    assert await audit_rows() == []
