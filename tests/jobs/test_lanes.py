"""Lanes: in order, one at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from app.jobs import queries, schedules
from app.jobs.service import enqueue, register, run_pending
from app.jobs.types import Job
from app.kit import clock, db
from app.kit.db import unit_of_work
from tests.jobs.support import Recorder, add, elsewhere, read, running_worker, states, until, until_set


async def test_lane_runs_in_the_order_of_enqueuing() -> None:
    notes = Recorder()
    for n in range(5):
        await add(n=n, lane="a")

    assert await states() == ["ready", "waiting", "waiting", "waiting", "waiting"]
    assert await run_pending() == 5

    assert notes.payloads == [{"n": n} for n in range(5)]


async def test_failing_head_holds_its_lane_and_no_other() -> None:
    notes = Recorder()

    async def fail(job: Job) -> None:
        raise LookupError

    register("test.fail", fail)
    with clock.frozen() as stopped:
        await add("test.fail", lane="a", max_attempts=2)
        await add(n=1, lane="a")
        await add(n=2, lane="b")

        await run_pending()
        assert notes.payloads == [{"n": 2}]

        stopped.advance(timedelta(seconds=2))
        await run_pending()
        assert notes.payloads == [{"n": 2}, {"n": 1}]
    assert await states() == ["dead", "done", "done"]


async def test_two_workers_never_run_one_lane_at_the_same_time() -> None:
    running: set[str] = set()
    order: dict[str, list[int]] = {"a": [], "b": []}
    all_ran = asyncio.Event()

    async def enter(job: Job) -> None:
        lane = job.payload["lane"]
        assert lane not in running
        running.add(lane)
        await asyncio.sleep(0)
        order[lane].append(job.payload["n"])
        if sum(map(len, order.values())) == 30:
            all_ran.set()
        running.discard(lane)

    register("test.lane", enter)
    async with unit_of_work():
        for n in range(15):
            for lane in ("a", "b"):
                await enqueue("test.lane", {"n": n, "lane": lane}, lane=lane)

    async with running_worker(concurrency=3), running_worker(concurrency=3):
        await until_set(all_ran)

    assert order == {"a": list(range(15)), "b": list(range(15))}


async def test_concurrent_enqueuers_of_a_lane_keep_the_order_of_their_commits() -> None:
    notes = Recorder()
    first_is_in = asyncio.Event()
    go = asyncio.Event()

    async def enqueue_first() -> None:
        async with unit_of_work():
            await enqueue("test.note", {"n": 1}, lane="a")
            first_is_in.set()
            await go.wait()

    first = asyncio.create_task(enqueue_first())
    await until_set(first_is_in)
    second = asyncio.create_task(add(n=2, lane="a"))
    await until(_is_anybody_waiting)
    assert not second.done()
    go.set()
    await asyncio.gather(first, second)

    assert await run_pending() == 2
    assert notes.payloads == [{"n": 1}, {"n": 2}]


async def test_job_enqueued_while_the_head_ends_does_not_stall() -> None:
    """The enqueuer saw the head still running; the promotion waits for the enqueuer."""
    notes = Recorder()

    async def enqueue_behind(job: Job) -> None:
        await elsewhere(add(n=2, lane="a"))

    register("test.behind", enqueue_behind)
    await add("test.behind", lane="a")

    assert await run_pending() == 2
    assert notes.payloads == [{"n": 2}]


async def test_lane_of_a_worker_that_died_between_two_jobs_goes_on() -> None:
    notes = Recorder()
    head = await add(n=1, lane="a")
    await add(n=2, lane="a")
    (claimed,) = await queries.claim_jobs("wrk_dead", limit=5, now=clock.now(), lease=timedelta(seconds=30))
    assert claimed.job.id == head
    await queries.finish_job(claimed.job, "wrk_dead", clock.now())
    assert await run_pending() == 0

    assert await schedules.unstall_lanes() == 1
    assert await schedules.unstall_lanes() == 0

    assert await run_pending() == 1
    assert notes.payloads == [{"n": 2}]


async def test_only_lanes_without_a_head_are_stalled() -> None:
    for lane in ("a", "b", "c"):
        await add(lane=lane)
        await add(lane=lane)
    await db.execute("UPDATE jobs_job SET state = 'done', due_at = NULL WHERE lane IN ('a', 'c') AND state = 'ready'")

    assert await queries.find_stalled_lanes() == ["a", "c"]


async def test_lane_waits_for_the_time_of_its_head() -> None:
    notes = Recorder()
    with clock.frozen() as stopped:
        head = await add(n=1, lane="a", run_at=clock.now() + timedelta(minutes=1))
        await add(n=2, lane="a")
        assert await run_pending() == 0

        stopped.advance(timedelta(minutes=1))
        assert await run_pending() == 2

    assert notes.payloads == [{"n": 1}, {"n": 2}]
    assert (await read(head))["state"] == "done"


async def _is_anybody_waiting() -> bool:
    return bool(await db.fetch_value("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"))
