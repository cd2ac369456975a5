"""What a change of a model would strand: counted and named before anything is changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from app.authz.engine.schema import Schema
from app.authz.queries.usage import Shape, list_shapes
from app.authz.types.model import Model
from app.authz.types.saving import Blocker
from app.authz.types.tuples import EVERY, SubjectRef

# Looks for what refers to a scope's model elsewhere (registration grants, templates, rules) and would be lost: gets the
# models in force, those that would be, and the scope.
Finder = Callable[[Schema, Schema, str], Awaitable[Sequence[Blocker]]]

_finders: list[Finder] = []
_MAX_NAMED: Final = 5


def add_finder(finder: Finder) -> None:
    """Ask this one, too, before a model changes. Rooms that refer to relations register theirs."""
    if finder not in _finders:
        _finders.append(finder)


async def find_blockers(before: Schema, after: Schema, scope: str, others: Mapping[str, Model]) -> list[Blocker]:
    """Everything that has a meaning under the models in force and would have none with the new one.

    Args:
        others: the models in force of other scopes.
    """
    ids = sorted({each.id for schema in (before, after) for each in schema.scoped(scope) if each.id})
    found = [
        blocker
        for shape in (await list_shapes(ids) if ids else [])
        if (blocker := _judge_shape(before, after, shape)) is not None
    ]
    if not scope:
        found += _find_users_of_types(before, after, others)
    for finder in _finders:
        found += await finder(before, after, scope)
    return found


def _judge_shape(before: Schema, after: Schema, shape: Shape) -> Blocker | None:
    if not _is_allowed(before, shape) or _is_allowed(after, shape):
        return None
    names = {number: each.full_name for schema in (after, before) for number, each in schema.by_id.items()}
    entity_type, subject_type = names[shape.entity_type], names[shape.subject_type]
    suffix = f"#{shape.subject_relation}" if shape.subject_relation else ""
    subject = f"{subject_type}:*" if shape.is_wildcard else f"{subject_type}{suffix}"
    condition = f" with {shape.condition}" if shape.condition else ""
    samples = tuple(
        f"{entity_type}:{entity_id}#{shape.relation}@{subject_type}:{subject_id}{suffix}"
        for entity_id, subject_id in shape.samples
    )
    reason = f"{entity_type}#{shape.relation} would not allow {subject}{condition}"
    return Blocker("tuple", reason, shape.count, samples)


def _is_allowed(schema: Schema, shape: Shape) -> bool:
    entity_type, subject_type = schema.by_id.get(shape.entity_type), schema.by_id.get(shape.subject_type)
    relation = entity_type.relations.get(shape.relation) if entity_type else None
    if relation is None or subject_type is None:
        return False
    subject_id = EVERY if shape.is_wildcard else "-"
    return relation.admits(SubjectRef(subject_type.full_name, subject_id, shape.subject_relation), shape.condition)


def _find_users_of_types(before: Schema, after: Schema, others: Mapping[str, Model]) -> list[Blocker]:
    """Models of clients that name a type or a userset of the installation which would be gone."""
    found = []
    for scope in sorted(others):
        broken = sorted(
            f"{relation.type_name}#{relation.name}: {each}"
            for compiled in before.scoped(scope)
            for relation in compiled.relations.values()
            for each in relation.allowed
            if _exists(before, each.type, each.relation) and not _exists(after, each.type, each.relation)
        )
        if broken:
            reason = f"the model of {scope} names what would be gone"
            found.append(Blocker("model", reason, len(broken), tuple(broken[:_MAX_NAMED])))
    return found


def _exists(schema: Schema, type_name: str, relation: str) -> bool:
    found = schema.types.get(type_name)
    return found is not None and (not relation or relation in found.relations)
