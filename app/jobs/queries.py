"""SQL of the jobs room.

INVARIANT: at most one job of a lane is ready or running (unique index `jobs_job_lane_head`);
the rest of the lane waits. Whoever adds to a lane or moves it on holds the lane's lock first, in
a statement of its own so that the next one sees what the former holder committed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from app.jobs.types import ClaimedJob, Job, JobRecord, JobState, Kinds, Progress
from app.kit import db
from app.kit.paging import Keyset, PageRequest, Sort, keyset

_LANE_LOCK_SEED = 0x6C616E65  # "lane"
_LOCK_LANE = f"SELECT pg_advisory_xact_lock(hashtextextended($1, {_LANE_LOCK_SEED}))"

# DO UPDATE (not DO NOTHING) locks the pending job: it cannot start before our transaction ends,
# so it sees what we changed.
_INSERT = """
INSERT INTO jobs_job AS j (id, kind, payload, key, lane, max_attempts, run_at, created_at, attempt, state, due_at)
SELECT $1::text, $2::text, $3::jsonb, $4::text, $5::text, $6::int, $7::timestamptz, $8::timestamptz, 0, head.state,
    CASE head.state WHEN 'ready' THEN $7::timestamptz END
FROM (SELECT CASE WHEN EXISTS (
        SELECT FROM jobs_job o WHERE o.lane = $5::text AND o.state IN ('ready', 'running', 'waiting')
    ) THEN 'waiting' ELSE 'ready' END AS state) AS head
ON CONFLICT (kind, key) WHERE key IS NOT NULL AND state IN ('ready', 'waiting') DO UPDATE SET
    run_at = LEAST(j.run_at, EXCLUDED.run_at),
    due_at = CASE j.state WHEN 'ready' THEN LEAST(j.due_at, EXCLUDED.run_at) END
RETURNING id
"""
# `{kinds}` is one of these two: the first one has an index of its own.
_ONLY, _BUT = "kind = ${}::text", "kind <> ALL(${}::text[])"
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM jobs_job WHERE due_at <= $1 AND {kinds} ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE jobs_job j SET state = 'running', attempt = j.attempt + 1, due_at = $3, claimed_by = $4,
    progress_done = NULL, progress_total = NULL, result = NULL
FROM due WHERE j.id = due.id
RETURNING j.id, j.kind, j.payload, j.attempt, j.lane, j.max_attempts, j.seq
"""
_NEXT_DUE = "SELECT min(due_at) FROM jobs_job WHERE due_at IS NOT NULL AND {kinds}"
_EXTEND = """
UPDATE jobs_job SET due_at = $1 WHERE claimed_by = $2 AND state = 'running' AND id = ANY($3::text[]) RETURNING id
"""
_FINISH = """
UPDATE jobs_job SET state = 'done', due_at = NULL, finished_at = $4, last_error = NULL
WHERE id = $1 AND claimed_by = $2 AND attempt = $3 AND state = 'running'
"""
# A job whose key was enqueued again meanwhile leaves the retry to its successor.
_RETRY = """
UPDATE jobs_job j SET
    state = CASE WHEN s.has_successor THEN 'done' ELSE 'ready' END,
    due_at = CASE WHEN s.has_successor THEN NULL ELSE $4::timestamptz END,
    finished_at = CASE WHEN s.has_successor THEN $6::timestamptz END,
    claimed_by = NULL,
    last_error = $5
FROM (SELECT EXISTS (
        SELECT FROM jobs_job o JOIN jobs_job m ON m.id = $1
        WHERE o.kind = m.kind AND o.key = m.key AND o.state IN ('ready', 'waiting') AND o.id <> m.id
    ) AS has_successor) AS s
WHERE j.id = $1 AND j.claimed_by = $2 AND j.attempt = $3 AND j.state = 'running'
"""
_BURY = """
UPDATE jobs_job SET state = 'dead', due_at = NULL, finished_at = $5, last_error = $4
WHERE id = $1 AND claimed_by = $2 AND attempt = $3 AND state = 'running'
"""
_RELEASE = """
UPDATE jobs_job SET due_at = $2, attempt = attempt - 1, claimed_by = NULL
WHERE claimed_by = $1 AND state = 'running'
"""
_PROMOTE = """
UPDATE jobs_job SET state = 'ready', due_at = run_at
WHERE id = (SELECT id FROM jobs_job WHERE lane = $1 AND state = 'waiting' ORDER BY seq LIMIT 1)
  AND NOT EXISTS (SELECT FROM jobs_job WHERE lane = $1 AND state IN ('ready', 'running'))
"""
# A loose index scan: one probe a lane, however many jobs wait in it.
_STALLED_LANES = """
WITH RECURSIVE lanes AS (
    (SELECT lane FROM jobs_job WHERE state = 'waiting' ORDER BY lane LIMIT 1)
    UNION ALL
    SELECT (SELECT j.lane FROM jobs_job j WHERE j.state = 'waiting' AND j.lane > l.lane ORDER BY j.lane LIMIT 1)
    FROM lanes l WHERE l.lane IS NOT NULL
)
SELECT l.lane FROM lanes l
WHERE l.lane IS NOT NULL
  AND NOT EXISTS (SELECT FROM jobs_job h WHERE h.lane = l.lane AND h.state IN ('ready', 'running'))
"""
_REVIVE = """
UPDATE jobs_job SET seq = DEFAULT, attempt = 0, claimed_by = NULL,
    finished_at = NULL, run_at = $2::timestamptz, key = NULL, state = head.state,
    due_at = CASE head.state WHEN 'ready' THEN $2::timestamptz END
FROM (SELECT CASE WHEN EXISTS (
        SELECT FROM jobs_job o WHERE o.lane = $3::text AND o.state IN ('ready', 'running', 'waiting')
    ) THEN 'waiting' ELSE 'ready' END AS state) AS head
WHERE id = $1 AND jobs_job.state = 'dead'
"""
_SHOWN = """id, kind, state, attempt, max_attempts, lane, created_at, due_at, finished_at, last_error,
    progress_done, progress_total, result"""
