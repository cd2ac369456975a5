"""Rate limits of keys, shared between processes without a write for each use.

A process takes uses in blocks from the counter in PostgreSQL and spends them from memory. All processes together
never exceed the limit; a block that a process did not spend is lost when its minute ends.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from app.api_keys.errors import ApiKeyRateLimited
from app.api_keys.measures import note_block
from app.kit import clock, db
from app.kit.limits import RateLimit, count_hit, window_rest

WINDOW: Final = timedelta(minutes=1)
# A minute's uses are fetched in so many blocks at most by one process.
_BLOCKS: Final = 20
# Keys with a limit that a process keeps the allowance of; the one used least lately gives way.
_MOST: Final = 10_000


@dataclass(slots=True)
class _Allowance:
    """What a process may still spend on a key in a window."""

    window: int
    left: int = 0
    is_spent: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_allowances: OrderedDict[tuple[str, int], _Allowance] = OrderedDict()


async def spend_use(key_id: str, per_minute: int) -> None:
    """Count one use. A key whose minute is used up is refused from memory, without a write.

    Raises:
        ApiKeyRateLimited: `api_keys_rate_limited`, with `retry_after` until the minute ends.
    """
    limit = RateLimit("api_keys.use", hits=per_minute, window=WINDOW)
    allowance = _find(key_id, per_minute)
    if allowance.left < 1 and not allowance.is_spent:
        async with allowance.lock:
            if allowance.left < 1 and not allowance.is_spent:
                await _take_block(allowance, limit, key_id)
    if allowance.left < 1:
        raise ApiKeyRateLimited(key_id, window_rest(limit))
    allowance.left -= 1


def forget_allowances() -> None:
    """Drop what this process may still spend (after the database was emptied under it)."""
    _allowances.clear()


def _find(key_id: str, per_minute: int) -> _Allowance:
    window = int(clock.now().timestamp() // WINDOW.total_seconds())
    found = _allowances.get((key_id, per_minute))
    if found is None or found.window != window:
        found = _allowances[key_id, per_minute] = _Allowance(window)
        if len(_allowances) > _MOST:
            _allowances.popitem(last=False)
    _allowances.move_to_end((key_id, per_minute))
    return found


async def _take_block(allowance: _Allowance, limit: RateLimit, key_id: str) -> None:
    block = max(1, limit.hits // _BLOCKS)
    taken = await count_hit(limit, key_id, cost=block)
    note_block()
    # Of the block that passes the limit only the part below it counts.
    granted = max(0, min(block, limit.hits - (taken - block)))
    allowance.left += granted
    allowance.is_spent = granted < block
    if db.is_in_unit_of_work():
        db.after_rollback(_forgetter(key_id, limit.hits))


def _forgetter(key_id: str, per_minute: int) -> db.Work:
    """A roll-back takes the counted block back, so it must not be spent either."""

    async def forget() -> None:
        _allowances.pop((key_id, per_minute), None)

    return forget
