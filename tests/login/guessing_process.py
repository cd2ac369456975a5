"""A server process of its own that gets wrong passwords, at once (run by `test_guessing_across_processes`).

It says `ready`, waits until its input ends, guesses, and says the statuses.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime

from app.kit import clock, db
from app.kit.log import configure_logging
from app.main import build_app
from app.tables import APPS
from tests.login.support import Visitor
from tests.support import make_settings


async def guess(login: str, times: int) -> list[int]:
    """The statuses of so many wrong passwords at once, from as many addresses."""
    dsn = os.environ["DSN"]
    settings = make_settings(database_url=dsn, argon2_concurrency=1)
    app = build_app(settings)
    await db.open_database(db.tortoise_config(dsn, APPS, pool_size=4))
    try:
        visitors = [Visitor(app, ip=f"203.0.113.{number + 1}") for number in range(times)]
        forms = [await visitor.get("/signin") for visitor in visitors]
        _say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        answers = await asyncio.gather(
            *(
                visitor.submit(form, "signin-form", identifier=login, password="wrong")
                for visitor, form in zip(visitors, forms, strict=True)
            )
        )
        for visitor in visitors:
            await visitor.client.aclose()
        return [answer.status for answer in answers]
    finally:
        await db.close_database()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    name, number, moment = sys.argv[1:]
    configure_logging(level="error", is_json=False)
    with clock.frozen(datetime.fromisoformat(moment)):
        _say(" ".join(map(str, asyncio.run(guess(name, int(number))))))
