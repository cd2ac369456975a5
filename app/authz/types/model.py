"""An authorization model as it is written: types, relations, permissions, conditions, assertions.

Names in it are as their author wrote them, without the prefix of a client. Where something stands in
the text is kept beside it and does not count when models are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from app.authz.types.tuples import RelationTuple


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class DirectType:
    """Who may stand in a tuple of a relation: `user`, `user:*`, `group#member`, each perhaps `with` a condition."""

    type: str
    relation: str = ""
    is_wildcard: bool = False
    condition: str | None = None
    at: Position | None = field(default=None, compare=False)

    def __str__(self) -> str:
        suffix = ":*" if self.is_wildcard else f"#{self.relation}" if self.relation else ""
        return f"{self.type}{suffix}" + (f" with {self.condition}" if self.condition else "")


@dataclass(frozen=True, slots=True)
class Direct:
    """`[user, group#member]`: whoever a tuple names. At most once in a relation."""

    types: tuple[DirectType, ...]
    at: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Computed:
    """`editor`: whoever has that relation to the same entity."""

    relation: str
    at: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Arrow:
    """`viewer from parent`: whoever is `relation` of an entity that stands in a tuple of `tupleset`."""

    relation: str
    tupleset: str
    at: Position | None = field(default=None, compare=False)
    tupleset_at: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Union:
    """`a or b`."""

    parts: tuple[Rewrite, ...]


@dataclass(frozen=True, slots=True)
class Intersection:
    """`a and b`."""

    parts: tuple[Rewrite, ...]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """`a but not b`."""

    base: Rewrite
    subtracted: Rewrite


Rewrite: TypeAlias = Direct | Computed | Arrow | Union | Intersection | Exclusion


@dataclass(frozen=True, slots=True)
class Relation:
    """`define viewer: …`. A hierarchy refuses tuples that would close a circle."""

    name: str
    rewrite: Rewrite
    is_hierarchy: bool = False
    at: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Permission:
    """An action, the relation that it needs, and the name of the policy that has the second say."""

    name: str
    relation: str
    policy: str | None = None
    at: Position | None = field(default=None, compare=False)
    relation_at: Position | None = field(default=None, compare=False)
    policy_at: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A type of entities. Names of relations and permissions share one namespace."""

    name: str
    relations: tuple[Relation, ...] = ()
    permissions: tuple[Permission, ...] = ()
    at: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ParameterType:
    """`string`, `list<string>`, `map<int>`: CEL types under OpenFGA's names."""

    name: str
    item: ParameterType | None = None

    def __str__(self) -> str:
        return f"{self.name}<{self.item}>" if self.item else self.name


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: ParameterType
    at: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in CEL, which tuples refer to by name. `at` is where its expression begins."""

    name: str
    parameters: tuple[Parameter, ...]
    expression: str
    at: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Assertion:
    """`check user:anne edit document:1 is true`, answered from the given tuples alone.

    Attributes:
        subject, action, entity: the question; subject and entity as text (`user:anne`, `group:g#member`).
        expected: the answer that makes the assertion hold; None expects an undecided one.
        given: the tuples that the question is answered from; they may carry conditions, never times.
        context: attributes of the resource and parameters of conditions.
    """

    subject: str
    action: str
    entity: str
    expected: bool | None
    given: tuple[RelationTuple, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    at: Position | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Model:
    """One version of a model."""

    types: tuple[TypeDefinition, ...] = ()
    conditions: tuple[Condition, ...] = ()
    assertions: tuple[Assertion, ...] = ()
