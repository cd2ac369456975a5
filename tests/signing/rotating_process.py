"""A process whose clock runs ahead: told to, it rotates, signs and verifies (run by `test_two_processes`)."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime

from app import wiring
from app.kit import clock, db
from app.signing.service import run_rotation, sign_jwt, verify_jwt
from app.tables import APPS
from tests.remembering import say
from tests.support import commit, make_settings


async def obey(line: str) -> str:
    word, _, rest = line.partition(" ")
    if word == "rotate":
        await commit(run_rotation())
        return "rotated"
    if word == "sign":
        return await sign_jwt({"exp": clock.timestamp() + 10**8}, typ="at+jwt", alg="ES256")
    return str((await verify_jwt(rest, typ="at+jwt"))["exp"])


async def main() -> None:
    dsn = os.environ["DSN"]
    wiring.wire(make_settings(database_url=dsn))
    await db.open_database(db.tortoise_config(dsn, APPS, pool_size=2))
    with clock.frozen(datetime.fromisoformat(os.environ["NOW"]).astimezone(UTC)):
        say("ready")
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(await obey(line.strip()))
    await db.close_database()


if __name__ == "__main__":
    asyncio.run(main())
