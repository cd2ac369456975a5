"""Enqueuing: in the caller's transaction, at a time, once per key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.jobs.service import enqueue, register, run_pending
from app.jobs.types import Job
from app.kit import clock
from app.kit.db import unit_of_work
from tests.jobs.support import Recorder, add, elsewhere, read, states


async def test_committed_job_runs_once_with_its_payload() -> None:
    notes = Recorder()
    async with unit_of_work():
        job_id = await enqueue("test.note", {"id": "usr_1", "list": [1, None, "ä"]})

    assert await run_pending() == 1
    assert await run_pending() == 0

    assert notes.jobs == [Job(job_id, "test.note", {"id": "usr_1", "list": [1, None, "ä"]}, 1)]
    row = await read(job_id)
    assert (row["state"], row["due_at"], row["last_error"]) == ("done", None, None)
    assert row["finished_at"] is not None


async def test_job_of_a_rolled_back_transaction_never_exists() -> None:
    Recorder()

    with pytest.raises(LookupError):
        async with unit_of_work():
            await enqueue("test.note", {})
            raise LookupError

    assert await run_pending() == 0
    assert await states() == []


async def test_enqueuing_outside_of_a_unit_of_work_is_a_mistake() -> None:
    with pytest.raises(RuntimeError):
        await enqueue("test.note", {})

    assert await states() == []


async def test_job_waits_for_its_time() -> None:
    notes = Recorder()
    with clock.frozen() as stopped:
        await add(run_at=clock.now() + timedelta(minutes=5))

        stopped.advance(timedelta(minutes=5) - timedelta(microseconds=1))
        assert await run_pending() == 0
        stopped.advance(timedelta(microseconds=1))
        assert await run_pending() == 1

    assert len(notes.jobs) == 1


async def test_same_key_is_the_same_job_while_it_waits() -> None:
    notes = Recorder()

    first = await add(n=1, key="usr_1")
    again = await add(n=2, key="usr_1")
    other = await add(n=3, key="usr_2")
    other_kind = await add("test.other", n=4, key="usr_1")

    assert again == first
    assert len({first, other, other_kind}) == 3
    await run_pending()
    assert notes.payloads == [{"n": 1}, {"n": 3}]
    assert await add(n=5, key="usr_1") != first


async def test_same_key_takes_the_earlier_time() -> None:
    Recorder()
    with clock.frozen():
        now = clock.now()
        job_id = await add(key="k", run_at=now + timedelta(hours=2))

        await add(key="k", run_at=now + timedelta(hours=1))
        assert (await read(job_id))["due_at"] == now + timedelta(hours=1)
        await add(key="k", run_at=now + timedelta(hours=3))
        assert (await read(job_id))["due_at"] == now + timedelta(hours=1)


async def test_keyed_job_does_not_start_before_the_last_enqueuer_commits() -> None:
    notes = Recorder()
    await add(n=1, key="k")

    async with unit_of_work():
        await enqueue("test.note", {"n": 2}, key="k")
        assert await elsewhere(run_pending()) == 0

    assert await run_pending() == 1
    assert notes.payloads == [{"n": 1}]


async def test_key_enqueued_while_its_job_runs_makes_another() -> None:
    seen: list[str] = []

    async def enqueue_again(job: Job) -> None:
        seen.append(job.id)
        if len(seen) == 1:
            await enqueue("test.again", {}, key="k")

    register("test.again", enqueue_again)
    first = await add("test.again", key="k")

    assert await run_pending() == 2

    assert seen[0] == first
    assert seen[1] != first
