"""Use cases of the jobs room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.jobs import queries, registry
from app.jobs.errors import JobNotFound
from app.jobs.registry import Pump, Registration
from app.jobs.runner import run_claimed
from app.jobs.types import ID_PREFIX, Handler, JobRecord, JobState, Step
from app.jobs.worker import CHANNEL, LEASE, Worker
from app.kit import clock, db
from app.kit.actor import Actor
from app.kit.guard import guard
from app.kit.ids import new_id
from app.kit.notify import notify_after_commit
from app.kit.paging import Direction, Page, PageRequest, Sort, make_page

__all__ = [
    "Worker",
    "enqueue",
    "every",
    "list_dead_jobs",
    "pump",
    "register",
    "register_outbound",
    "replay_job",
    "run_pending",
    "sweep_jobs",
]

DONE_RETENTION = timedelta(days=1)
DEAD_RETENTION = timedelta(days=30)
_SWEEP_BATCH = 5_000
_PENDING_BATCH = 50
_DEAD_SORT = Sort("jobs:dead", queries.DEAD_SORT_COLUMNS, ("timestamptz", "text"), Direction.DESC)


async def enqueue(
    kind: str,
    payload: Mapping[str, object],
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    max_attempts: int = 20,
    lane: str | None = None,
) -> str:
    """Enqueue a job in the open unit of work: it exists when that commits, and only then.

    Args:
        payload: JSON values; ids rather than content, never a secret.
        key: while a job of this kind and key waits for its start, it is this one that is meant:
            nothing is added, and it will not start before our unit of work ends.
        run_at: not before this moment (default: at once).
        max_attempts: after so many failures the job is a dead letter.
        lane: jobs of one lane run one at a time, in the order in which their enqueuing committed; one
            that fails holds the lane until it succeeds or is dead. Enqueuing locks the lane until the
            unit of work ends: enter several lanes in a fixed order.

    Returns:
        The job's id.

    Raises:
        RuntimeError: outside a unit of work.
    """
    notify_after_commit(CHANNEL, kind)
    now = clock.now()
    times = (run_at or now, now)
    text = db.dump_json(dict(payload))
    return await queries.insert_job(
        new_id(ID_PREFIX), kind, text, key=key, lane=lane, max_attempts=max_attempts, times=times
    )


def register(kind: str, handler: Handler) -> None:
    """Run jobs of this kind with the handler, each in a unit of work that also ends the job.

    The handler's writes and the job's end commit together; a handler that raises changes nothing.
    """
    registry.handlers[kind] = Registration(handler, is_outbound=False)


def register_outbound(kind: str, handler: Handler, *, places: int | None = None) -> None:
    """Like `register`, for handlers that wait for other machines: no transaction is open meanwhile.

    The handler opens short units of work itself and must bear being run twice.

    Args:
        places: so many jobs of the kind run at once in a process, beside all others, whose places they leave alone.
            For kinds that wait for servers which nobody vouches for.
    """
    registry.handlers[kind] = Registration(handler, is_outbound=True, places=places)


def every(kind: str, interval: timedelta) -> None:
    """Run a registered kind periodically, once across all processes, never twice at a time."""
    registry.schedules[kind] = interval


def pump(name: str, step: Step, *, channel: str, gap: timedelta, poll: timedelta) -> None:
    """Have workers repeat a step while it returns True, when the channel is notified or `poll` is over.

    Each step runs in a unit of work of its own. It runs in every worker: the step takes a lock
    where it must run once.
    """
    registry.pumps[name] = Pump(name, step, channel, gap, poll)


async def run_pending() -> int:
    """Run every job that is due now, one after the other; how many runs there were.

    For tests and commands; call it outside a unit of work. Failures are noted on the job's row.
    """
    worker_id = new_id("wrk")
    count = 0
    while claimed := await queries.claim_jobs(worker_id, limit=_PENDING_BATCH, now=clock.now(), lease=LEASE):
        for one in claimed:
            await run_claimed(one, worker_id)
        count += len(claimed)
    return count


async def list_dead_jobs(actor: Actor, page: PageRequest) -> Page[JobRecord]:
    """One page of dead letters, newest first.

    Raises:
        Forbidden: without `platform.manage_platform`.
    """
    await guard(actor, "platform.manage_platform")
    rows = await queries.list_dead(_DEAD_SORT, page)
    return make_page(_DEAD_SORT, page, rows, lambda row: (row.finished_at, row.id))


async def replay_job(actor: Actor, job_id: str) -> None:
    """Enqueue a dead job anew, with all its attempts, at the end of its lane.

    Raises:
        Forbidden: without `platform.manage_platform`.
        JobNotFound: no dead job has this id.
    """
    await guard(actor, "platform.manage_platform")
    if not await queries.revive_job(job_id, clock.now()):
        raise JobNotFound
    notify_after_commit(CHANNEL)


async def sweep_jobs() -> int:
    """Delete what ended long ago: done jobs after a day, dead ones after thirty; how many."""
    now = clock.now()
    done = await queries.sweep_jobs(JobState.DONE, now - DONE_RETENTION, _SWEEP_BATCH)
    return done + await queries.sweep_jobs(JobState.DEAD, now - DEAD_RETENTION, _SWEEP_BATCH)
