"""Reading the whole trail: was a row changed, removed, inserted or put elsewhere, was the end cut off?"""

from __future__ import annotations

from app.events import chain, chain_queries
from app.events.chain_queries import ChainEnds
from app.events.findings import Findings, place_of
from app.events.types import AuditScrubbed, ChainReport, Checkpoint, Progress

_BATCH = 1_000


async def verify_chain(*, expected: Checkpoint | None = None, tell: Progress | None = None) -> ChainReport:
    """Check every row, every link and the signed ends.

    Args:
        expected: a checkpoint kept elsewhere; proves that the end was not cut off and signed anew.
        tell: called with the number of rows so far.
    """
    ends = await chain_queries.read_head()
    found = Findings(await chain_queries.find_scrubbed_users(AuditScrubbed.action))
    checked = 0
    if ends is not None:
        checked = await _verify_chained(ends, expected, found, tell)
    elif expected is not None and expected.position > 0:
        found.add("head_missing")
    for row in await chain_queries.find_outside(_BATCH):
        found.add("row_inserted", row=row)
    unsealed = 0
    async for row in chain_queries.read_loose(_BATCH):
        unsealed += 1
        found.check_row(row)
    await _settle(found, ends)
    floor, head = (None, None) if ends is None else (ends.floor, ends.head)
    return ChainReport(checked, unsealed, floor, head, tuple(found.problems))


async def _verify_chained(ends: ChainEnds, expected: Checkpoint | None, found: Findings, tell: Progress | None) -> int:
    if not chain.are_ends_signed(ends.floor, ends.head, ends.mac):
        found.add("head_changed")
    last, checked, is_expected_seen = ends.floor, 0, expected is None or expected.position <= ends.floor.position
    while rows := await chain_queries.read_chained(last.position, ends.head.position, _BATCH):
        for row in rows:
            here = place_of(row)
            found.check_place(last, here, row)
            found.check_row(row)
            is_expected_seen = is_expected_seen or here == expected
            last = here
        checked += len(rows)
        if tell:
            tell(checked)
    if last.position < ends.head.position:
        found.add("end_missing", last.position + 1, until=ends.head.position)
    elif last != ends.head:
        found.add("head_changed", last.position)
    if not is_expected_seen:
        found.add("checkpoint_missing", expected.position if expected else None)
    return checked


async def _settle(found: Findings, ends: ChainEnds | None) -> None:
    """Retention and erasure may have run meanwhile: what they took away is not missing."""
    if found.unrecorded:
        found.settle_unrecorded(await chain_queries.find_scrubbed_users(AuditScrubbed.action))
    if not found.problems or ends is None:
        return
    now = await chain_queries.read_head()
    if now is not None and chain.are_ends_signed(now.floor, now.head, now.mac):
        floor = now.floor.position
        if floor > ends.floor.position:
            found.problems = [p for p in found.problems if p.position is None or p.position > floor]
