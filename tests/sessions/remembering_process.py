"""A process that remembers sessions, told by lines on its input (run by `test_remembered_sessions`).

A line is a session's token; the answer is `live` or `dead`, and how many SQL statements that took. Its end stops it.
"""

from __future__ import annotations

import asyncio
import os
import sys

from app import wiring
from app.kit import db
from app.kit.recall import ear, hearing
from app.sessions.service import resolve_session
from app.tables import APPS
from tests.support import counted_statements, make_settings


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def look(token: str) -> str:
    with counted_statements() as statements:
        resolved = await resolve_session(token)
    return f"{'live' if resolved else 'dead'} {sum('sessions_session' in each for each in statements)}"


async def main() -> None:
    dsn = os.environ["DSN"]
    wiring.wire(make_settings(database_url=dsn))
    await db.open_database(db.tortoise_config(dsn, APPS, pool_size=2))
    async with hearing():
        while not ear.hears:  # noqa: ASYNC110 - it says so to nobody
            await asyncio.sleep(0.01)
        say("ready")
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(await look(line.strip()))
    await db.close_database()


if __name__ == "__main__":
    asyncio.run(main())
