"""What one process writes another one sees, as soon as it is asked with the token of the write."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.authz.service.checks import check
from app.authz.service.follower import following
from app.authz.types import Decision, Freshness, FreshnessMode, Source
from app.kit.actor import SYSTEM
from tests.authz.answers.support import SOURCE, ask, grant, revoke, save_app

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 30


class Other:
    """Another process on the same database."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def say(self, line: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()
        return await self.read()

    async def read(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                line = (await self._process.stdout.readline()).decode()
                assert line, "the process ended"
                # Log lines begin with their moment.
                if not line[:4].isdigit():
                    return line.strip()


@asynccontextmanager
async def other_process(dsn: str) -> AsyncIterator[Other]:
    module = "tests.authz.follower.following_process"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, env={**os.environ, "DSN": dsn}, cwd=ROOT
    )
    try:
        other = Other(process)
        assert await other.read() == "ready"
        yield other
    finally:
        assert process.stdin is not None
        process.stdin.close()
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0


async def test_a_write_is_seen_by_another_process_with_its_token(dsn: str) -> None:
    await save_app()
    async with other_process(dsn) as other:
        for n in range(20):
            token = await grant((f"document:{n}", "viewer", "user:ann"))
            assert await other.say(f"check {token} ann {n}") == "allowed index"
            token = await revoke((f"document:{n}", "viewer", "user:ann"))
            assert await other.say(f"check {token} ann {n}") == "denied index"


async def test_what_the_other_writes_is_seen_here(dsn: str) -> None:
    await save_app()
    async with other_process(dsn) as other, following() as follower:
        await follower.catch_up()
        for n in range(10):
            token = await other.say(f"write bob {n}")
            answer = await check(SYSTEM, ask("bob", "read", str(n)), Freshness(FreshnessMode.AT_LEAST_AS_FRESH, token))
            assert (answer.decision, answer.source) == (Decision.ALLOWED, Source.INDEX)


async def test_a_new_model_is_in_force_in_another_process_with_the_token_of_a_later_write(dsn: str) -> None:
    await save_app()
    async with other_process(dsn) as other:
        token = await grant(("document:1", "blocked", "user:ann"), ("document:1", "viewer", "user:ann"))
        assert await other.say(f"check {token} ann 1") == "denied index"
        await save_app(SOURCE.replace("define read: reader", "define read: viewer"))
        token = await grant(("document:2", "viewer", "user:ann"))
        assert await other.say(f"check {token} ann 1") == "allowed index"
