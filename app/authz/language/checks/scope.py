"""What can be named within a model, and where the problems found in it are gathered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from app.authz.language.limits import MAX_PROBLEMS
from app.authz.language.problems import ModelProblem, suggest
from app.authz.types.model import (
    Condition,
    Model,
    Position,
    Relation,
    TypeDefinition,
)


@dataclass(frozen=True)
class Scope:
    """The types of a model and those that are there besides, each with its relations; the model's conditions.

    Of what is defined twice, the first counts. A bare `type group` only refers to the type that is known.
    """

    model: Model
    known: Mapping[str, Collection[str]]
    declared: Mapping[str, TypeDefinition]
    relations: Mapping[str, Mapping[str, Relation]]
    conditions: Mapping[str, Condition]

    @classmethod
    def of(cls, model: Model, known: Mapping[str, Collection[str]]) -> Scope:
        """The scope of a model; `known` gives the relations of each type that it may name without defining it."""
        declared = {kind.name: kind for kind in reversed(model.types)}
        return cls(
            model,
            known,
            declared,
            {name: {rel.name: rel for rel in reversed(kind.relations)} for name, kind in declared.items()},
            {condition.name: condition for condition in reversed(model.conditions)},
        )

    def types(self) -> Collection[str]:
        """Every type that can be named."""
        return self.declared.keys() | self.known.keys()

    def relations_of(self, name: str) -> Collection[str]:
        """Names of the relations of a type; its own definition counts before the one it would replace."""
        own = self.declared.get(name)
        is_own = own is not None and bool(own.relations or own.permissions)
        return self.relations[name].keys() if is_own else self.known.get(name, ())

    def permissions_of(self, name: str) -> frozenset[str]:
        """Names of the permissions of a type of this model."""
        kind = self.declared.get(name)
        return frozenset(permission.name for permission in kind.permissions) if kind else frozenset()


@dataclass
class Report:
    """Problems in the order found; of errors and of warnings a bounded number each."""

    errors: list[ModelProblem] = field(default_factory=list)
    warnings: list[ModelProblem] = field(default_factory=list)

    def error(self, code: str, reason: str, at: Position | None, *, hint: str | None = None) -> None:
        """Note a mistake."""
        self.add(ModelProblem(code, reason, position=at, hint=hint))

    def unknown(self, code: str, reason: str, at: Position | None, meant: tuple[str, Collection[str]]) -> None:
        """Note a name that means nothing; `meant` is that name and those it may have been."""
        if len(self.errors) < MAX_PROBLEMS:
            self.error(code, reason, at, hint=suggest(*meant))

    def warning(self, code: str, reason: str, at: Position | None) -> None:
        """Note what is allowed and perhaps not meant."""
        self.add(ModelProblem(code, reason, position=at, is_warning=True))

    def add(self, problem: ModelProblem) -> None:
        """Note a problem."""
        found = self.warnings if problem.is_warning else self.errors
        if len(found) < MAX_PROBLEMS:
            found.append(problem)

    def problems(self) -> list[ModelProblem]:
        """All of them, from the top of the text to its end; those without a place last."""
        found = [*self.errors, *self.warnings]
        return sorted(
            found, key=lambda each: (each.position.line, each.position.column) if each.position else (1 << 30, 0)
        )
