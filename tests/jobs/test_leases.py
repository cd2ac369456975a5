"""Leases: a dead worker loses nothing, a slow one cannot finish what it lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from app.jobs import queries
from app.jobs.runner import run_claimed
from app.jobs.service import enqueue, register, run_pending
from app.jobs.types import Job
from app.kit import clock, db
from app.kit.settings import Settings
from tests.jobs.support import Recorder, add, elsewhere, read, until_state

LEASE = timedelta(seconds=30)


async def claim(worker_id: str, limit: int = 10) -> list[str]:
    return [one.job.id for one in await queries.claim_jobs(worker_id, limit=limit, now=clock.now(), lease=LEASE)]


async def test_job_of_a_silent_worker_goes_to_another_when_the_lease_is_over() -> None:
    notes = Recorder()
    with clock.frozen() as stopped:
        job_id = await add()
        assert await claim("wrk_silent") == [job_id]

        stopped.advance(LEASE - timedelta(microseconds=1))
        assert await run_pending() == 0
        stopped.advance(timedelta(microseconds=1))
        assert await run_pending() == 1

    assert [job.attempt for job in notes.jobs] == [2]
    assert (await read(job_id))["state"] == "done"


async def test_renewed_lease_lasts_longer() -> None:
    with clock.frozen() as stopped:
        job_id = await add()
        await claim("wrk_a")

        stopped.advance(LEASE / 2)
        assert await queries.extend_leases("wrk_a", [job_id], clock.now() + LEASE) == {job_id}
        assert await queries.extend_leases("wrk_b", [job_id], clock.now() + LEASE) == set()

        stopped.advance(LEASE / 2)
        assert await claim("wrk_b") == []
        stopped.advance(LEASE / 2)
        assert await claim("wrk_b") == [job_id]


async def test_worker_that_lost_its_lease_cannot_finish_and_its_writes_are_undone() -> None:
    Recorder("test.trace")
    with clock.frozen() as stopped:

        async def dawdle(job: Job) -> None:
            await enqueue("test.trace", {"attempt": job.attempt}, run_at=clock.now() + timedelta(days=1))
            if job.attempt == 1:
                stopped.advance(LEASE)
                assert await elsewhere(run_pending()) == 1

        register("test.slow", dawdle)
        job_id = await add("test.slow")

        assert await run_pending() == 1

    traces = await db.fetch("SELECT payload->>'attempt' AS attempt FROM jobs_job WHERE kind = 'test.trace'")
    assert [row["attempt"] for row in traces] == ["2"]
    row = await read(job_id)
    assert (row["state"], row["attempt"], row["last_error"]) == ("done", 2, None)


async def test_job_whose_last_attempt_killed_the_worker_is_dead() -> None:
    notes = Recorder()
    with clock.frozen() as stopped:
        job_id = await add(max_attempts=1)
        await claim("wrk_killed")
        stopped.advance(LEASE)

        await run_pending()

    row = await read(job_id)
    assert (row["state"], notes.jobs) == ("dead", [])
    assert row["last_error"] == "AttemptsExhausted: jobs_attempts_exhausted: the worker died during the last attempt"


async def test_concurrent_claims_never_share_a_job() -> None:
    jobs = {await add(n=n) for n in range(60)}

    batches = await asyncio.gather(*(elsewhere(claim(f"wrk_{n}", limit=10)) for n in range(8)))

    claimed = [job_id for batch in batches for job_id in batch]
    assert sorted(claimed) == sorted(jobs)


async def test_released_jobs_count_no_attempt_and_are_due_at_once() -> None:
    job_id = await add(max_attempts=1, key="k")
    await claim("wrk_a")

    assert await queries.release_jobs("wrk_a", clock.now()) == 1

    notes = Recorder()
    assert await run_pending() == 1
    assert [(job.id, job.attempt) for job in notes.jobs] == [(job_id, 1)]


async def test_run_claimed_survives_a_finish_of_somebody_else() -> None:
    Recorder()
    job_id = await add()
    (one,) = await queries.claim_jobs("wrk_a", limit=1, now=clock.now(), lease=LEASE)
    await db.execute("UPDATE jobs_job SET claimed_by = 'wrk_b' WHERE id = $1", job_id)

    await run_claimed(one, "wrk_a")

    row = await read(job_id)
    assert (row["state"], row["claimed_by"], row["last_error"]) == ("running", "wrk_b", None)


async def test_killed_process_loses_no_job(settings: Settings) -> None:
    """A worker process is killed (SIGKILL) in the middle of a handler that had written something."""
    job_id = await add("test.hang")
    assert settings.database_url is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("hanging_worker.py")),
        env={**os.environ, "DSN": settings.database_url.get_secret_value(), "PYTHONPATH": "."},
        cwd=Path(__file__).parents[2],
    )
    try:
        await until_state(job_id, "running")
    finally:
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert process.returncode == -signal.SIGKILL

    notes = Recorder("test.hang")
    with clock.frozen(clock.now() + LEASE):
        assert await run_pending() == 1
    assert [(job.id, job.attempt) for job in notes.jobs] == [(job_id, 2)]
    assert await db.fetch_value("SELECT count(*) FROM jobs_job WHERE kind = 'test.half_done'") == 0
