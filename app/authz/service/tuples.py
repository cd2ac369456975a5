"""Writing tuples: all changes of a call happen at one revision, or none does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from app.authz.engine.schema import Schema
from app.authz.errors import TooManyTuples, TupleExists, TupleInvalid, TupleMissing, TupleTypeUnknown
from app.authz.queries import tuples as queries
from app.authz.queries.head import Head, lock_head, read_head
from app.authz.queries.rows import KeyRow, to_key_row, to_row
from app.authz.queries.tuples import Standing
from app.authz.queries.types import read_type_names
from app.authz.rules import MAX_ID, MAX_NAME, check_reason, check_shape, check_times, find_fault, find_model_problem
from app.authz.service.announcing import announce
from app.authz.service.consistency import Revision, encode_revision
from app.authz.service.hierarchy import find_circles
from app.authz.service.planning import Path, Plan
from app.authz.service.policy_names import find_unknown_policies, named_policies
from app.authz.service.repeats import find_repeat, note_write, read_repeatable
from app.authz.service.rights import find_excess, guard_tuples
from app.authz.service.schemas import current_schema
from app.authz.service.strangers import find_strangers
from app.authz.types.tuples import RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite, WriteResult
from app.kit import clock
from app.kit.actor import Actor
from app.kit.errors import AppError, InputProblems

# Tuples, preconditions and replaced places of one call.
MAX_WRITE: Final = 1_000
# Tuples that one call's `replace` may end.
MAX_REPLACED: Final = 10_000


async def write_tuples(actor: Actor, write: TupleWrite) -> WriteResult:
    """Change tuples at one revision, all or nothing. What stands already as it is asked for stays.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on a client, or `platform.manage_platform`.
        TooManyTuples: more than `MAX_WRITE`, or `replace` would end more than `MAX_REPLACED`.
        IdempotencyKeyInvalid, IdempotentInputTooDeep: of the key. IdempotencyMismatch: it was used for another write.
        InputProblems: everything that is wrong, each with its path; a single problem is raised itself: TupleInvalid,
            TimesInvalid, TupleTypeUnknown, RelationUnknown, SubjectNotAllowed, SubjectUnknown, EntityUnknown,
            ConditionUnknown, PolicyUnknown, PolicyRefused, HierarchyCycle, RightsExceeded, TupleExists, TupleMissing.
    """
    await guard_tuples(actor, _types_of(write))
    raise_problems(_check_input(write, clock.now()))
    creation = read_repeatable(actor, write)
    head = await (read_head() if write.dry_run else lock_head())
    if creation is not None and (repeat := await find_repeat(creation, head)) is not None:
        return repeat
    schema = await current_schema(head.model_revision)
    raise_problems(_check_model(write, schema))
    plan = await _make_plan(actor, write, schema)
    if write.dry_run or not plan.changes.count:
        result = _to_result(head, head.revision, plan)
    else:
        revision = await queries.apply_changes(actor, plan.ended, plan.added, write.reason)
        await announce(actor, plan.changes, revision, write.reason)
        result = _to_result(head, revision, plan)
    if creation is not None:
        await note_write(creation, result, has_changed=bool(plan.changes.count))
    return result


def raise_problems(problems: Iterator[AppError] | list[AppError]) -> None:
    """Raise what is wrong, if anything is; a single problem as itself."""
    found = list(problems)
    if len(found) == 1:
        raise found[0]
    if found:
        raise InputProblems(found)


def _types_of(write: TupleWrite) -> set[str]:
    return {key.entity_type for key, _ in _named_keys(write)} | {entity.type for entity, _ in write.replace}


def _added_tuples(write: TupleWrite) -> Iterator[tuple[RelationTuple, Path]]:
    for name, group in (("touch", write.touch), ("create", write.create)):
        for number, each in enumerate(group):
            yield each, (name, str(number))


def _named_keys(write: TupleWrite) -> Iterator[tuple[TupleKey, Path]]:
    for each, path in _added_tuples(write):
        yield each.key, path
    yield from _old_keys(write)


def _old_keys(write: TupleWrite) -> Iterator[tuple[TupleKey, Path]]:
    groups = (("delete", write.delete), ("mustExist", write.must_exist), ("mustNotExist", write.must_not_exist))
    for name, keys in groups:
        for number, key in enumerate(keys):
            yield key, (name, str(number))


def _check_input(write: TupleWrite, now: datetime) -> Iterator[AppError]:
    if not 1 <= write.size <= MAX_WRITE:
        raise TooManyTuples(f"A write names 1 to {MAX_WRITE} tuples, preconditions and places.")
    yield from check_reason(write.reason)
    for key, path in _named_keys(write):
        yield from check_shape(key, path)
    for each, path in _added_tuples(write):
        yield from check_times(each, now, path)
    for number, (entity, relation) in enumerate(write.replace):
        if fault := find_fault(entity.id, MAX_ID):
            yield TupleInvalid(f"The entity's id {fault}", "replace", str(number), "entity")
        if fault := find_fault(relation, MAX_NAME):
            yield TupleInvalid(f"The relation {fault}", "replace", str(number), "relation")
    yield from _check_repetition(write)


def _check_repetition(write: TupleWrite) -> Iterator[AppError]:
    seen: set[TupleKey] = set()
    for key, path in _named_keys(write):
        if path[0] in {"touch", "create", "delete"}:
            if key in seen:
                yield TupleInvalid("This tuple is named twice.", *path)
            seen.add(key)


def _check_model(write: TupleWrite, schema: Schema) -> Iterator[AppError]:
    for each, path in _added_tuples(write):
        if (problem := find_model_problem(schema, each, path)) is not None:
            yield problem


async def _make_plan(actor: Actor, write: TupleWrite, schema: Schema) -> Plan:
    ids, names = await _read_types(write, schema)
    raise_problems(_check_types(write, ids))
    rows = {key: to_key_row(key, ids) for key, _ in _named_keys(write)}
    standing = await queries.find_standing(list(dict.fromkeys(rows.values())))
    now = clock.now()
    problems = list(_check_preconditions(write, rows, standing, now))
    plan = Plan()
    for each, path in _added_tuples(write):
        plan.add(each, path, row=standing.get(rows[each.key]), wanted=to_row(each, ids), now=now)
    for number, key in enumerate(write.delete):
        if (row := standing.get(rows[key])) is not None:
            plan.end(row, ("delete", str(number)), names)
    await _plan_replacement(plan, write, ids, names)
    added = [(each.key, path) for each, path in _added_tuples(write)]
    problems += await find_strangers(added, on_all_types=write.subjects_must_exist)
    problems += await find_unknown_policies(schema, named_policies(_added_tuples(write)))
    problems += await find_excess(actor, schema, plan.touched)
    problems += await find_circles(schema, plan.begun, plan.ended)
    raise_problems(problems)
    return plan


async def _read_types(write: TupleWrite, schema: Schema) -> tuple[Mapping[str, int], Mapping[int, str]]:
    """Ids and names of types; also those that no model defines any more, where the write needs them."""
    ids = {name: each.id for name, each in schema.types.items()}
    used = {name for key, _ in _old_keys(write) for name in (key.entity_type, key.subject_type)}
    if write.replace or not used | {entity.type for entity, _ in write.replace} <= ids.keys():
        names = await read_type_names()
        return {name: number for number, name in names.items()} | ids, names
    return ids, {number: name for name, number in ids.items()}


def _check_types(write: TupleWrite, ids: Mapping[str, int]) -> Iterator[AppError]:
    for key, path in _old_keys(write):
        for part, name in (("entity", key.entity_type), ("subject", key.subject_type)):
            if name not in ids:
                yield TupleTypeUnknown(str(key), name, *path, part)
    for number, (entity, _) in enumerate(write.replace):
        if entity.type not in ids:
            yield TupleTypeUnknown(str(entity), entity.type, "replace", str(number), "entity")


def _check_preconditions(
    write: TupleWrite, rows: Mapping[TupleKey, KeyRow], standing: Mapping[KeyRow, Standing], now: datetime
) -> Iterator[AppError]:
    def stands(key: TupleKey) -> bool:
        row = standing.get(rows[key])
        return row is not None and not row.is_over(now)

    for number, key in enumerate(write.must_exist):
        if not stands(key):
            yield TupleMissing(str(key), "mustExist", str(number))
    for number, key in enumerate(write.must_not_exist):
        if stands(key):
            yield TupleExists(str(key), "mustNotExist", str(number))
    for number, each in enumerate(write.create):
        if stands(each.key):
            yield TupleExists(str(each.key), "create", str(number))


async def _plan_replacement(plan: Plan, write: TupleWrite, ids: Mapping[str, int], names: Mapping[int, str]) -> None:
    places = list(dict.fromkeys((ids[entity.type], entity.id, relation) for entity, relation in write.replace))
    found = await queries.find_at_places(places, MAX_REPLACED + 1)
    if len(found) > MAX_REPLACED:
        raise TooManyTuples(f"This would replace more than {MAX_REPLACED} tuples.")
    kept = {to_key_row(each.key, ids) for each, _ in _added_tuples(write)}
    ended = set(plan.ended)
    for row in found:
        if row.key not in kept and row.id not in ended:
            plan.end(row, ("replace",), names)


def _to_result(head: Head, revision: int, plan: Plan) -> WriteResult:
    changes = plan.changes
    return WriteResult(
        revision,
        encode_revision(Revision(revision, head.model_revision)),
        tuple(each.key for each in changes.created),
        tuple(after.key for _, after in changes.changed),
        tuple(each.key for each in changes.deleted),
    )
