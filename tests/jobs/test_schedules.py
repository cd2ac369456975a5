"""Schedules: due once a period, for one process."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from app.jobs import schedules
from app.jobs.service import every, run_pending
from app.kit import clock
from tests.jobs.support import Recorder, elsewhere

HOUR = timedelta(hours=1)


async def test_schedule_is_due_at_first_and_then_once_a_period() -> None:
    notes = Recorder("test.tick")
    every("test.tick", HOUR)
    with clock.frozen() as stopped:
        runs = []
        for advance in (timedelta(0), HOUR - timedelta(seconds=1), timedelta(seconds=1), 5 * HOUR, HOUR / 2):
            stopped.advance(advance)
            await schedules.tend()
            runs.append(await run_pending())

    assert runs == [1, 0, 1, 1, 0]
    assert len(notes.jobs) == 3


async def test_due_schedule_goes_to_one_of_many_processes() -> None:
    every("test.tick", HOUR)
    await schedules.plan()

    counts = await asyncio.gather(*(elsewhere(schedules.enqueue_due()) for _ in range(6)))

    assert sorted(counts) == [0, 0, 0, 0, 0, 1]


async def test_shorter_period_takes_effect_at_once_and_a_longer_one_next_time() -> None:
    Recorder("test.tick")
    with clock.frozen() as stopped:
        every("test.tick", 24 * HOUR)
        await schedules.tend()
        every("test.tick", HOUR)
        await schedules.plan()
        every("test.tick", 24 * HOUR)
        await schedules.plan()

        stopped.advance(HOUR)
        assert await schedules.enqueue_due() == 1
        stopped.advance(2 * HOUR)
        assert await schedules.enqueue_due() == 0


async def test_slow_periodic_job_does_not_pile_up() -> None:
    every("test.tick", HOUR)
    with clock.frozen() as stopped:
        for _ in range(4):
            await schedules.tend()
            stopped.advance(HOUR)

        notes = Recorder("test.tick")
        assert await run_pending() == 1
    assert len(notes.jobs) == 1
