"""Helpers of the tests of jobs."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from app.jobs.service import Worker, enqueue, register
from app.jobs.types import Job
from app.kit import db
from app.kit.db import unit_of_work

PATIENCE_SECONDS = 20
Result = TypeVar("Result")


class Recorder:
    """A handler that notes what it got; can be told to fail."""

    def __init__(self, kind: str = "test.note") -> None:
        self.kind = kind
        self.jobs: list[Job] = []
        self.error: Exception | None = None
        self.ran = asyncio.Event()
        register(kind, self)

    async def __call__(self, job: Job) -> None:
        self.jobs.append(job)
        self.ran.set()
        if self.error is not None:
            raise self.error

    @property
    def payloads(self) -> list[Any]:
        return [dict(job.payload) for job in self.jobs]


async def add(kind: str = "test.note", /, n: int = 0, **options: Any) -> str:
    """Enqueue and commit."""
    async with unit_of_work():
        return await enqueue(kind, {"n": n}, **options)


async def read(job_id: str) -> dict[str, Any]:
    """The job's row."""
    row = await db.fetch_row("SELECT * FROM jobs_job WHERE id = $1", job_id)
    assert row is not None
    return dict(row)


async def states() -> list[str]:
    return [row["state"] for row in await db.fetch("SELECT state FROM jobs_job ORDER BY seq")]


async def elsewhere(work: Coroutine[Any, Any, Result]) -> Result:
    """Run on another connection, as another process would, whatever unit of work is open here."""
    return await asyncio.create_task(work, context=contextvars.Context())


async def until_set(event: asyncio.Event) -> None:
    """Wait for something that another task does; fail if it never comes."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        await event.wait()


async def until(look: Callable[[], Awaitable[object]]) -> None:
    """Wait until the database shows what another process or connection does there."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await look():  # noqa: ASYNC110 - nobody there can set an event of ours
            await asyncio.sleep(0.01)


async def until_state(job_id: str, state: str) -> None:
    """Wait until another task or process has brought the job there."""

    async def is_there() -> bool:
        return bool((await read(job_id))["state"] == state)

    await until(is_there)


@asynccontextmanager
async def running_worker(**options: Any) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(**options).run(stop))
    try:
        yield
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await task
