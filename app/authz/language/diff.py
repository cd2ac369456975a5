"""What differs between two versions of a model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from app.authz.language.printer import print_model, print_permission, print_relation
from app.authz.language.rewrites import direct_types
from app.authz.types.model import Condition, DirectType, Model, Permission, Relation, TypeDefinition
from app.kit.differences import diff_texts

_Named = TypeVar("_Named", TypeDefinition, Relation, Permission, Condition)


@dataclass(frozen=True, slots=True)
class RelationChange:
    """A relation that means something else now, as its line was and is, and whom tuples may newly or no longer name."""

    name: str
    before: str
    after: str
    added_subjects: tuple[DirectType, ...] = ()
    removed_subjects: tuple[DirectType, ...] = ()


@dataclass(frozen=True, slots=True)
class PermissionChange:
    """A permission that needs another relation or another policy now, as its line was and is."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TypeChange:
    """What differs in a type that both versions have."""

    name: str
    added_relations: tuple[str, ...] = ()
    removed_relations: tuple[str, ...] = ()
    changed_relations: tuple[RelationChange, ...] = ()
    added_permissions: tuple[str, ...] = ()
    removed_permissions: tuple[str, ...] = ()
    changed_permissions: tuple[PermissionChange, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelDiff:
    """What differs between two models. `text` is a unified diff of their canonical texts, empty when they are equal.

    Assertions and the order of definitions are in `text` only: they change no answer.
    """

    added_types: tuple[str, ...] = ()
    removed_types: tuple[str, ...] = ()
    changed_types: tuple[TypeChange, ...] = ()
    added_conditions: tuple[str, ...] = ()
    removed_conditions: tuple[str, ...] = ()
    changed_conditions: tuple[str, ...] = ()
    text: str = ""


def diff_models(old: Model, new: Model) -> ModelDiff:
    """What became of `old` in `new`. Names count: something renamed is removed and added."""
    added_types, removed_types, kept_types = _compare(old.types, new.types)
    added_conditions, removed_conditions, kept_conditions = _compare(old.conditions, new.conditions)
    return ModelDiff(
        added_types,
        removed_types,
        tuple(_compare_types(before, after) for before, after in kept_types if _has_changed(before, after)),
        added_conditions,
        removed_conditions,
        tuple(after.name for before, after in kept_conditions if before != after),
        _text_diff(old, new),
    )


def _compare(
    old: Iterable[_Named], new: Iterable[_Named]
) -> tuple[tuple[str, ...], tuple[str, ...], list[tuple[_Named, _Named]]]:
    """Names added, names removed, and what both have: all in the order in which they are defined."""
    before = {each.name: each for each in old}
    after = {each.name: each for each in new}
    added = tuple(name for name in after if name not in before)
    removed = tuple(name for name in before if name not in after)
    return added, removed, [(before[name], each) for name, each in after.items() if name in before]


def _has_changed(before: TypeDefinition, after: TypeDefinition) -> bool:
    return set(before.relations) != set(after.relations) or set(before.permissions) != set(after.permissions)


def _compare_types(before: TypeDefinition, after: TypeDefinition) -> TypeChange:
    added_relations, removed_relations, relations = _compare(before.relations, after.relations)
    added_permissions, removed_permissions, permissions = _compare(before.permissions, after.permissions)
    return TypeChange(
        after.name,
        added_relations,
        removed_relations,
        tuple(_compare_relations(one, other) for one, other in relations if one != other),
        added_permissions,
        removed_permissions,
        tuple(
            PermissionChange(other.name, print_permission(one), print_permission(other))
            for one, other in permissions
            if one != other
        ),
    )


def _compare_relations(before: Relation, after: Relation) -> RelationChange:
    old, new = direct_types(before), direct_types(after)
    return RelationChange(
        after.name,
        print_relation(before),
        print_relation(after),
        tuple(each for each in new if each not in old),
        tuple(each for each in old if each not in new),
    )


def _text_diff(old: Model, new: Model) -> str:
    return diff_texts(print_model(old), print_model(new))
