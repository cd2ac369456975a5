"""Two processes of the operating system over one database, their clocks turned on: one rotation, and both verify."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.runtime import settings
from app.signing.service import ensure_keys, list_keys
from app.signing.types import KeyStatus
from tests.support import commit

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


@asynccontextmanager
async def processes(number: int, after: timedelta) -> AsyncIterator[list[Process]]:
    """Processes whose clock is that much ahead."""
    url = settings().database_url
    assert url is not None
    environment = {**os.environ, "DSN": url.get_secret_value(), "NOW": (clock.now() + after).isoformat()}
    async with AsyncExitStack() as stack:
        started = []
        for _ in range(number):
            command = (sys.executable, "-m", "tests.signing.rotating_process")
            process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environment)
            stack.push_async_callback(process.wait)
            stack.callback(_close, process)
            started.append(process)
        for process in started:
            assert await _hear(process) == "ready"
        yield started


def _close(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.close()


async def ask(process: Process, line: str) -> str:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n".encode())
    return await _hear(process)


async def _hear(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        return (await process.stdout.readline()).decode().strip()


async def ask_all(of: Sequence[Process], line: str) -> list[str]:
    return list(await asyncio.gather(*(ask(process, line) for process in of)))


async def statuses() -> list[KeyStatus]:
    return [key.status for key in reversed(await list_keys(SYSTEM)) if key.alg == "ES256"]


async def test_processes_that_rotate_at_once_make_one_successor_and_verify_what_the_other_signed() -> None:
    await commit(ensure_keys())
    rotation = settings().key_rotation

    async with processes(2, rotation - timedelta(days=1)) as early:
        assert await ask_all(early, "rotate") == ["rotated"] * 2
        old = await ask(early[0], "sign")
    assert await statuses() == [KeyStatus.ACTIVE, KeyStatus.PENDING]

    async with processes(2, rotation + timedelta(hours=1)) as late:
        assert await ask_all(late, "rotate") == ["rotated"] * 2
        new = await ask(late[1], "sign")
        overlap = await ask_all(late, f"verify {old}")
        fresh = await ask_all(late, f"verify {new}")

    assert [len(set(each)) for each in (overlap, fresh)] == [1, 1]
    assert all(each.isdigit() for each in [*overlap, *fresh])
    assert old.split(".")[0] != new.split(".")[0]
    assert len([key for key in await list_keys(SYSTEM) if key.alg == "ES256"]) == 2
