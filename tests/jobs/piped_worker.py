"""A worker process told by lines on its input (run by `test_outage`): `add <n>` enqueues, its end stops it."""

from __future__ import annotations

import asyncio
import os
import sys

from app.jobs.service import Worker, enqueue, register
from app.jobs.types import Job
from app.kit import db
from app.kit.db import unit_of_work
from app.kit.errors import Unavailable
from app.kit.migrate import migrate
from app.kit.runtime import bind_runtime
from app.kit.settings import load_settings
from app.tables import APPS

_JOBS = {"jobs": APPS["jobs"]}


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


async def run_job(job: Job) -> None:
    say(f"ran {job.payload['n']}")


async def obey(line: str) -> None:
    number = line.split()[1]
    try:
        async with unit_of_work():
            await enqueue("test.piped", {"n": number})
        say(f"added {number}")
    except Unavailable as error:
        say(f"{error.code} {number}")


async def main() -> None:
    dsn = os.environ["DSN"]
    bind_runtime(load_settings(database_url=dsn, secret="a secret for tests, thirty-two bytes or more"))
    await db.open_database(db.tortoise_config(dsn, _JOBS))
    await migrate(_JOBS)
    register("test.piped", run_job)
    stop = asyncio.Event()
    working = asyncio.create_task(Worker().run(stop))
    say("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        await obey(line)
    stop.set()
    await working
    await db.close_database()
    say("stopped")


if __name__ == "__main__":
    asyncio.run(main())
