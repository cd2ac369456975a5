"""Import and export of tuples: JSON lines, millions of them."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from app.authz.engine.schema import Schema
from app.authz.errors import RevisionGone
from app.authz.queries import tuples as queries
from app.authz.queries.filters import read_snapshot, to_conditions
from app.authz.queries.head import lock_head, read_head
from app.authz.queries.rows import to_row
from app.authz.queries.types import read_type_names
from app.authz.rules import check_shape, check_times, find_model_problem
from app.authz.service.announcing import announce_counts
from app.authz.service.hierarchy import find_circles
from app.authz.service.planning import Path, Plan
from app.authz.service.rights import find_excess, guard_tuples
from app.authz.service.schemas import current_schema
from app.authz.service.tuple_lines import Line, format_line, parse_line
from app.authz.types.tuples import PLATFORM, RelationTuple, TupleKey
from app.authz.types.writes import ImportProgress, LineProblem, OnProblem, TupleFilter
from app.kit import clock
from app.kit.actor import Actor
from app.kit.db import is_in_unit_of_work, unit_of_work
from app.kit.errors import AppError

# Lines that are written at one revision.
IMPORT_BATCH: Final = 10_000
# Problems that are kept to be told.
MAX_PROBLEMS: Final = 100
# Rows of one statement of an export.
_EXPORT_PAGE: Final = 5_000

Lines = AsyncIterable[Line] | Iterable[Line]
Numbered = tuple[int, Line]


@dataclass
class _Batch:
    """Tuples by key with the numbers of their lines (the last one of a key counts), and what is wrong."""

    tuples: dict[TupleKey, tuple[RelationTuple, int]] = field(default_factory=dict)
    problems: list[LineProblem] = field(default_factory=list)

    def refuse(self, line: int, problem: AppError) -> None:
        self.problems.append(LineProblem(line, problem.code, problem.message))

    def drop(self, problems: Sequence[AppError]) -> None:
        """Take out the tuples that problems speak of; their path ends in the line's number."""
        lines = {int(problem.field[1]): problem for problem in problems}
        for line, problem in lines.items():
            self.refuse(line, problem)
        self.tuples = {key: pair for key, pair in self.tuples.items() if pair[1] not in lines}


async def import_tuples(
    actor: Actor,
    lines: Lines,
    *,
    on_problem: OnProblem = OnProblem.STOP,
    reason: str | None = None,
    progress: Callable[[ImportProgress], None] | None = None,
) -> ImportProgress:
    """Write tuples from lines of JSON, `IMPORT_BATCH` at a revision. Doing it again changes nothing.

    A line has `entity`, `relation`, `subject`, perhaps `condition` (`name`, `context`), `startsAt`, `expiresAt`;
    OpenFGA's `object`, `relation`, `user` are understood, too. Opens units of work of its own.

    Args:
        on_problem: STOP writes nothing of the batch in which a line is wrong, and ends there.
        progress: called after each batch.

    Raises:
        Forbidden, Unauthenticated: as `write_tuples`; batches before stay written.
        RuntimeError: inside a unit of work.
    """
    if is_in_unit_of_work():
        raise RuntimeError("an import opens units of work of its own")
    state = ImportProgress()
    async for batch in _cut(lines):
        done = await _import_batch(actor, batch, on_problem, reason)
        is_stopped = bool(done.refused) and on_problem is OnProblem.STOP
        state = _add(state, done, 0 if is_stopped else len(batch))
        if progress is not None:
            progress(state)
        if is_stopped:
            return state
    return replace(state, is_complete=True)


async def export_tuples(actor: Actor, wanted: TupleFilter) -> AsyncIterator[bytes]:
    """The tuples that a filter means as lines of JSON, all from the revision that is the present one now.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client that owns the entity's type; a filter that
            names no type of entity needs `platform.manage_platform`.
        RevisionGone: it took longer than old revisions are kept.
    """
    await guard_tuples(actor, [wanted.entity_type or PLATFORM])
    head, names = await read_head(), await read_type_names()
    condition = to_conditions(wanted, names)
    after = 0
    while condition is not None:
        rows = await read_snapshot(condition, names, revision=head.revision, after=after, limit=_EXPORT_PAGE)
        if (await read_head()).floor > head.revision:
            raise RevisionGone
        for _, each in rows:
            yield format_line(each)
        if len(rows) < _EXPORT_PAGE:
            return
        after = rows[-1][0]


