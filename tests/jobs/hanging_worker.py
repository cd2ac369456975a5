"""A worker process whose handler never ends (run by `test_leases`)."""

from __future__ import annotations

import asyncio
import os

from app.jobs.service import Worker, enqueue, register
from app.jobs.types import Job
from app.kit import db
from app.kit.runtime import bind_runtime
from app.kit.settings import load_settings
from app.tables import APPS


async def hang(_job: Job) -> None:
    await enqueue("test.half_done", {})
    await asyncio.Event().wait()


async def main() -> None:
    dsn = os.environ["DSN"]
    bind_runtime(load_settings(database_url=dsn, secret="a secret for tests, thirty-two bytes or more"))
    await db.open_database(db.tortoise_config(dsn, {"jobs": APPS["jobs"]}))
    register("test.hang", hang)
    await Worker().run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main())
