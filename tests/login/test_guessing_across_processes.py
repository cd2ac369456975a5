"""What one process counted, every other one knows."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from app.kit import clock, db
from tests.conftest import ROOT
from tests.login.support import Visitor, make_person

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
EACH = 50
PATIENCE_SECONDS = 60


@asynccontextmanager
async def _running(dsn: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that is ready to guess."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.login.guessing_process", "ada", str(EACH), MOMENT.isoformat(),
        stdin=PIPE, stdout=PIPE, cwd=ROOT.parent, env={**os.environ, "DSN": dsn},
    )  # fmt: skip
    try:
        assert await _read(process) == "ready"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _read(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        return (await process.stdout.readline()).decode().strip()


async def test_of_a_hundred_wrong_passwords_at_two_processes_exactly_the_limit_are_looked_at(
    dsn: str, visitor: Visitor
) -> None:
    await make_person()

    async with _running(dsn) as one, _running(dsn) as other:
        for process in (one, other):
            assert process.stdin is not None
            process.stdin.close()
        statuses = [int(word) for process in (one, other) for word in (await _read(process)).split()]

    assert Counter(statuses) == {400: 5, 429: 2 * EACH - 5}
    assert await db.fetch_value("SELECT failures FROM credentials_throttle") == 5
    assert await db.fetch_value("SELECT count(*) FROM events_audit WHERE reason = 'wrong_password'") == 5
    with clock.frozen(MOMENT):
        assert (await visitor.sign_in("ada", "wrong")).status == 429
