"""Helpers of the tests of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from app.events.service import emit, seal_chain, verify_chain
from app.events.types import Checkpoint, Event
from app.kit import db
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.db import unit_of_work
from tests.support import commit


@dataclass(frozen=True, kw_only=True)
class DoorOpened(Event):
    action: ClassVar[str] = "door.opened"
    target_type: ClassVar[str] = "door"


@dataclass(frozen=True, kw_only=True)
class DoorRattled(Event):
    action: ClassVar[str] = "door.rattled"
    target_type: ClassVar[str] = "door"
    is_published: ClassVar[bool] = False


def visitor(user_id: str = "usr_visitor", **details: Any) -> Actor:
    origin = Origin("req-1", "203.0.113.9", "Mozilla/5.0")
    return Actor(ActorKind.USER, user_id, **{"origin": origin, **details})


async def tell(event: Event | None = None, actor: Actor | None = None) -> None:
    """Emit and commit."""
    async with unit_of_work():
        await emit(actor or visitor(), event or DoorOpened(target_id="door_1"))


async def audit_rows() -> list[dict[str, Any]]:
    return [dict(row) for row in await db.fetch("SELECT * FROM events_audit ORDER BY seq")]


async def outbox_rows() -> list[dict[str, Any]]:
    return [dict(row) for row in await db.fetch("SELECT * FROM events_outbox ORDER BY seq")]


async def tamper(sql: str, *args: object) -> int:
    """Change the trail as whoever owns the database can: past the trigger."""
    async with unit_of_work():
        await db.execute("ALTER TABLE events_audit DISABLE TRIGGER events_audit_append_only")
        count = await db.execute(sql, *args)
        await db.execute("ALTER TABLE events_audit ENABLE TRIGGER events_audit_append_only")
    return count


async def make_trail(length: int = 5) -> list[str]:
    """A sealed trail about usr_9; the ids in order."""
    for n in range(length):
        await tell(
            DoorOpened(target_id=f"door_{n}", about_user_id="usr_9", before={"n": n}, after={"n": n + 1}, reason="why")
        )
    await commit(seal_chain())
    return [row["id"] for row in await audit_rows()]


async def find_problems(**options: Checkpoint) -> set[tuple[str, int | None]]:
    report = await verify_chain(**options)
    assert report.is_intact is not bool(report.problems)
    return {(problem.code, problem.position) for problem in report.problems}
