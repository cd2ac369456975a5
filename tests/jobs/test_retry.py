"""Failing: later again, with growing pauses, and a dead letter in the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.jobs import rules
from app.jobs.service import enqueue, register, run_pending
from app.jobs.types import Job
from app.kit import clock, db
from app.kit.errors import Unavailable
from tests.jobs.support import Recorder, add, elsewhere, read


async def test_failed_job_is_tried_again_after_a_pause() -> None:
    notes = Recorder()
    notes.error = ValueError("no such thing")
    with clock.frozen() as stopped:
        started = clock.now()
        job_id = await add()

        assert await run_pending() == 1
        row = await read(job_id)
        assert (row["state"], row["attempt"], row["claimed_by"]) == ("ready", 1, None)
        assert row["last_error"] == "ValueError: no such thing"
        assert timedelta(seconds=1) <= row["due_at"] - started <= timedelta(seconds=2)

        notes.error = None
        stopped.advance(timedelta(seconds=2))
        assert await run_pending() == 1

    assert [job.attempt for job in notes.jobs] == [1, 2]
    row = await read(job_id)
    assert (row["state"], row["last_error"]) == ("done", None)


async def test_job_is_dead_after_its_last_attempt() -> None:
    notes = Recorder()
    notes.error = Unavailable("test_gone", "Not there.", detail="line 7")
    with clock.frozen() as stopped:
        job_id = await add(max_attempts=3)

        for _ in range(5):
            await run_pending()
            stopped.advance(timedelta(hours=1))

        row = await read(job_id)
        assert (row["state"], row["attempt"], row["due_at"]) == ("dead", 3, None)
        assert row["last_error"] == "Unavailable test_gone: Not there. (line 7)"
    assert len(notes.jobs) == 3


async def test_failed_handler_changes_nothing() -> None:
    async def half_way(job: Job) -> None:
        await enqueue("test.other", {})
        raise LookupError

    register("test.half", half_way)
    await add("test.half")

    await run_pending()

    assert await db.fetch_value("SELECT count(*) FROM jobs_job WHERE kind = 'test.other'") == 0


async def test_failure_text_is_bounded_and_storable() -> None:
    notes = Recorder()
    notes.error = ValueError("nul \0 surrogate \ud800 " + "x" * 10_000)
    job_id = await add()

    await run_pending()

    text = (await read(job_id))["last_error"]
    assert text.startswith("ValueError: nul \ufffd surrogate ? xxx")
    assert len(text) == rules.MAX_ERROR_CHARS


async def test_unknown_kind_waits_for_a_process_that_knows_it_and_dies_saying_so() -> None:
    with clock.frozen() as stopped:
        job_id = await add("test.nobody", max_attempts=2)

        await run_pending()
        assert (await read(job_id))["state"] == "ready"
        stopped.advance(timedelta(hours=1))
        await run_pending()

        row = await read(job_id)
    assert row["state"] == "dead"
    assert row["last_error"] == "UnknownKind: jobs_unknown_kind: no handler is registered for 'test.nobody'"


async def test_failed_job_leaves_the_retry_to_a_successor_with_its_key() -> None:
    seen: list[str] = []

    async def fail_first(job: Job) -> None:
        seen.append(job.id)
        if len(seen) == 1:
            successors.append(await add_elsewhere())
            raise LookupError

    async def add_elsewhere() -> str:
        return await elsewhere(add("test.key", key="k"))

    successors: list[str] = []
    register("test.key", fail_first)
    first = await add("test.key", key="k")

    assert await run_pending() == 2

    assert seen == [first, *successors]
    row = await read(first)
    assert (row["state"], row["last_error"]) == ("done", "LookupError: ")


@pytest.mark.parametrize(
    ("attempt", "shortest", "longest"),
    [
        (1, 1.0, 2.0),
        (2, 2.0, 4.0),
        (5, 16.0, 32.0),
        (11, 1024.0, 2048.0),
        (12, 1800.0, 3600.0),
        (10_000, 1800.0, 3600.0),
    ],
)
def test_pauses_double_up_to_an_hour(attempt: int, shortest: float, longest: float) -> None:
    assert rules.retry_pause(attempt, 0.0).total_seconds() == shortest
    assert rules.retry_pause(attempt, 1.0).total_seconds() == longest
