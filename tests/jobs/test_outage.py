"""PostgreSQL is killed and comes back: nothing is lost, and the worker needs no help."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.kit.postgres import start_postgres, stop_postgres
from app.kit.postgres.instance import restart_if_dead

_PATIENCE_SECONDS = 60


class Piped:
    """The process of `piped_worker`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.said: set[str] = set()

    async def add(self, number: int) -> bool:
        """Have a job enqueued; whether the database took it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"add {number}\n".encode())
        added, refused = f"added {number}", f"kit_database_unavailable {number}"
        await self.until(lambda: bool({added, refused} & self.said))
        return added in self.said

    async def until(self, is_enough: Callable[[], bool]) -> None:
        """Read what it says until that is enough; log lines go to its other stream."""
        assert self._process.stderr is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not is_enough():
                line = await self._process.stderr.readline()
                assert line, f"the worker ended after it said {self.said}"
                self.said.add(line.decode().strip())

    async def end(self) -> int:
        assert self._process.stdin is not None
        self._process.stdin.close()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await self._process.wait()


async def test_worker_survives_the_death_of_postgresql(tmp_path_factory: pytest.TempPathFactory) -> None:
    instance = await asyncio.to_thread(start_postgres, tmp_path_factory.mktemp("outage"))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("piped_worker.py")),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "DSN": instance.dsn, "PYTHONPATH": "."},
        cwd=Path(__file__).parents[2],
    )
    worker = Piped(process)
    try:
        await worker.until(lambda: "ready" in worker.said)
        assert await worker.add(1)
        await worker.until(lambda: "ran 1" in worker.said)

        os.kill(instance.pid, signal.SIGKILL)
        # Its processes notice one after the other; what one of them still took must not be lost.
        last = 2
        while await worker.add(last):
            last += 1

        async with asyncio.timeout(_PATIENCE_SECONDS):
            # A process that was killed is there until the system has taken it apart.
            while not await asyncio.to_thread(restart_if_dead, instance):  # noqa: ASYNC110 - it says so to nobody
                await asyncio.sleep(0.01)
        assert await worker.add(last + 1)
        taken = [1, *range(2, last), last + 1]
        await worker.until(lambda: {f"ran {n}" for n in taken} <= worker.said)
        assert await worker.end() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await asyncio.to_thread(stop_postgres, instance)
