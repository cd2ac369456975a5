"""Periodic kinds and stalled lanes: what a worker tends besides claiming."""

from __future__ import annotations

from app.jobs import queries, registry
from app.jobs.types import ID_PREFIX
from app.kit import clock, db
from app.kit.ids import new_id

# A failing periodic job gives up soon: its next turn comes anyway.
MAX_ATTEMPTS = 5


async def tend() -> None:
    """Enqueue due schedules and move stalled lanes on."""
    await plan()
    await enqueue_due()
    await unstall_lanes()


async def plan() -> None:
    """Make this process's schedules known; new ones are due at once."""
    if registry.schedules:
        await queries.plan_schedules(list(registry.schedules.items()), clock.now())


async def enqueue_due() -> int:
    """Enqueue the periodic jobs whose time has come, once across processes; how many."""
    if not registry.schedules:
        return 0
    now = clock.now()
    async with db.unit_of_work():
        kinds = await queries.take_due_schedules(list(registry.schedules.items()), now)
        for kind in sorted(kinds):
            await queries.insert_job(
                new_id(ID_PREFIX),
                kind,
                "{}",
                key="schedule",
                lane=f"schedule:{kind}",
                max_attempts=MAX_ATTEMPTS,
                times=(now, now),
            )
    return len(kinds)


async def unstall_lanes() -> int:
    """Promote the next job of lanes whose worker died between ending a job and moving on; how many."""
    stalled = await queries.find_stalled_lanes()
    for lane in stalled:
        async with db.unit_of_work():
            await queries.promote_lane(lane)
    return len(stalled)
