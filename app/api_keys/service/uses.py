"""When keys were last used: noted in memory, written together every half a minute."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import structlog

from app.api_keys import queries
from app.api_keys.types import ApiKey
from app.kit import clock
from app.kit.errors import Unavailable
from app.kit.notify import wait_for_event

_log = structlog.get_logger("auther.api_keys")

FLUSH_SECONDS: Final = 30.0
# How exact `last_used_at` is: a key in constant use is written so often at most.
PRECISION: Final = timedelta(minutes=1)
# Keys that are noted until the next writing; the use of more is noted later.
_MOST: Final = 20_000

_noted: dict[str, datetime] = {}
# What this process wrote last, for keys that are remembered as they were before.
_written: dict[str, datetime] = {}


def note_use(key: ApiKey) -> None:
    """Remember that a key was just used."""
    now = clock.now()
    for last in (key.last_used_at, _written.get(key.id)):
        if last is not None and now - last < PRECISION:
            return
    if key.id in _noted or len(_noted) < _MOST:
        _noted[key.id] = now


async def flush_uses() -> int:
    """Write what was noted, in one statement; how many keys.

    Raises:
        Unavailable: `kit_database_unavailable`; what was noted stays.
    """
    noted = dict(_noted)
    if not noted:
        return 0
    count = await queries.touch_keys(noted)
    for key_id, moment in noted.items():
        if _noted.get(key_id) == moment:
            del _noted[key_id]
    if len(_written) > _MOST:
        _written.clear()
    _written.update(noted)
    return count


def forget_uses() -> None:
    """Drop what is noted."""
    _noted.clear()
    _written.clear()


@asynccontextmanager
async def noting_uses() -> AsyncIterator[None]:
    """Write what is noted during the block, and at its end."""
    stop = asyncio.Event()
    task = asyncio.create_task(_run(stop), name="api key uses")
    try:
        yield
    finally:
        stop.set()
        await task


async def _run(stop: asyncio.Event) -> None:
    is_over = False
    while not is_over:
        is_over = await wait_for_event(stop, FLUSH_SECONDS)
        try:
            await flush_uses()
        except Unavailable as error:
            _log.warning("api_keys.wait_for_database", detail=error.detail)
