"""An import that broke off is done again from the begin, and ends as if it never had."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.authz.service.bulk import BATCH, import_tuples
from app.kit.actor import SYSTEM
from tests.authz.transfer.support import bring, line, revision, save, take


class Crash(Exception):
    """What ends the process."""


async def test_what_was_written_before_a_crash_stays_and_the_rest_follows() -> None:
    await save()
    lines = [line(f"document:{n:05}", "viewer", "user:anne") for n in range(2 * BATCH + 1)]

    async def broken() -> AsyncIterator[bytes]:
        yield b"".join(lines[: BATCH + 50])
        raise Crash

    before = await revision()
    with pytest.raises(Crash):
        await import_tuples(SYSTEM, broken())
    assert await take() == lines[:BATCH]

    report = await bring(*lines)

    assert (report.written, report.unchanged, report.is_complete) == (BATCH + 1, BATCH, True)
    assert await take() == lines
    assert await revision() == before + 3


async def test_the_model_in_force_when_a_batch_is_written_counts() -> None:
    await save()
    lines = [line(f"document:{n:05}", "viewer", "user:anne") for n in range(BATCH)]

    async def changing() -> AsyncIterator[bytes]:
        yield b"".join(lines)
        await save("model\n  schema 1.1\ntype document\n  relations\n    define viewer: [user]\n")
        yield line("folder:1", "viewer", "user:anne")

    report = await import_tuples(SYSTEM, changing())

    assert (report.written, report.refused) == (BATCH, 1)
    assert report.bad[0].reason == "folder:1#viewer@user:anne: no model defines the type folder."
