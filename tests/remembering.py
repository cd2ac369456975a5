"""A process that remembers, told by lines on its input; each line has one line for an answer. Its end stops it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable

from app import wiring
from app.kit import db
from app.kit.recall import ear, hearing
from app.tables import APPS
from tests.support import counted_statements, make_settings


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def look(find: Callable[[str], Awaitable[object | None]], token: str, table: str) -> str:
    """`live` or `dead`, and how many statements about the table that took."""
    with counted_statements() as statements:
        found = await find(token)
    return f"{'live' if found else 'dead'} {sum(table in each for each in statements)}"


async def remember(find: Callable[[str], Awaitable[object | None]], table: str) -> None:
    """Look for the token of each line until there are no more."""
    dsn = os.environ["DSN"]
    wiring.wire(make_settings(database_url=dsn))
    await db.open_database(db.tortoise_config(dsn, APPS, pool_size=2))
    async with hearing():
        while not ear.hears:  # noqa: ASYNC110 - it says so to nobody
            await asyncio.sleep(0.01)
        say("ready")
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(await look(find, line.strip(), table))
    await db.close_database()
