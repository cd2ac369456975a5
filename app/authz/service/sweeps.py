"""Periodic work: expired tuples end, and what was superseded long ago is cleared away.

Each step is a unit of work of its own, so that the lock of the revision counter is held for moments only.
"""

from __future__ import annotations

from typing import Final

from app.authz.queries import sweeps as queries
from app.authz.queries.head import lock_head, raise_floor, read_head
from app.authz.queries.rows import to_tuple
from app.authz.queries.tuples import advance, end_where
from app.authz.queries.types import read_type_names
from app.authz.service.announcing import Changes, announce
from app.authz.service.repeats import REMEMBERED
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.runtime import settings

EXPIRED: Final = "expired"
_EXPIRY_BATCH: Final = 1_000
_CLEAR_BATCH: Final = 5_000


async def end_expired() -> int:
    """End the tuples that have expired, `_EXPIRY_BATCH` at a revision; how many. Opens units of work."""
    count = 0
    while await queries.has_expired():
        async with unit_of_work():
            count += await _end_batch()
    return count


async def clear_history() -> int:
    """Delete the rows of tuples that ended before the oldest revision that is kept; how many. Opens units of work.

    The floor is raised first: who reads a revision below is refused, rather than shown a part of it.
    """
    revision = await queries.find_superseded(clock.now() - settings().authz_history)
    if revision is not None and revision > (await read_head()).floor:
        async with unit_of_work():
            await raise_floor(revision)
    floor = (await read_head()).floor
    count = 0
    while cleared := await queries.clear_tuples(floor, _CLEAR_BATCH):
        count += cleared
    return count


async def clear_notes() -> int:
    """Delete old entries of the changelog and old idempotency keys; how many."""
    now = clock.now()
    count = 0
    while cleared := await queries.clear_writes(now - settings().audit_retention, _CLEAR_BATCH):
        count += cleared
    while cleared := await queries.clear_keys(now - REMEMBERED, _CLEAR_BATCH):
        count += cleared
    return count


async def _end_batch() -> int:
    head = await lock_head()
    rows = await end_where(queries.EXPIRED, [clock.now()], revision=head.revision + 1, limit=_EXPIRY_BATCH)
    if not rows:
        return 0
    names = await read_type_names()
    revision = await advance(SYSTEM, EXPIRED)
    await announce(SYSTEM, Changes(deleted=[to_tuple(row, names) for row in rows]), revision, EXPIRED)
    return len(rows)