_READ = f"SELECT {_SHOWN} FROM jobs_job WHERE id = $1"
_NOTE_PROGRESS = """
UPDATE jobs_job SET progress_done = $3, progress_total = $4 WHERE id = $1 AND attempt = $2 AND state = 'running'
"""
_NOTE_RESULT = "UPDATE jobs_job SET result = $3::jsonb WHERE id = $1 AND attempt = $2 AND state = 'running'"
_DEAD = f"""
SELECT {_SHOWN}
FROM jobs_job WHERE state = 'dead' AND {{where}} ORDER BY {{order}} LIMIT {{limit}}
"""
_DEAD_LANE = "SELECT lane FROM jobs_job WHERE id = $1 AND state = 'dead'"
_SWEEP = """
DELETE FROM jobs_job WHERE id IN (
    SELECT id FROM jobs_job WHERE state = $1 AND finished_at < $2 ORDER BY finished_at LIMIT $3 FOR UPDATE SKIP LOCKED
)
"""
_PLAN_SCHEDULES = """
INSERT INTO jobs_schedule AS s (kind, next_run_at)
SELECT n.kind, $3::timestamptz FROM unnest($1::text[], $2::interval[]) AS n (kind, period)
ON CONFLICT (kind) DO UPDATE SET next_run_at = LEAST(
    s.next_run_at,
    $3 + (SELECT n.period FROM unnest($1::text[], $2::interval[]) AS n (kind, period) WHERE n.kind = s.kind)
)
"""
_TAKE_SCHEDULES = """
WITH due AS MATERIALIZED (
    SELECT s.kind, n.period FROM jobs_schedule s
    JOIN unnest($1::text[], $2::interval[]) AS n (kind, period) ON n.kind = s.kind
    WHERE s.next_run_at <= $3 FOR UPDATE OF s SKIP LOCKED
)
UPDATE jobs_schedule s SET next_run_at = $3 + due.period FROM due WHERE s.kind = due.kind RETURNING s.kind
"""

DEAD_SORT_COLUMNS = ("finished_at", "id")
EVERY_KIND = Kinds()


async def insert_job(
    job_id: str,
    kind: str,
    payload: str,
    *,
    key: str | None,
    lane: str | None,
    max_attempts: int,
    times: tuple[datetime, datetime],
) -> str:
    """Insert a job, or find the pending one with its key; the id. `times`: start, now."""
    if lane is not None:
        await db.execute(_LOCK_LANE, lane)
    found: str = await db.fetch_value(_INSERT, job_id, kind, payload, key, lane, max_attempts, *times)
    return found


async def claim_jobs(
    worker_id: str, *, limit: int, now: datetime, lease: timedelta, kinds: Kinds = EVERY_KIND
) -> list[ClaimedJob]:
    """Take a batch of due jobs, oldest first, those of dead workers among them."""
    where, meant = _meant(kinds, parameter=5)
    rows = await db.fetch(_CLAIM.format(kinds=where), now, limit, now + lease, worker_id, meant)
    return [
        ClaimedJob(
            Job(row["id"], row["kind"], db.load_json(row["payload"]), row["attempt"]), row["lane"], row["max_attempts"]
        )
        for row in sorted(rows, key=lambda row: int(row["seq"]))
    ]


async def find_next_due(kinds: Kinds) -> datetime | None:
    """When the next job of these kinds can be claimed."""
    where, meant = _meant(kinds, parameter=1)
    due: datetime | None = await db.fetch_value(_NEXT_DUE.format(kinds=where), meant)
    return due


