"""Models made ready for answering: names in full, direct types looked up by what stands in a tuple.

A `Schema` holds the models of all scopes that are in force at one revision. A scope is a client's id, or
empty for what belongs to the installation. The types of Auther itself are part of every schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from app.authz.types.model import (
    Arrow,
    Computed,
    Condition,
    Direct,
    DirectType,
    Exclusion,
    Intersection,
    Model,
    Permission,
    Relation,
    Rewrite,
    TypeDefinition,
    Union,
)
from app.authz.types.tuples import EVERY, POLICY_PREFIX, SubjectRef, TupleKey

# What may stand as subject in a tuple: type, relation of a userset, whether it is everyone of the type.
SubjectKind = tuple[str, str, bool]


@dataclass(frozen=True)
class CompiledRelation:
    """A relation of a type.

    Attributes:
        rewrite: its `Direct` part has full names.
        conditions: for each kind of subject the conditions it may come with; None among them: without one, or with
            a policy.
    """

    type_name: str
    name: str
    rewrite: Rewrite
    is_hierarchy: bool
    allowed: tuple[DirectType, ...]
    conditions: Mapping[SubjectKind, frozenset[str | None]]

    def allows(self, key: TupleKey, condition: str | None) -> bool:
        """Whether the model lets the tuple's subject stand here, with this condition or none."""
        return self.admits(key.subject, condition)

    def admits(self, subject: SubjectRef, condition: str | None) -> bool:
        """Whether this subject may stand in a tuple of the relation, with this condition or none."""
        conditions = self.conditions.get((subject.type, subject.relation, subject.id == EVERY))
        return conditions is not None and admits_condition(conditions, condition)

    @cached_property
    def takes_usersets(self) -> bool:
        """Whether a tuple may name a userset."""
        return any(relation for _, relation, _ in self.conditions)

    def takes(self, subject: SubjectRef) -> bool:
        """Whether a tuple may name this very subject, or everyone of its type."""
        if subject.relation:
            return (subject.type, subject.relation, False) in self.conditions
        return (subject.type, "", subject.id == EVERY) in self.conditions or (
            (subject.type, "", True) in self.conditions
        )


@dataclass(frozen=True)
class CompiledType:
    """A type of entities. `id` is what rows of tuples refer to; 0 where nothing is stored (tests of models)."""

    id: int
    scope: str
    name: str
    relations: Mapping[str, CompiledRelation]
    permissions: Mapping[str, Permission]
    conditions: Mapping[str, Condition]

    @cached_property
    def full_name(self) -> str:
        """`name`, or `scope:name` when a client owns it."""
        return full_name(self.scope, self.name)


@dataclass(frozen=True)
class Schema:
    """All types in force at one revision."""

    revision: int
    types: Mapping[str, CompiledType]

    @cached_property
    def by_id(self) -> Mapping[int, CompiledType]:
        """Types by the id that rows of tuples refer to."""
        return {each.id: each for each in self.types.values()}

    def relation(self, type_name: str, relation: str) -> CompiledRelation | None:
        """A relation, None when there is no such type or relation."""
        found = self.types.get(type_name)
        return found.relations.get(relation) if found else None

    def permission(self, type_name: str, action: str) -> Permission | None:
        """The permission of this name, None when the type has none."""
        found = self.types.get(type_name)
        return found.permissions.get(action) if found else None

    def scoped(self, scope: str) -> Iterator[CompiledType]:
        """The types of one scope."""
        return (each for each in self.types.values() if each.scope == scope)


def admits_condition(conditions: frozenset[str | None], condition: str | None) -> bool:
    """Whether one of these is the condition of a tuple: where none is needed, a policy may stand, too."""
    if condition in conditions:
        return True
    return condition is not None and None in conditions and condition.startswith(POLICY_PREFIX)


def full_name(scope: str, name: str) -> str:
    """The name of a type everywhere but in its own model."""
    return f"{scope}:{name}" if scope else name


