"""Dead letters: kept, listed, replayed, forgotten at last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.jobs.errors import JobNotFound
from app.jobs.service import list_dead_jobs, replay_job, run_pending, sweep_jobs
from app.jobs.types import JobState
from app.kit import clock
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.db import unit_of_work
from app.kit.errors import AppError, Forbidden, Unauthenticated
from app.kit.paging import PageRequest
from tests.jobs.support import Recorder, add, read, states

STRANGER = Actor(ActorKind.USER, "usr_stranger")


async def add_dead(**options: object) -> str:
    notes = Recorder("test.dies")
    notes.error = ValueError("broken")
    job_id = await add("test.dies", max_attempts=1, **options)
    await run_pending()
    assert (await read(job_id))["state"] == "dead"
    return job_id


async def test_dead_jobs_are_listed_newest_first() -> None:
    with clock.frozen() as stopped:
        dead = []
        for _ in range(3):
            dead.append(await add_dead())
            stopped.advance(timedelta(seconds=1))
    await add("test.alive")

    first = await list_dead_jobs(SYSTEM, PageRequest(first=2))
    rest = await list_dead_jobs(SYSTEM, PageRequest(first=2, after=first.cursors[-1]))

    assert [job.id for job in first.items] == [dead[2], dead[1]]
    assert [job.id for job in rest.items] == [dead[0]]
    assert (first.has_next, rest.has_next) == (True, False)
    newest = first.items[0]
    assert (newest.state, newest.last_error, newest.attempt) == (JobState.DEAD, "ValueError: broken", 1)


async def test_replayed_job_gets_all_its_attempts_again_at_the_end_of_its_lane() -> None:
    dead = await add_dead(lane="a")
    await add("test.note", n=1, lane="a")
    async with unit_of_work():
        await replay_job(SYSTEM, dead)
    again = Recorder("test.dies")
    notes = Recorder("test.note")
    assert (await read(dead))["state"] == "waiting"

    assert await run_pending() == 2

    assert notes.payloads == [{"n": 1}]
    assert [(job.id, job.attempt) for job in again.jobs] == [(dead, 1)]


async def test_only_dead_jobs_are_replayed() -> None:
    alive = await add("test.alive")

    for job_id in (alive, "job_unknown"):
        with pytest.raises(JobNotFound):
            async with unit_of_work():
                await replay_job(SYSTEM, job_id)

    assert await states() == ["ready"]


@pytest.mark.parametrize(("actor", "kind"), [(ANONYMOUS, Unauthenticated), (STRANGER, Forbidden)])
async def test_dead_letters_are_for_operators(actor: Actor, kind: type[AppError]) -> None:
    dead = await add_dead()

    with pytest.raises(kind):
        await list_dead_jobs(actor, PageRequest())
    with pytest.raises(kind):
        async with unit_of_work():
            await replay_job(actor, dead)

    assert (await read(dead))["state"] == "dead"


async def test_sweep_forgets_done_jobs_after_a_day_and_dead_ones_after_thirty() -> None:
    with clock.frozen() as stopped:
        await add_dead()
        Recorder()
        await add()
        await run_pending()
        await add("test.waits", run_at=clock.now() + timedelta(days=100))

        stopped.advance(timedelta(days=1))
        assert await sweep_jobs() == 0
        stopped.advance(timedelta(seconds=1))
        assert await sweep_jobs() == 1
        stopped.advance(timedelta(days=29))
        assert await sweep_jobs() == 1
        assert await states() == ["ready"]
