"""All that one subject may do, for its tokens: found in one pass over sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.authz.engine.index.listing import ids_of, list_checked, list_plain
from app.authz.engine.index.plans import Plan
from app.authz.engine.listing import FoundObject, ObjectQuery
from app.authz.types.answers import Decision
from app.authz.types.tuples import EVERY, SubjectRef

if TYPE_CHECKING:
    from pyroaring import BitMap

    from app.authz.engine.index.index import Index


@dataclass(frozen=True, slots=True)
class ResolvedPermission:
    """What a subject may do to entities of a type.

    Attributes:
        every: whether it may do so to every entity of the type; undecided: the live call says.
        ids: the entities it may do so to, in order, without `*`.
        undecided_ids: those for which the live call says.
    """

    type: str
    permission: str
    every: Decision
    ids: tuple[str, ...] = ()
    undecided_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolved:
    """All permissions of a subject within some types; those that it has nowhere are left out.

    Attributes:
        is_truncated: single entities are left out, there were too many; what holds for every entity is not.
    """

    permissions: tuple[ResolvedPermission, ...]
    is_truncated: bool


async def resolve_all(index: Index, subject: SubjectRef, types: Sequence[str], limit: int) -> Resolved:
    """All permissions of the subject within the types.

    Raises:
        WorkExceeded: too many candidates to be checked.
    """
    found = [await _resolve(index, subject, each, limit) for each in types]
    permissions = [each for part, _ in found for each in part]
    is_truncated = any(cut for _, cut in found)
    if is_truncated or sum(len(each.ids) + len(each.undecided_ids) for each in permissions) > limit:
        bare = [ResolvedPermission(each.type, each.permission, each.every) for each in permissions]
        return Resolved(tuple(each for each in bare if each.every is not Decision.DENIED), is_truncated=True)
    return Resolved(tuple(permissions), is_truncated=False)


async def _resolve(
    index: Index, subject: SubjectRef, type_name: str, limit: int
) -> tuple[list[ResolvedPermission], bool]:
    compiled = index.rules.schema.types.get(type_name)
    found: list[ResolvedPermission] = []
    is_cut = False
    bitmaps: dict[tuple[str, str], BitMap | None] = {}
    for name in compiled.permissions if compiled else ():
        plan = index.compiled.plan(type_name, name)
        if plan is None:
            continue
        query = ObjectQuery(subject, name, type_name, {})
        if _has_bypass(index, subject, plan):
            found.append(ResolvedPermission(type_name, name, Decision.ALLOWED))
            continue
        if plan.is_quick and plan.key not in bitmaps:
            bitmaps[plan.key] = list_plain(index, query)
        bitmap = bitmaps.get(plan.key) if plan.is_quick else None
        if bitmap is None:
            found += _of_objects(type_name, name, await list_checked(index, query))
        elif len(bitmap) > limit + 1:
            is_cut = True
            every = Decision.ALLOWED if plan.program.kind.star in bitmap else Decision.DENIED
            found.append(ResolvedPermission(type_name, name, every))
        else:
            ids = ids_of(bitmap, plan.program.kind, index.store.numbers.ids)
            found += _of_objects(type_name, name, [FoundObject(each) for each in ids])
    return found, is_cut


def _has_bypass(index: Index, subject: SubjectRef, plan: Plan) -> bool:
    shelf = index.compiled.closures.shelves.get(subject.type)
    nodes = shelf.find(subject.id) if shelf and not subject.relation else None
    return nodes is not None and plan.find_bypass(nodes) is not None


def _of_objects(type_name: str, name: str, objects: list[FoundObject]) -> list[ResolvedPermission]:
    if not objects:
        return []
    every = Decision.DENIED
    for each in objects:
        if each.id == EVERY:
            every = Decision.ALLOWED if each.is_decided else Decision.UNDECIDED
    ids = tuple(each.id for each in objects if each.is_decided and each.id != EVERY)
    undecided = tuple(each.id for each in objects if not each.is_decided and each.id != EVERY)
    return [ResolvedPermission(type_name, name, every, ids, undecided)]
