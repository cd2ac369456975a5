"""A process that judges (run by `test_current`): the name of a policy a line, value and version for an answer."""

from __future__ import annotations

import asyncio
import os
import sys

from app import wiring
from app.kit import db
from app.kit.recall import ear, hearing
from app.tables import APPS
from tests.policies.support import judge
from tests.remembering import say
from tests.support import make_settings


async def main() -> None:
    dsn = os.environ["DSN"]
    wiring.wire(make_settings(database_url=dsn))
    await db.open_database(db.tortoise_config(dsn, APPS, pool_size=2))
    async with hearing():
        while not ear.hears:  # noqa: ASYNC110 - it says so to nobody
            await asyncio.sleep(0.01)
        say("ready")
        while line := await asyncio.to_thread(sys.stdin.readline):
            verdict = await judge(line.strip())
            say(f"{verdict.value} {verdict.version}")
    await db.close_database()


if __name__ == "__main__":
    asyncio.run(main())