async def _cut(lines: Lines) -> AsyncIterator[list[Numbered]]:
    batch: list[Numbered] = []
    async for numbered in _number(lines):
        batch.append(numbered)
        if len(batch) == IMPORT_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _number(lines: Lines) -> AsyncIterator[Numbered]:
    number = 0
    if isinstance(lines, AsyncIterable):
        async for line in lines:
            number += 1
            yield number, line
        return
    for line in lines:
        number += 1
        yield number, line


async def _import_batch(
    actor: Actor, numbered: Sequence[Numbered], on_problem: OnProblem, reason: str | None
) -> ImportProgress:
    head = await read_head()
    schema = await current_schema(head.model_revision)
    batch = _read(numbered, schema, clock.now())
    await guard_tuples(actor, {key.entity_type for key in batch.tuples})
    if batch.problems and on_problem is OnProblem.STOP:
        return _to_progress(batch)
    async with unit_of_work():
        locked = await lock_head()
        if locked.model_revision != head.model_revision:
            schema = await current_schema(locked.model_revision)
            batch.drop([problem for problem in _check_again(batch, schema) if problem is not None])
        plan = await _make_plan(actor, batch, schema)
        if batch.problems and on_problem is OnProblem.STOP:
            return _to_progress(batch)
        return await _write(actor, batch, plan, reason)


def _read(numbered: Sequence[Numbered], schema: Schema, now: datetime) -> _Batch:
    batch = _Batch()
    for number, line in numbered:
        if isinstance(line, bytes | str) and not line.strip():
            continue
        try:
            each = parse_line(line, schema.types)
        except AppError as unreadable:
            batch.refuse(number, unreadable)
            continue
        if (problem := _find_problem(each, number, schema, now)) is not None:
            batch.refuse(number, problem)
        else:
            batch.tuples[each.key] = (each, number)
    return batch


def _find_problem(each: RelationTuple, number: int, schema: Schema, now: datetime) -> AppError | None:
    path = _path(number)
    for problem in check_shape(each.key, path):
        return problem
    for problem in check_times(each, now, path):
        return problem
    return find_model_problem(schema, each, path)


def _check_again(batch: _Batch, schema: Schema) -> list[AppError | None]:
    return [find_model_problem(schema, each, _path(number)) for each, number in batch.tuples.values()]


async def _make_plan(actor: Actor, batch: _Batch, schema: Schema) -> Plan:
    """The plan of all tuples that may be written; the others are dropped from the batch."""
    ids = {name: each.id for name, each in schema.types.items()}
    now = clock.now()
    while True:
        rows = [to_row(each, ids) for each, _ in batch.tuples.values()]
        keys = [row[:6] for row in rows]
        standing = await queries.find_standing(keys)
        plan = Plan()
        for (each, number), row, key in zip(batch.tuples.values(), rows, keys, strict=True):
            plan.add(each, _path(number), row=standing.get(key), wanted=row, now=now)
        problems = await find_excess(actor, schema, plan.touched)
        problems += await find_circles(schema, plan.begun, plan.ended)
        if not problems:
            return plan
        batch.drop(problems)


async def _write(actor: Actor, batch: _Batch, plan: Plan, reason: str | None) -> ImportProgress:
    if not plan.changes.count:
        return _to_progress(batch)
    revision = await queries.apply_changes(actor, plan.ended, plan.added, reason)
    created, changed = len(plan.changes.created), len(plan.changes.changed)
    await announce_counts(actor, {"created": created, "changed": changed, "deleted": 0}, revision, reason)
    return replace(_to_progress(batch), created=created, changed=changed, revision=revision)


def _path(number: int) -> Path:
    return ("line", str(number))


def _to_progress(batch: _Batch) -> ImportProgress:
    problems = sorted(batch.problems, key=lambda problem: problem.line)
    return ImportProgress(refused=len(problems), problems=tuple(problems[:MAX_PROBLEMS]))


def _add(state: ImportProgress, done: ImportProgress, lines: int) -> ImportProgress:
    return ImportProgress(
        lines=state.lines + lines,
        created=state.created + done.created,
        changed=state.changed + done.changed,
        refused=state.refused + done.refused,
        problems=(*state.problems, *done.problems)[:MAX_PROBLEMS],
        revision=done.revision if done.revision is not None else state.revision,
    )
