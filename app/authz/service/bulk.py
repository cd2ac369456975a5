"""Many tuples at once: in from JSON lines, batch by batch, and out again.

Unlike other services an import opens its units of work itself: each batch is one, with a revision of its own, so
that a file of any size neither blocks other writers nor has to begin anew after a crash.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

import orjson

from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.language.tuple_lines import Source, cut_lines
from app.authz.queries import tuples as queries
from app.authz.queries.bulk import Merged, compare_rows, merge_rows, stream_tuples
from app.authz.queries.filters import to_conditions
from app.authz.queries.head import Head, lock_head, read_head
from app.authz.queries.rows import name_of
from app.authz.queries.types import read_type_names
from app.authz.service.announcing import announce_counts
from app.authz.service.bulk_rows import Batch, RowMaker
from app.authz.service.consistency import Revision, encode_revision
from app.authz.service.hierarchy import find_circles
from app.authz.service.policy_names import find_unknown_policies
from app.authz.service.rights import find_excess, guard_tuples
from app.authz.service.schemas import current_schema
from app.authz.service.strangers import find_strangers
from app.authz.types.transfer import BadLine, ImportReport
from app.authz.types.tuples import PLATFORM, POLICY_PREFIX
from app.authz.types.writes import TupleFilter
from app.kit import clock, db
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import AppError

# Lines of one unit of work.
BATCH: Final = 10_000
# Bad lines that a report names.
MAX_BAD: Final = 100
# Whoever writes tuples on these may not give more than they have.
_GUARDED: Final = frozenset(SYSTEM_TYPE_IDS.values())

# Called after each batch with the lines read and the tuples written so far.
Progress = Callable[[int, int], None]


async def import_tuples(
    actor: Actor,
    source: Source,
    *,
    progress: Progress | None = None,
    skip_bad: bool = False,
    dry_run: bool = False,
    subjects_must_exist: bool = False,
    reason: str | None = None,
) -> ImportReport:
    """Write the tuples of a file of JSON lines. Doing it again writes what is missing, and else changes nothing.

    A batch with a bad line is not written, nor what comes after it, but the rest is still looked through for bad
    lines, until there are `MAX_BAD`.

    Args:
        source: the file in chunks of any size; see `language.tuple_lines` for the form of a line.
        skip_bad: leave bad lines out and write the others.
        dry_run: only tell what would be done. What one batch would change is not known to the next.
        subjects_must_exist: as in `TupleWrite`.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client that owns a type, or, for types that no
            client owns, `platform.manage_platform`; earlier batches are written.
        HierarchyTooLarge: too much lies behind tuples of hierarchies.
        RuntimeError: inside a unit of work.
    """
    work = _Import(actor, skip_bad=skip_bad, dry_run=dry_run, all_must_exist=subjects_must_exist, reason=reason)
    first = 1
    async for lines in cut_lines(source, BATCH):
        await work.take(lines, first)
        first += len(lines)
        if progress is not None:
            progress(work.read, work.written)
        if work.is_hopeless:
            break
    return await work.report()


class _Import:
    """An import on its way."""

    def __init__(
        self, actor: Actor, *, skip_bad: bool, dry_run: bool, all_must_exist: bool, reason: str | None
    ) -> None:  # fmt: skip
        self.read = 0
        self.written = 0
        self._unchanged = 0
        self._refused = 0
        self._bad: list[BadLine] = []
        self._is_stopped = False
        self._revision: Revision | None = None
        self._maker: RowMaker | None = None
        self._actor = actor
        self._skip_bad = skip_bad
        self._dry_run = dry_run
        self._all_must_exist = all_must_exist
        self._reason = reason

    @property
    def is_hopeless(self) -> bool:
        """Nothing will be written any more, and enough is known of why."""
        return self._is_stopped and self._refused >= MAX_BAD

    async def take(self, lines: Sequence[bytes | None], first: int) -> None:
        """Write a batch, or refuse it."""
        head = await read_head()
        maker = await self._make_maker(head)
        batch = maker.make(lines, first)
        async with db.unit_of_work():
            if not self._dry_run and not self._is_stopped:
                head = await lock_head()
                if head.model_revision != maker.schema.revision:
                    maker = await self._make_maker(head)
                    batch = maker.make(lines, first)
            await self._examine(maker, batch)
            self._count(batch)
            if not self._is_stopped:
                await self._write(batch, head)

    async def report(self) -> ImportReport:
        """What came of it."""
        if self._revision is None:
            head = await read_head()
            self._revision = Revision(head.revision, head.model_revision)
        return ImportReport(
            self.read,
            self.written,
            self._unchanged,
            self._refused,
            tuple(self._bad),
            not self._is_stopped,
            encode_revision(self._revision),
        )

    async def _make_maker(self, head: Head) -> RowMaker:
        if self._maker is None or self._maker.schema.revision != head.model_revision:
            self._maker = RowMaker(await current_schema(head.model_revision), clock.now())
        return self._maker

    async def _examine(self, maker: RowMaker, batch: Batch) -> None:
        """What needs the database to be judged: who may write it, who exists, circles in hierarchies."""
        types = maker.schema.by_id
        await guard_tuples(self._actor, {types[key[0]].full_name for key in batch.rows})
        named = [maker.named(row, number) for row, number in batch.rows.values() if row[0] in _GUARDED]
        if self._actor != SYSTEM:
            _leave_out(batch, await find_excess(self._actor, maker.schema, named))
        asked = maker.all_named(batch) if self._all_must_exist else named
        _leave_out(batch, await find_strangers(asked, on_all_types=self._all_must_exist))
        policies = maker.policies(batch)
        _leave_out(batch, await find_unknown_policies(maker.schema, policies))
        # Leaving a line out may leave another circle of the same lines.
        while circles := await find_circles(maker.schema, maker.edges(batch), ()):
            _leave_out(batch, circles)

    def _count(self, batch: Batch) -> None:
        self.read += batch.read
        self._refused += len(batch.bad)
        self._bad += sorted(batch.bad, key=lambda each: each.number)[: MAX_BAD - len(self._bad)]
        if batch.bad and not self._skip_bad:
            self._is_stopped = True

    async def _write(self, batch: Batch, head: Head) -> None:
        rows = [row for row, _ in batch.rows.values()]
        if self._dry_run:
            merged = await compare_rows(rows)
        else:
            merged = await merge_rows(rows, head.revision + 1)
            await self._conclude(merged, head)
        self.written += merged.count
        self._unchanged += batch.read - len(batch.bad) - merged.count

    async def _conclude(self, merged: Merged, head: Head) -> None:
        if not merged.count:
            return
        revision = await queries.advance(self._actor, self._reason)
        counts = {"created": merged.created, "changed": merged.changed, "deleted": 0}
        await announce_counts(self._actor, counts, revision, self._reason)
        self._revision = Revision(revision, head.model_revision)


def _leave_out(batch: Batch, problems: Sequence[AppError]) -> None:
    """Take the lines that problems are about out of a batch. The first element of a problem's field is the line."""
    reasons = {int(problem.field[0]): problem.message for problem in problems}
    batch.bad += [BadLine(number, reason) for number, reason in reasons.items()]
    batch.rows = {key: pair for key, pair in batch.rows.items() if pair[1] not in reasons}


