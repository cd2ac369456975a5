"""What a change of a model would do to those who are let in today: found by asking both models."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from app.authz.engine.joining import JoiningReader
from app.authz.engine.listing import SubjectQuery, list_subjects
from app.authz.engine.lookups import Node
from app.authz.engine.paths import Graph, build_graph
from app.authz.engine.policies import leave_open
from app.authz.engine.resolve import Ruleset
from app.authz.engine.schema import CompiledType, Schema
from app.authz.engine.subjects import Descent
from app.authz.errors import WorkExceeded
from app.authz.queries.lookups import SqlReader
from app.authz.queries.usage import list_entity_ids
from app.authz.types.answers import Decision
from app.authz.types.saving import AccessChange, ChangeKind, Impact
from app.authz.types.tuples import EntityRef, SubjectRef
from app.kit import clock

# Entities of a type that are compared, and changes and omissions that are told one by one.
MAX_ENTITIES: Final = 200
MAX_TOLD: Final = 100
MAX_OMISSIONS: Final = 20
# Entities that are looked at side by side, sharing round trips.
_TOGETHER: Final = 50
# Who has what, and whether that is decided without a context.
Grants = Mapping[tuple[SubjectRef, str], Decision]
_Side = tuple[Ruleset, Graph, JoiningReader]
_WIDTHS: Final = {Decision.DENIED: 0, Decision.UNDECIDED: 1, Decision.ALLOWED: 2}


async def find_impact(before: Schema, after: Schema, scope: str, revision: int) -> Impact:
    """Compare who can do what on the entities of a scope's types, bounded in number.

    Nobody knows the contexts of questions to come: what needs one is undecided, and what stays so while its condition
    or policy changes is an omission.
    """
    comparison = _Comparison(before, after, revision, _find_altered(before, after, scope))
    for type_id in sorted({each.id for schema in (before, after) for each in schema.scoped(scope) if each.id}):
        await comparison.compare_type(type_id)
    return comparison.impact()


class _Comparison:
    def __init__(self, before: Schema, after: Schema, revision: int, altered: Sequence[str]) -> None:
        moment = clock.now()
        self._altered = altered
        self._sides: list[_Side] = [
            (
                Ruleset(schema, is_bypass_on=False),
                build_graph(schema),
                JoiningReader(SqlReader(schema, revision, moment)),
            )
            for schema in (before, after)
        ]
        self._counts = Counter[ChangeKind]()
        self._conditional = Counter[ChangeKind]()
        self._told: list[AccessChange] = []
        # Why → how many answers it concerns, 0 where that is not known.
        self._omissions: dict[str, int] = {}

    def impact(self) -> Impact:
        gained, lost = ChangeKind.GAINED, ChangeKind.LOST
        return Impact(
            self._counts[gained],
            self._counts[lost],
            self._conditional[gained],
            self._conditional[lost],
            tuple(self._told),
            tuple(self._tell_omissions()),
        )

    def _tell_omissions(self) -> Iterator[str]:
        for reason, answers in list(self._omissions.items())[:MAX_OMISSIONS]:
            yield f"{reason} Answers that may be others with it: {answers:,}." if answers else reason

    async def compare_type(self, type_id: int) -> None:
        """Compare the entities of a type, which may have another name in each model, or be in one only."""
        ids = await list_entity_ids(type_id, MAX_ENTITIES + 1)
        if len(ids) > MAX_ENTITIES:
            self._omissions[f"{self._compiled(type_id).full_name} has more than {MAX_ENTITIES} entities."] = 0
        for start in range(0, min(len(ids), MAX_ENTITIES), _TOGETHER):
            together = ids[start : min(start + _TOGETHER, MAX_ENTITIES)]
            # One side after the other: look-ups are joined best when one statement is under way at a time.
            old, new = [await _find_grants(side, type_id, together) for side in self._sides]
            for entity_id, before, after in zip(together, old, new, strict=True):
                self._compare(type_id, entity_id, before, after)

    def _compiled(self, type_id: int) -> CompiledType:
        return next(each for rules, _, _ in reversed(self._sides) if (each := rules.schema.by_id.get(type_id)))

    def _compare(self, type_id: int, entity_id: str, old: Grants | None, new: Grants | None) -> None:
        entity = EntityRef(self._compiled(type_id).full_name, entity_id)
        if old is None or new is None:
            self._omissions[f"Too many can do something to {entity}."] = 0
            return
        changes = [
            _change(subject, action, entity, old=old, new=new)
            for subject, action in old.keys() | new.keys()
            if old.get((subject, action)) is not new.get((subject, action))
        ]
        for change in sorted(changes, key=_order):
            self._note(change)
        for (subject, action), decision in old.items():
            if decision is Decision.UNDECIDED and new.get((subject, action)) is Decision.UNDECIDED:
                self._note_undecided(type_id, action)

    def _note(self, change: AccessChange) -> None:
        self._counts[change.kind] += 1
        if Decision.UNDECIDED in {change.before, change.after}:
            self._conditional[change.kind] += 1
        if len(self._told) < MAX_TOLD:
            self._told.append(change)

    def _note_undecided(self, type_id: int, action: str) -> None:
        """Note an answer that attributes decide before and after, if they may do so in another way."""
        old, new = (_policy(rules.schema, type_id, action) for rules, _, _ in self._sides)
        if old != new:
            reason = f"The policy of {action} changes."
        elif self._altered:
            reason = f"Conditions change: {', '.join(self._altered)}."
        else:
            return
        self._omissions[reason] = self._omissions.get(reason, 0) + 1


def _find_altered(before: Schema, after: Schema, scope: str) -> list[str]:
    """Conditions of a scope's model that mean something else afterwards."""
    altered = set()
    for old in before.scoped(scope):
        new = after.by_id.get(old.id)
        if new is not None:
            altered |= {name for name, each in old.conditions.items() if new.conditions.get(name, each) != each}
    return sorted(altered)


