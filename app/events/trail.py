"""The audit chain at work: sealing what committed, trimming what is too old, verifying the whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from app.events import chain, chain_queries
from app.events.chain_queries import ChainEnds
from app.events.errors import ChainBroken
from app.events.types import SEALED_CHANNEL, AuditScrubbed, ChainProblem, ChainReport, Checkpoint
from app.kit import clock, db
from app.kit.notify import notify_after_commit

_log = structlog.get_logger("auther.audit")

SEAL_BATCH = 500
_TRIM_BATCH = 5_000
_VERIFY_BATCH = 1_000
MAX_PROBLEMS = 100
# What a row's signature covers, in this order; the personal fields only through their commitments.
FACTS = (
    "id", "action", "outcome", "occurred_at", "actor_kind", "actor_id", "impersonator_id", "session_id", "client_id",
    "target_type", "target_id", "about_user_id", "request_id", "origin_commitment", "content_commitment",
)  # fmt: skip
ORIGIN_FIELDS = ("ip", "user_agent")
CONTENT_FIELDS = ("reason", "before", "after")


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


async def trim_chain(retention: timedelta) -> bool:
    """Delete a batch of rows older than the retention from the chain's beginning; whether there may be more.

    What is left verifies from the new beginning, which is signed.

    Raises:
        ChainBroken: the stored ends are not what we signed.
    """
    ends = await chain_queries.lock_head()
    if ends is None:
        return False
    _require_signed(ends)
    floor = _last_before(await chain_queries.oldest_rows(ends.floor.position, _TRIM_BATCH), clock.now() - retention)
    if floor is None:
        return False
    count = await chain_queries.trim_rows(ends.floor.position, floor.position)
    if count != floor.position - ends.floor.position:
        _log.error("audit.rows_missing", expected=floor.position - ends.floor.position, found=count)
    await chain_queries.move_head(_signed(floor, ends.head))
    _log.info("audit.trimmed", count=count, position=ends.head.position, link=ends.head.link.hex())
    return count >= _TRIM_BATCH


async def read_checkpoint() -> Checkpoint | None:
    """The head of the chain, to be kept outside of the database; None when nothing is chained."""
    ends = await chain_queries.read_head()
    return None if ends is None else ends.head


async def verify_chain(*, expected: Checkpoint | None = None) -> ChainReport:
    """Read the whole trail and check that no row was changed, removed, inserted or reordered.

    Args:
        expected: a checkpoint kept elsewhere; proves that the end was not cut off and re-signed.
    """
    ends = await chain_queries.read_head()
    found = _Findings(await chain_queries.find_scrubbed_users(AuditScrubbed.action))
    checked = 0
    if ends is not None:
        checked = await _verify_chained(ends, expected, found)
    elif expected is not None and expected.position > 0:
        found.add("head_missing")
    unsealed = 0
    async for row in chain_queries.read_loose(_VERIFY_BATCH):
        unsealed += 1
        found.check_row(row)
    await _forget_trimmed(found, ends)
    floor, head = (None, None) if ends is None else (ends.floor, ends.head)
    return ChainReport(checked, unsealed, floor, head, tuple(found.problems))


class _Findings:
    def __init__(self, scrubbed_users: set[str]) -> None:
        self.problems: list[ChainProblem] = []
        self._scrubbed_users = scrubbed_users

    def add(self, code: str, row: db.Row | None = None, position: int | None = None) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            place = position if row is None else row["position"]
            self.problems.append(ChainProblem(code, place, None if row is None else row["id"]))

    def check_row(self, row: db.Row) -> None:
        """A row by itself: its signature, then each group of personal fields against its commitment."""
        if not chain.is_row_signed([row[name] for name in FACTS], bytes(row["mac"])):
            self.add("row_changed", row)
        for group, fields in (("origin", ORIGIN_FIELDS), ("content", CONTENT_FIELDS)):
            self._check_group(row, group, [row[name] for name in fields])

    def _check_group(self, row: db.Row, group: str, values: list[str | None]) -> None:
        salt = row[f"{group}_salt"]
        if salt is None:
            people = {row["actor_id"], row["impersonator_id"], row["about_user_id"]}
            if any(value is not None for value in values):
                self.add("scrubbed_row_refilled", row)
            elif not people & self._scrubbed_users:
                self.add("scrubbed_without_record", row)
        elif chain.commit_to(bytes(salt), values) != bytes(row[f"{group}_commitment"]):
            self.add("row_changed", row)


async def _verify_chained(ends: ChainEnds, expected: Checkpoint | None, found: _Findings) -> int:
    if not chain.are_ends_signed(ends.floor, ends.head, ends.mac):
        found.add("head_changed")
    last, checked, is_expected_seen = ends.floor, 0, expected is None or expected.position <= ends.floor.position
    while last.position < ends.head.position:
        rows = await chain_queries.read_chained(last.position, _VERIFY_BATCH)
        rows = [row for row in rows if row["position"] <= ends.head.position]
        for row in rows:
            here = Checkpoint(row["position"], bytes(row["link"]))
            _check_place(last, here, row, found)
            found.check_row(row)
            is_expected_seen = is_expected_seen or here == expected
            last = here
        checked += len(rows)
        if not rows:
            break
    if last.position < ends.head.position:
        found.add("rows_missing", position=last.position + 1)
    elif last != ends.head:
        found.add("head_changed", position=last.position)
    if not is_expected_seen:
        found.add("checkpoint_missing", position=expected.position if expected else None)
    return checked


def _check_place(before: Checkpoint, here: Checkpoint, row: db.Row, found: _Findings) -> None:
    if here.position != before.position + 1:
        found.add("rows_missing", position=before.position + 1)
    elif not chain.is_linked(before, bytes(row["mac"]), here):
        found.add("link_broken", row)


async def _forget_trimmed(found: _Findings, ends: ChainEnds | None) -> None:
    """Retention may have run meanwhile: what it took away is not missing."""
    if not found.problems or ends is None:
        return
    now = await chain_queries.read_head()
    if now is not None and chain.are_ends_signed(now.floor, now.head, now.mac):
        floor = now.floor.position
        if floor > ends.floor.position:
            found.problems = [p for p in found.problems if p.position is None or p.position > floor]


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
