"""The worker: woken, stopped, cut off from the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from app.jobs.service import Worker, enqueue, every, pump, register, register_outbound
from app.jobs.types import Job
from app.kit import db
from app.kit.db import is_in_unit_of_work, unit_of_work
from app.kit.errors import Unavailable
from app.kit.notify import notify_after_commit
from tests.jobs.support import PATIENCE_SECONDS, Recorder, add, read, running_worker, until, until_set, until_state

# Longer than a test lasts: what happens then was not found by polling.
NEVER = timedelta(hours=1)
_HANG_UP = """
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_LISTENERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'auther listener' AND query = 'SELECT 1'
"""


async def until_listening() -> None:
    await until(lambda: db.fetch_value(_LISTENERS))


async def test_commit_wakes_a_sleeping_worker() -> None:
    notes = Recorder()

    async with running_worker(poll=NEVER):
        await until_listening()
        job_id = await add(n=7)
        await until_set(notes.ran)
        await until_state(job_id, "done")

    assert notes.payloads == [{"n": 7}]


async def test_worker_wakes_when_a_job_falls_due() -> None:
    notes = Recorder()
    notes.error = ValueError("once")

    async with running_worker(poll=NEVER):
        job_id = await add()
        await until_set(notes.ran)
        await until_state(job_id, "ready")
        notes.error = None
        await until_state(job_id, "done")

    assert [job.attempt for job in notes.jobs] == [1, 2]


async def test_stopped_worker_lets_a_running_job_end() -> None:
    started, go = asyncio.Event(), asyncio.Event()

    async def wait(job: Job) -> None:
        started.set()
        await go.wait()

    register("test.wait", wait)
    job_id = await add("test.wait")
    stop = asyncio.Event()
    task = asyncio.create_task(Worker().run(stop))
    await until_set(started)

    stop.set()
    await asyncio.sleep(0)
    go.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await task

    assert (await read(job_id))["state"] == "done"


async def test_stopped_worker_hands_over_what_does_not_end() -> None:
    started = asyncio.Event()

    async def hang(job: Job) -> None:
        started.set()
        await asyncio.Event().wait()

    register("test.hang", hang)
    jobs = [await add("test.hang", n=n) for n in range(2)]

    async with running_worker(concurrency=1, grace=timedelta(milliseconds=10)):
        await until_set(started)

    for job_id in jobs:
        row = await read(job_id)
        assert (row["attempt"], row["claimed_by"]) == (0, None)
    notes = Recorder("test.hang")
    async with running_worker():
        for job_id in jobs:
            await until_state(job_id, "done")
    assert sorted(job.payload["n"] for job in notes.jobs) == [0, 1]


async def test_worker_recovers_when_all_its_connections_are_cut() -> None:
    notes = Recorder()
    started = asyncio.Event()

    async def wait(job: Job) -> None:
        if job.attempt == 1:
            started.set()
            await asyncio.Event().wait()

    register("test.wait", wait)

    async with running_worker(poll=timedelta(milliseconds=200)):
        await until_listening()
        hanging = await add("test.wait")
        await until_set(started)
        await db.fetch_value(_HANG_UP)

        job_id = await _add_patiently()
        await until_state(job_id, "done")
        await until_listening()
        # The one that was cut off is still ours; its lease shows that it lives.
        assert (await read(hanging))["state"] == "running"
        await db.execute("UPDATE jobs_job SET due_at = now() WHERE id = $1", hanging)
        await until_state(hanging, "done")
    assert len(notes.jobs) == 1


async def test_outbound_job_holds_no_transaction() -> None:
    seen: list[bool] = []

    async def look(job: Job) -> None:
        seen.append(is_in_unit_of_work())

    register_outbound("test.far", look)
    register("test.near", look)
    far = await add("test.far")
    near = await add("test.near")

    async with running_worker(concurrency=1):
        await until_state(far, "done")
        await until_state(near, "done")

    assert sorted(seen) == [False, True]


class Gate:
    """A handler for another machine that does not answer before it is told to; counts how many wait."""

    def __init__(self, kind: str, places: int | None, *, full_at: int) -> None:
        self.running = self.most = self.ended = 0
        self.full_at = full_at
        self.full, self.open = asyncio.Event(), asyncio.Event()
        register_outbound(kind, self, places=places)

    async def __call__(self, _job: Job) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        if self.running == self.full_at:
            self.full.set()
        await self.open.wait()
        self.running -= 1
        self.ended += 1


async def test_kind_with_places_of_its_own_leaves_those_of_the_others_alone() -> None:
    gate, notes = Gate("test.far", 2, full_at=2), Recorder()
    far = [await add("test.far", n=n) for n in range(20)]

    async with running_worker(concurrency=1, poll=NEVER):
        await until_set(gate.full)
        near = [await add(n=n) for n in range(5)]
        for job_id in near:
            await until_state(job_id, "done")
        states = [(await read(job_id))["state"] for job_id in far]
        gate.open.set()
        for job_id in far:
            await until_state(job_id, "done")

    assert (states.count("running"), states.count("ready")) == (2, 18)
    assert sorted(job.payload["n"] for job in notes.jobs) == list(range(5))
    assert (gate.most, gate.ended) == (2, 20)


async def test_kind_with_places_of_its_own_runs_while_all_others_hang() -> None:
    gate = Gate("test.slow", None, full_at=1)
    notes = Recorder("test.far")
    register_outbound("test.far", notes, places=1)
    for n in range(5):
        await add("test.slow", n=n)

    async with running_worker(concurrency=1, poll=NEVER):
        await until_set(gate.full)
        for n in range(3):
            await until_state(await add("test.far", n=n), "done")
        gate.open.set()

    assert [job.payload["n"] for job in notes.jobs] == [0, 1, 2]


async def test_lane_goes_on_at_once_with_a_job_of_another_kind_that_has_places_of_its_own() -> None:
    notes, far = Recorder(), Recorder("test.far")
    register_outbound("test.far", far, places=1)

    async with running_worker(poll=NEVER):
        await until_listening()
        async with unit_of_work():
            jobs = [
                await enqueue(kind, {"n": n}, lane="a")
                for n, kind in enumerate(("test.far", "test.note", "test.far", "test.note"))
            ]
        await until_state(jobs[-1], "done")

    assert [job.payload["n"] for job in far.jobs] == [0, 2]
    assert [job.payload["n"] for job in notes.jobs] == [1, 3]


async def test_periodic_job_runs_once_across_workers() -> None:
    notes = Recorder("test.tick")
    every("test.tick", NEVER)

    async with running_worker(), running_worker(), running_worker():
        await until_set(notes.ran)
        marker = await add("test.tick", n=1)
        await until_state(marker, "done")

    assert sorted(job.payload.get("n", 0) for job in notes.jobs) == [0, 1]


async def test_pump_repeats_its_step_while_there_is_more_and_when_notified() -> None:
    steps: list[bool] = []
    first, second = asyncio.Event(), asyncio.Event()

    async def step() -> bool:
        steps.append(is_in_unit_of_work())
        if len(steps) == 3:
            first.set()
        if len(steps) > 3:
            second.set()
        return len(steps) < 3

    pump("test.pump", step, channel="test_channel", gap=timedelta(0), poll=NEVER)

    async with running_worker(poll=NEVER):
        await until_set(first)
        await until_listening()
        async with unit_of_work():
            notify_after_commit("test_channel", "x")
        await until_set(second)

    assert all(steps)


async def test_failing_pump_is_tried_again() -> None:
    steps: list[int] = []
    recovered = asyncio.Event()

    async def step() -> bool:
        steps.append(len(steps))
        if len(steps) == 1:
            raise LookupError
        recovered.set()
        return False

    pump("test.pump", step, channel="test_channel", gap=timedelta(0), poll=NEVER)

    async with running_worker(poll=NEVER):
        await until_set(recovered)


async def _add_patiently() -> str:
    """Enqueue through a pool whose connections were just cut."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                return await add()
            except Unavailable:
                await asyncio.sleep(0.01)
