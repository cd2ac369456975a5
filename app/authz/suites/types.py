"""Tests of a model, and what came of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from app.authz.engine.explain import Proof
from app.authz.engine.listing import ObjectQuery, SubjectQuery
from app.authz.suites.policies import Scripts
from app.authz.types.answers import Check
from app.authz.types.model import Model
from app.authz.types.tuples import RelationTuple


class Expected(StrEnum):
    """How a check should come out. `PROBLEM`: it has an error, whatever its decision."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNDECIDED = "undecided"
    PROBLEM = "a problem"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands; `line` is counted from 1, 0 when there is none."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class CheckCase:
    """A check with its expected decision and, if it matters which, the code of its problem.

    Attributes:
        written: an assertion as it stands in its model.
    """

    at: Place
    check: Check
    expected: Expected
    code: str | None = None
    written: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list should hold, in any order: what is found, and what is found but not decided."""

    decided: tuple[str, ...]
    undecided: tuple[str, ...] = ()

    def __str__(self) -> str:
        undecided = f", undecided {', '.join(sorted(self.undecided))}" if self.undecided else ""
        return (", ".join(sorted(self.decided)) or "nothing") + undecided


@dataclass(frozen=True, slots=True)
class ObjectsCase:
    """A list of entities; `expected` has their ids. None expects a problem, or something that is undecided."""

    at: Place
    query: ObjectQuery
    expected: Listed | None


@dataclass(frozen=True, slots=True)
class SubjectsCase:
    """Lists of subjects of one or more kinds, taken together; `expected` has them as text, `group:g#member`."""

    at: Place
    queries: tuple[SubjectQuery, ...]
    expected: Listed | None


Case: TypeAlias = CheckCase | ObjectsCase | SubjectsCase


@dataclass(frozen=True, slots=True)
class Stage:
    """Cases about one model and one set of tuples.

    Attributes:
        scope: the client that the model belongs to, or empty.
        has_system: whether Auther's own types are there too.
        model_at: where the text of the model begins.
        refused: why the model could not be read; then no case passes.
        others: models of other scopes that are in force beside it.
        scripts: the policies, and what they are given.
    """

    name: str
    model: Model
    tuples: tuple[RelationTuple, ...]
    cases: tuple[Case, ...]
    scope: str = ""
    has_system: bool = False
    model_at: Place = Place("model", 0)
    refused: str | None = None
    others: Mapping[str, Model] = field(default_factory=dict)
    scripts: Scripts = field(default_factory=Scripts)


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of one file. A foreign one may have models that cannot be saved here; that fails no test."""

    name: str
    stages: tuple[Stage, ...]
    is_foreign: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case.

    Attributes:
        stage: the name of the stage or test.
        question: the case in words, `check user:anne view document:1`.
        problem: the public sentence of the problem that the answer came with.
        explain: makes the proof of a check that failed.
    """

    stage: str
    at: Place
    question: str
    expected: str
    actual: str
    is_passed: bool
    problem: str | None = None
    explain: Callable[[], Awaitable[Proof]] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """All outcomes of a suite, and what is wrong with its models: such a model cannot be saved."""

    name: str
    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...] = ()
    is_foreign: bool = False

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The cases that came out otherwise than expected."""
        return tuple(each for each in self.outcomes if not each.is_passed)

    @property
    def passed_count(self) -> int:
        """How many cases came out as expected."""
        return len(self.outcomes) - len(self.failed)

    @property
    def is_passed(self) -> bool:
        """Whether every case came out as expected and, unless the suite is foreign, every model can be saved."""
        return not self.failed and (self.is_foreign or not self.problems)
