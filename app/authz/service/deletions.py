"""Ending many tuples: those that a filter means, those of a subject or an entity that is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.errors import FilterTooWide, TooManyTuples
from app.authz.queries import tuples as queries
from app.authz.queries.filters import Condition, count_tuples, find_system_keys, scope_conditions, to_conditions
from app.authz.queries.head import Head, lock_head, read_head
from app.authz.queries.rows import to_tuple
from app.authz.queries.types import read_type_names
from app.authz.rules import check_reason
from app.authz.service.announcing import MAX_TOLD, Changes, announce, announce_counts
from app.authz.service.consistency import Revision, encode_revision
from app.authz.service.rights import find_excess, guard_tuples
from app.authz.service.schemas import current_schema
from app.authz.service.strangers import SUBJECTS_OF
from app.authz.service.tuples import raise_problems
from app.authz.types.tuples import PLATFORM
from app.authz.types.writes import DeleteResult, TupleFilter
from app.kit import db
from app.kit.actor import SYSTEM, Actor
from app.kit.guard import ALL_PERMISSIONS, permissions_of

# Tuples that one call ends.
MAX_DELETED: Final = 100_000
# Tuples on the platform and its groups that are looked through for what they give.
MAX_JUDGED: Final = 1_000
# Rows of one statement.
_BATCH: Final = 10_000


async def delete_tuples(
    actor: Actor, wanted: TupleFilter, *, reason: str | None = None, dry_run: bool = False
) -> DeleteResult:
    """End the tuples that a filter means at one revision, up to `MAX_DELETED`; those of users who are gone, too.

    Args:
        dry_run: only count.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client that owns the entity's type; a filter that
            names no type of entity needs `platform.manage_platform`.
        FilterTooWide: neither the entity's type nor a subject is named.
        RightsExceeded: one of them gives what the actor does not hold.
    """
    await guard_tuples(actor, [wanted.entity_type or PLATFORM])
    raise_problems(check_reason(reason))
    if wanted.entity_type is None and (wanted.subject_type is None or wanted.subject_id is None):
        raise FilterTooWide
    if dry_run:
        head = await read_head()
        count = await count_tuples(wanted, await read_type_names(), MAX_DELETED + 1)
        return _to_result(head, head.revision, min(count, MAX_DELETED), has_more=count > MAX_DELETED)
    await _guard_rights(actor, wanted)
    return await _end(actor, await _of(wanted), reason)


async def _guard_rights(actor: Actor, wanted: TupleFilter) -> None:
    """Let an actor end these tuples who holds what they give on the platform. Takes the lock."""
    if wanted.entity_type is not None and wanted.entity_type not in SYSTEM_TYPE_IDS:
        return
    if await permissions_of(actor) >= ALL_PERMISSIONS:
        return
    schema = await current_schema((await lock_head()).model_revision)
    keys = await find_system_keys(wanted, await read_type_names(), MAX_JUDGED + 1)
    if len(keys) > MAX_JUDGED:
        raise TooManyTuples(f"More than {MAX_JUDGED} tuples on the platform and its groups: narrow the filter.")
    raise_problems(await find_excess(actor, schema, [(key, ("filter",)) for key in keys]))


async def forget_subject(subject_type: str, subject_id: str) -> int:
    """End every tuple that speaks of a subject that is gone, its usersets included; how many. No guard.

    Also those about it: what others may do to a user, a client or a key.
    """
    about = [
        TupleFilter(entity_type=name, entity_id=subject_id) for name, of in SUBJECTS_OF.items() if of == subject_type
    ]
    named = TupleFilter(subject_type=subject_type, subject_id=subject_id)
    return await _forget(await _of(named, *about), "the subject is gone")


async def forget_entity(entity_type: str, entity_id: str) -> int:
    """End every tuple on an entity that is gone; how many. What names it as subject is `forget_subject`'s. No guard."""
    return await _forget(await _of(TupleFilter(entity_type=entity_type, entity_id=entity_id)), "the entity is gone")


async def forget_scope(client_id: str) -> int:
    """End every tuple that speaks of a client that is gone, or of its types; how many. No guard."""
    return await _forget(scope_conditions(client_id, await read_type_names()), "the client is gone")


async def _forget(conditions: Sequence[Condition], reason: str) -> int:
    count = 0
    while True:
        result = await _end(SYSTEM, conditions, reason)
        count += result.deleted
        if not result.has_more:
            return count


async def _of(*filters: TupleFilter) -> list[Condition]:
    names = await read_type_names()
    return [condition for wanted in filters if (condition := to_conditions(wanted, names)) is not None]


async def _end(actor: Actor, conditions: Sequence[Condition], reason: str | None) -> DeleteResult:
    """End what fulfils one of the conditions, at one revision."""
    head = await lock_head()
    count, told = 0, list[db.Row]()
    for where, args in conditions:
        while count < MAX_DELETED:
            rows = await queries.end_where(where, args, revision=head.revision + 1, limit=_BATCH)
            count += len(rows)
            told += rows[: MAX_TOLD + 1 - len(told)]
            if len(rows) < _BATCH:
                break
    if not count:
        return _to_result(head, head.revision, 0, has_more=False)
    revision = await queries.advance(actor, reason)
    if count > MAX_TOLD:
        await announce_counts(actor, {"created": 0, "changed": 0, "deleted": count}, revision, reason)
    else:
        names = await read_type_names()
        await announce(actor, Changes(deleted=[to_tuple(row, names) for row in told]), revision, reason)
    return _to_result(head, revision, count, has_more=count >= MAX_DELETED)


def _to_result(head: Head, revision: int, count: int, *, has_more: bool) -> DeleteResult:
    token = encode_revision(Revision(revision, head.model_revision))
    return DeleteResult(revision, token, count, has_more)