async def extend_leases(worker_id: str, job_ids: Sequence[str], until: datetime) -> set[str]:
    """Hold on to jobs; those that are still ours."""
    return {row["id"] for row in await db.fetch(_EXTEND, until, worker_id, list(job_ids))}


async def finish_job(job: Job, worker_id: str, now: datetime) -> bool:
    """Mark as done; False when the lease was lost."""
    return await db.execute(_FINISH, job.id, worker_id, job.attempt, now) == 1


async def retry_job(job: Job, worker_id: str, *, due_at: datetime, error: str, now: datetime) -> bool:
    """Give it back for a later attempt; False when the lease was lost."""
    args = (job.id, worker_id, job.attempt, due_at, error, now)
    try:
        return await db.execute(_RETRY, *args) == 1
    except asyncpg.UniqueViolationError:
        # The successor was committed between the look and the write: now the look finds it.
        return await db.execute(_RETRY, *args) == 1


async def bury_job(job: Job, worker_id: str, *, error: str, now: datetime) -> bool:
    """Keep it as a dead letter; False when the lease was lost."""
    return await db.execute(_BURY, job.id, worker_id, job.attempt, error, now) == 1


async def release_jobs(worker_id: str, now: datetime) -> int:
    """Hand over what this worker still holds, as if it had not been claimed."""
    return await db.execute(_RELEASE, worker_id, now)


async def promote_lane(lane: str) -> bool:
    """Make the next job of a lane ready when none is ready or running."""
    await db.execute(_LOCK_LANE, lane)
    return await db.execute(_PROMOTE, lane) == 1


async def find_stalled_lanes() -> list[str]:
    """Lanes that wait for nobody: their worker died before it moved them on."""
    return [row["lane"] for row in await db.fetch(_STALLED_LANES)]


async def revive_job(job_id: str, now: datetime) -> bool:
    """Enqueue a dead job anew, at the end of its lane; False when there is none."""
    row = await db.fetch_row(_DEAD_LANE, job_id)
    if row is None:
        return False
    if row["lane"] is not None:
        await db.execute(_LOCK_LANE, row["lane"])
    return await db.execute(_REVIVE, job_id, now, row["lane"]) == 1


async def list_dead(sort: Sort, page: PageRequest) -> list[JobRecord]:
    """One page of dead letters and one more."""
    part: Keyset = keyset(sort, page, first_parameter=1)
    sql = _DEAD.format(where=part.where, order=part.order, limit=part.limit)
    return [_record(row) for row in await db.fetch(sql, *part.args)]


async def read_job(job_id: str) -> JobRecord | None:
    """A job in whatever state."""
    row = await db.fetch_row(_READ, job_id)
    return _record(row) if row else None


async def note_progress(job: Job, progress: Progress) -> bool:
    """Write down how far the present attempt is; False when the lease was lost."""
    return await db.execute(_NOTE_PROGRESS, job.id, job.attempt, progress.done, progress.total) == 1


async def note_result(job: Job, result: str) -> bool:
    """Write down what the present attempt gives, as JSON; False when the lease was lost."""
    return await db.execute(_NOTE_RESULT, job.id, job.attempt, result) == 1


async def sweep_jobs(state: JobState, before: datetime, limit: int) -> int:
    """Delete rows that ended before; how many."""
    return await db.execute(_SWEEP, state.value, before, limit)


async def plan_schedules(periods: Sequence[tuple[str, timedelta]], now: datetime) -> None:
    """Make schedules known; a shorter period than before takes effect at once."""
    await db.execute(_PLAN_SCHEDULES, *_columns(periods), now)


async def take_due_schedules(periods: Sequence[tuple[str, timedelta]], now: datetime) -> list[str]:
    """Kinds that are due, moved on by their period; another process gets none of them."""
    return [row["kind"] for row in await db.fetch(_TAKE_SCHEDULES, *_columns(periods), now)]


def _meant(kinds: Kinds, *, parameter: int) -> tuple[str, str | list[str]]:
    """A condition, and the value of its parameter."""
    if kinds.only is not None:
        return _ONLY.format(parameter), kinds.only
    return _BUT.format(parameter), list(kinds.but)


def _record(row: db.Row) -> JobRecord:
    values: dict[str, Any] = dict(row)
    done, total = values.pop("progress_done"), values.pop("progress_total")
    return JobRecord(
        **{
            **values,
            "state": JobState(values["state"]),
            "progress": None if done is None else Progress(done, total),
            "result": db.load_json(values["result"]),
        }
    )


def _columns(periods: Sequence[tuple[str, timedelta]]) -> tuple[list[str], list[timedelta]]:
    return [kind for kind, _ in periods], [period for _, period in periods]