def build_schema(
    system: Model, models: Mapping[str, Model], ids: Mapping[tuple[str, str], int], *, revision: int = 0
) -> Schema:
    """Put the models of all scopes together.

    Args:
        system: the model of Auther itself; its types can be named in every other model.
        models: the models in force by scope.
        ids: ids of types by scope and name; a type without one gets 0.
    """
    system_names = {each.name for each in system.types}
    types = dict(_compile(system, "", ids, visible={}))
    visible = {name: name for name in system_names}
    shared = models.get("")
    if shared is not None:
        types.update(_compile(shared, "", ids, visible))
        visible |= {each.name: each.name for each in shared.types}
    for scope, model in models.items():
        if scope:
            types.update(_compile(model, scope, ids, visible))
    return Schema(revision, types)


def own_types(model: Model, system_names: Iterable[str]) -> tuple[TypeDefinition, ...]:
    """The types that a model defines itself: a bare `type user` only refers to the system's."""
    known = set(system_names)
    return tuple(each for each in model.types if each.relations or each.permissions or each.name not in known)


def _compile(
    model: Model, scope: str, ids: Mapping[tuple[str, str], int], visible: Mapping[str, str]
) -> Iterator[tuple[str, CompiledType]]:
    owned = own_types(model, visible)
    names = {**visible, **{each.name: full_name(scope, each.name) for each in owned}}
    conditions = {each.name: each for each in model.conditions}
    for definition in owned:
        name = names[definition.name]
        yield (
            name,
            CompiledType(
                ids.get((scope, definition.name), 0),
                scope,
                definition.name,
                {each.name: _compile_relation(name, each, names) for each in definition.relations},
                {each.name: each for each in definition.permissions},
                conditions,
            ),
        )


def _compile_relation(type_name: str, relation: Relation, names: Mapping[str, str]) -> CompiledRelation:
    rewrite = _with_full_names(relation.rewrite, names)
    direct = find_direct(rewrite)
    allowed = direct.types if direct else ()
    conditions: dict[SubjectKind, set[str | None]] = {}
    for each in allowed:
        conditions.setdefault((each.type, each.relation, each.is_wildcard), set()).add(each.condition)
    return CompiledRelation(
        type_name,
        relation.name,
        rewrite,
        relation.is_hierarchy,
        allowed,
        {kind: frozenset(found) for kind, found in conditions.items()},
    )


def find_direct(rewrite: Rewrite) -> Direct | None:
    """The direct part of a rewrite, None when it has none."""
    if isinstance(rewrite, Direct):
        return rewrite
    return next((found for part in parts_of(rewrite) if (found := find_direct(part))), None)


def parts_of(rewrite: Rewrite) -> tuple[Rewrite, ...]:
    """What an operation is made of; nothing for a leaf."""
    if isinstance(rewrite, Union | Intersection):
        return rewrite.parts
    if isinstance(rewrite, Exclusion):
        return (rewrite.base, rewrite.subtracted)
    return ()


def has_gate(rewrite: Rewrite) -> bool:
    """Whether `and` or `but not` is part of it."""
    return isinstance(rewrite, Intersection | Exclusion) or any(map(has_gate, parts_of(rewrite)))


def _with_full_names(rewrite: Rewrite, names: Mapping[str, str]) -> Rewrite:
    if isinstance(rewrite, Direct):
        return Direct(tuple(replace(each, type=names.get(each.type, each.type)) for each in rewrite.types))
    if isinstance(rewrite, Union | Intersection):
        return type(rewrite)(tuple(_with_full_names(part, names) for part in rewrite.parts))
    if isinstance(rewrite, Exclusion):
        return Exclusion(_with_full_names(rewrite.base, names), _with_full_names(rewrite.subtracted, names))
    assert isinstance(rewrite, Computed | Arrow)
    return rewrite