async def export_tuples(actor: Actor, wanted: TupleFilter) -> AsyncIterator[bytes]:
    """Tuples that stand and are not over, as JSON lines in chunks of many, from one snapshot. Within a unit of work.

    The order is that of the keys, so two exports of the same tuples are the same bytes.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client that owns the entity's type; a filter that
            names no type of entity needs `platform.manage_platform`.
    """
    await guard_tuples(actor, [wanted.entity_type or PLATFORM])
    names = await read_type_names()
    condition = to_conditions(wanted, names)
    if condition is None:
        return
    async for rows in stream_tuples(condition, clock.now()):
        yield b"".join([_to_line(row, names) for row in rows])


def _to_line(row: db.Row, names: dict[int, str]) -> bytes:
    (
        entity_type, entity_id, relation, subject_type, subject_id, subject_relation,
        condition, context, starts_at, expires_at,
    ) = row  # fmt: skip
    subject = f"{name_of(names, subject_type)}:{subject_id}"
    line: dict[str, Any] = {
        "entity": f"{name_of(names, entity_type)}:{entity_id}",
        "relation": relation,
        "subject": f"{subject}#{subject_relation}" if subject_relation else subject,
    }
    if condition is not None and condition.startswith(POLICY_PREFIX):
        line["policy"] = condition.removeprefix(POLICY_PREFIX)
    elif condition is not None:
        line["condition"] = {"name": condition} | ({"context": orjson.loads(context)} if context else {})
    if starts_at is not None:
        line["startsAt"] = starts_at
    if expires_at is not None:
        line["expiresAt"] = expires_at
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)