def _policy(schema: Schema, type_id: int, action: str) -> str | None:
    compiled = schema.by_id.get(type_id)
    permission = compiled.permissions.get(action) if compiled else None
    return permission.policy if permission else None


def _change(subject: SubjectRef, action: str, entity: EntityRef, *, old: Grants, new: Grants) -> AccessChange:
    before, after = (grants.get((subject, action), Decision.DENIED) for grants in (old, new))
    kind = ChangeKind.GAINED if _WIDTHS[after] > _WIDTHS[before] else ChangeKind.LOST
    return AccessChange(kind, subject, action, entity, before, after)


def _order(change: AccessChange) -> tuple[bool, str, str]:
    return change.kind is ChangeKind.GAINED, str(change.subject), change.action


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
        return {}
    entity = EntityRef(compiled.full_name, entity_id)
    found: dict[tuple[SubjectRef, str], Decision] = {}
    for action in _actions(compiled):
        for kind in sorted(await _kinds(rules.schema, reader, entity, action)):
            query = SubjectQuery(entity, action, kind, "", {})
            for each in await list_subjects(rules, graph, reader, query, judge=leave_open):
                found[each.subject, action] = Decision.ALLOWED if each.is_decided else Decision.UNDECIDED
    return found


async def _kinds(schema: Schema, reader: JoiningReader, entity: EntityRef, action: str) -> set[str]:
    permission = schema.permission(entity.type, action)
    descent = Descent(schema, Node(entity.type, entity.id, permission.relation if permission else action))
    await descent.run(reader)
    return {subject.type for subject in descent.found if not subject.relation}


def _actions(compiled: CompiledType) -> Iterator[str]:
    """Permissions are what applications ask for; a type without any is asked for its relations."""
    yield from sorted(compiled.permissions or compiled.relations)
