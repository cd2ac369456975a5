"""Who may write which tuples: who manages their scope, and holds what they would give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from app.authz.engine.schema import Schema, parts_of
from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.errors import RightsExceeded
from app.authz.queries.platform import list_possible_relations
from app.authz.rules import MAX_ID, find_fault
from app.authz.service.access import guard_scope
from app.authz.types.model import Computed, Rewrite
from app.authz.types.tuples import PLATFORM, SUBJECT_TYPES, SUPER_ADMIN, TupleKey
from app.kit.actor import Actor
from app.kit.errors import AppError
from app.kit.guard import ALL_PERMISSIONS, PERMISSIONS, permissions_of, require_sign_in

Path = tuple[str, ...]

_GUARDING: Final = frozenset(SYSTEM_TYPE_IDS) - SUBJECT_TYPES
_GROUP: Final = "group"
_CLIENTS: Final = "clients"
_MAX_NAMED: Final = 5


async def guard_tuples(actor: Actor, types: Iterable[str]) -> None:
    """Let an actor write tuples on entities of these types (full names); when there are none, anybody who is signed in.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client that owns a type, or, for types that no
            client owns, `platform.manage_platform`.
    """
    require_sign_in(actor)
    for scope in sorted({_scope_of(name) for name in types}):
        await guard_scope(actor, scope)


async def find_excess(actor: Actor, schema: Schema, keys: Sequence[tuple[TupleKey, Path]]) -> list[AppError]:
    """Tuples that give permissions on the platform which the actor does not hold. One statement at most.

    Args:
        keys: the tuples to be written or ended, each with the path of its input.
    """
    giving = [pair for pair in keys if pair[0].entity_type in _GUARDING or pair[0].entity_type == _GROUP]
    if not giving:
        return []
    held = await permissions_of(actor)
    if held >= ALL_PERMISSIONS:
        return []
    given_by_groups = await _given_by_groups(
        schema, {(key.entity_id, key.relation) for key, _ in giving if _is_group(key)}
    )
    found: list[AppError] = []
    for key, path in giving:
        if _is_group(key):
            given = given_by_groups.get((key.entity_id, key.relation), frozenset())
        else:
            given = given_to_others(schema, key.entity_type, key.relation)
        if missing := sorted(given - held):
            found.append(RightsExceeded(str(key), missing[:_MAX_NAMED], *path))
    return found


def _scope_of(type_name: str) -> str:
    """The client in a type's full name. What cannot be a client is refused later, to those who manage the platform."""
    scope = type_name.rpartition(":")[0]
    return "" if find_fault(scope, MAX_ID) else scope


def _is_group(key: TupleKey) -> bool:
    return key.entity_type == _GROUP


async def _given_by_groups(schema: Schema, places: set[tuple[str, str]]) -> dict[tuple[str, str], frozenset[str]]:
    """What joining groups gives: whatever these hold themselves, by group and relation. `*` may hold anything."""
    if not places:
        return {}
    ordered = sorted(places)
    number = SYSTEM_TYPE_IDS[_GROUP]
    held = await list_possible_relations([(number, *place) for place in ordered])
    found: dict[tuple[str, str], frozenset[str]] = {}
    for place, pairs in zip(ordered, held, strict=True):
        given = (given_to_others(schema, schema.by_id[type_id].full_name, name) for type_id, name in pairs)
        found[place] = frozenset[str]().union(*given)
    return found


def given_to_others(schema: Schema, type_name: str, relation: str) -> frozenset[str]:
    """What a relation to entities of a type gives at most: what who gives it has to hold (`users.ban`)."""
    # Full access to clients opens every application: as much as managing who may use them.
    extra = {f"{_CLIENTS}.{action}" for action in PERMISSIONS[_CLIENTS]} if type_name == _CLIENTS else set()
    given = permissions_given(schema, type_name, relation)
    return given | extra if relation == "full_access" else given


def permissions_given(schema: Schema, type_name: str, relation: str) -> frozenset[str]:
    """The permissions on the platform that a relation to every entity of a type gives (`users.ban`)."""
    if (type_name, relation) == (PLATFORM, SUPER_ADMIN):
        return ALL_PERMISSIONS
    found = schema.types.get(type_name)
    if found is None:
        return frozenset()
    held = {relation}
    while more := {name for name, each in found.relations.items() if name not in held and _names(each.rewrite) & held}:
        held |= more
    given = {f"{type_name}.{name}" for name, each in found.permissions.items() if each.relation in held}
    return ALL_PERMISSIONS & given


def _names(rewrite: Rewrite) -> set[str]:
    if isinstance(rewrite, Computed):
        return {rewrite.relation}
    return {name for part in parts_of(rewrite) for name in _names(part)}
