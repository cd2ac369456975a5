"""A process with an index of its own, told by lines on its input (run by `test_two_processes`).

`check <token> <user> <document>` prints decision and source, at least as fresh as the token; `write <user> <document>`
writes and prints the token. Its end stops it.
"""

from __future__ import annotations

import asyncio
import os
import sys

from app import wiring
from app.authz.service.checks import check
from app.authz.service.follower import following
from app.authz.types import Freshness, FreshnessMode
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.notify import flush_notifications
from app.tables import APPS
from tests.authz.answers.support import ask, grant
from tests.support import make_settings


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def obey(line: str) -> str:
    match line.split():
        case ["check", token, user, name]:
            freshness = Freshness(FreshnessMode.AT_LEAST_AS_FRESH, token)
            answer = await check(SYSTEM, ask(user, "read", name), freshness)
            return f"{answer.decision} {answer.source}"
        case ["write", user, name]:
            return await grant((f"document:{name}", "viewer", f"user:{user}"))
    raise ValueError(line)


async def main() -> None:
    dsn = os.environ["DSN"]
    wiring.wire(make_settings(database_url=dsn))
    await db.open_database(db.tortoise_config(dsn, APPS, pool_size=4))
    async with following() as follower:
        await follower.catch_up()
        say("ready")
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(await obey(line))
    await flush_notifications()
    await db.close_database()


if __name__ == "__main__":
    asyncio.run(main())
