"""The audit chain at work: sealing what committed, trimming what is too old. `verification` reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from app.events import chain, chain_queries
from app.events.chain_queries import ChainEnds
from app.events.errors import ChainBroken
from app.events.types import SEALED_CHANNEL, Checkpoint, Trimmed
from app.kit import clock
from app.kit.notify import notify_after_commit

_log = structlog.get_logger("auther.audit")

SEAL_BATCH = 500
_TRIM_BATCH = 5_000


async def seal_chain() -> bool:
    """Chain a batch of committed rows, in one process at a time; whether there may be more.

    Raises:
        ChainBroken: the stored head is not what we signed; nothing is chained on to it.
    """
    ends = await _take_head()
    if ends is None:
        return False
    rows = await chain_queries.take_unsealed(SEAL_BATCH)
    if not rows:
        return False
    places: list[Checkpoint] = []
    head = ends.head
    for _, mac in rows:
        head = chain.link_row(head, mac)
        places.append(head)
    await chain_queries.seal_rows([audit_id for audit_id, _ in rows], places)
    await chain_queries.move_head(_signed(ends.floor, head))
    notify_after_commit(SEALED_CHANNEL)
    return len(rows) == SEAL_BATCH


async def trim_chain(retention: timedelta) -> Trimmed:
    """Delete a batch of rows older than the retention from the chain's beginning.

    What is left verifies from the new beginning, which is signed.

    Raises:
        ChainBroken: the stored ends are not what we signed.
    """
    ends = await chain_queries.lock_head()
    if ends is None:
        return Trimmed(0, 0, 0, has_more=False)
    _require_signed(ends)
    floor = _last_before(await chain_queries.oldest_rows(ends.floor.position, _TRIM_BATCH), clock.now() - retention)
    if floor is None:
        return Trimmed(0, 0, ends.floor.position, has_more=False)
    expected = floor.position - ends.floor.position
    count = await chain_queries.trim_rows(ends.floor.position, floor.position)
    if count != expected:
        _log.error("audit.rows_missing", expected=expected, found=count)
    await chain_queries.move_head(_signed(floor, ends.head))
    _log.info("audit.trimmed", count=count, position=ends.head.position, link=ends.head.link.hex())
    return Trimmed(count, expected - count, floor.position, has_more=expected >= _TRIM_BATCH)


async def freeze_view() -> None:
    """Let the rest of the unit of work see one state of the database. Before its first statement."""
    await chain_queries.freeze_view()


async def count_unsealed() -> int:
    """How many committed rows are not chained yet."""
    return await chain_queries.count_unsealed()


async def read_checkpoint() -> Checkpoint | None:
    """The head of the chain, to be kept outside of the database; None when nothing is chained."""
    ends = await chain_queries.read_head()
    return None if ends is None else ends.head


async def _take_head() -> ChainEnds | None:
    ends = await chain_queries.try_head()
    if ends is None and await chain_queries.read_head() is None:
        await chain_queries.create_head(_signed(chain.GENESIS, chain.GENESIS))
        ends = await chain_queries.try_head()
    if ends is not None:
        _require_signed(ends)
    return ends


def _require_signed(ends: ChainEnds) -> None:
    if not chain.are_ends_signed(ends.floor, ends.head, ends.mac):
        raise ChainBroken


def _signed(floor: Checkpoint, head: Checkpoint) -> ChainEnds:
    return ChainEnds(floor, head, chain.sign_ends(floor, head))


def _last_before(rows: Sequence[tuple[Checkpoint, datetime]], cutoff: datetime) -> Checkpoint | None:
    last = None
    for place, occurred_at in rows:
        if occurred_at >= cutoff:
            break
        last = place
    return last
