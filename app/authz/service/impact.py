"""What a change of a model would do to those who are let in today: found by asking both models."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

from app.authz.engine.joining import JoiningReader
from app.authz.engine.listing import SubjectQuery, list_subjects
from app.authz.engine.lookups import Node
from app.authz.engine.paths import Graph, build_graph
from app.authz.engine.resolve import Ruleset
from app.authz.engine.schema import CompiledType, Schema
from app.authz.engine.subjects import Descent
from app.authz.errors import WorkExceeded
from app.authz.queries.lookups import SqlReader
from app.authz.queries.usage import list_entity_ids
from app.authz.types.saving import AccessChange, ChangeKind, Impact
from app.authz.types.tuples import EntityRef, SubjectRef
from app.kit import clock

# Entities of a type that are compared, and changes that are told one by one.
MAX_ENTITIES: Final = 200
MAX_TOLD: Final = 100
# Entities that are looked at side by side, sharing round trips.
_TOGETHER: Final = 50
Grants = set[tuple[SubjectRef, str]]
_Side = tuple[Ruleset, Graph, JoiningReader]


async def find_impact(before: Schema, after: Schema, scope: str, revision: int) -> Impact:
    """Compare who can do what on the entities of a scope's types, bounded in number.

    Conditions count as undecided where they need a context, in both models alike.
    """
    comparison = _Comparison(before, after, revision)
    for type_id in sorted({each.id for schema in (before, after) for each in schema.scoped(scope) if each.id}):
        await comparison.compare_type(type_id)
    return comparison.impact()


class _Comparison:
    def __init__(self, before: Schema, after: Schema, revision: int) -> None:
        moment = clock.now()
        self._sides: list[_Side] = [
            (
                Ruleset(schema, is_bypass_on=False),
                build_graph(schema),
                JoiningReader(SqlReader(schema, revision, moment)),
            )
            for schema in (before, after)
        ]
        self._counts = {ChangeKind.GAINED: 0, ChangeKind.LOST: 0}
        self._told: list[AccessChange] = []
        self._is_complete = True

    def impact(self) -> Impact:
        gained, lost = self._counts[ChangeKind.GAINED], self._counts[ChangeKind.LOST]
        return Impact(gained, lost, tuple(self._told), self._is_complete)

    async def compare_type(self, type_id: int) -> None:
        """Compare the entities of a type, which may have another name in each model, or be in one only."""
        ids = await list_entity_ids(type_id, MAX_ENTITIES + 1)
        if len(ids) > MAX_ENTITIES:
            self._is_complete = False
        for start in range(0, min(len(ids), MAX_ENTITIES), _TOGETHER):
            together = ids[start : min(start + _TOGETHER, MAX_ENTITIES)]
            # One side after the other: look-ups are joined best when one statement is under way at a time.
            old, new = [await _find_grants(side, type_id, together) for side in self._sides]
            for entity_id, before, after in zip(together, old, new, strict=True):
                self._compare(type_id, entity_id, before, after)

    def _compare(self, type_id: int, entity_id: str, old: Grants | None, new: Grants | None) -> None:
        if old is None or new is None:
            self._is_complete = False
            return
        compiled = next(each for rules, _, _ in reversed(self._sides) if (each := rules.schema.by_id.get(type_id)))
        entity = EntityRef(compiled.full_name, entity_id)
        self._note(ChangeKind.LOST, old - new, entity)
        self._note(ChangeKind.GAINED, new - old, entity)

    def _note(self, kind: ChangeKind, grants: Grants, entity: EntityRef) -> None:
        self._counts[kind] += len(grants)
        for subject, action in sorted(grants, key=lambda each: (str(each[0]), each[1])):
            if len(self._told) < MAX_TOLD:
                self._told.append(AccessChange(kind, subject, action, entity))


async def _find_grants(side: _Side, type_id: int, entity_ids: Sequence[str]) -> list[Grants | None]:
    """The grants on each entity; None where there are too many."""
    return await asyncio.gather(*(_grants_within_bounds(side, type_id, each) for each in entity_ids))


async def _grants_within_bounds(side: _Side, type_id: int, entity_id: str) -> Grants | None:
    try:
        return await _grants(side, type_id, entity_id)
    except WorkExceeded:
        return None


async def _grants(side: _Side, type_id: int, entity_id: str) -> Grants:
    """Who can do what on an entity: subjects, and everyone of a type."""
    rules, graph, reader = side
    compiled = rules.schema.by_id.get(type_id)
    if compiled is None:
        return set()
    entity = EntityRef(compiled.full_name, entity_id)
    found: Grants = set()
    for action in _actions(compiled):
        for kind in sorted(await _kinds(rules.schema, reader, entity, action)):
            query = SubjectQuery(entity, action, kind, "", {})
            listed = await list_subjects(rules, graph, reader, query)
            found |= {(each.subject, action) for each in listed if each.is_decided}
    return found


async def _kinds(schema: Schema, reader: JoiningReader, entity: EntityRef, action: str) -> set[str]:
    permission = schema.permission(entity.type, action)
    descent = Descent(schema, Node(entity.type, entity.id, permission.relation if permission else action))
    await descent.run(reader)
    return {subject.type for subject in descent.found if not subject.relation}


def _actions(compiled: CompiledType) -> Iterator[str]:
    """Permissions are what applications ask for; a type without any is asked for its relations."""
    yield from sorted(compiled.permissions or compiled.relations)
