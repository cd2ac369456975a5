"""Questions to the engine and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from app.authz.types.tuples import EntityRef, RelationTuple, SubjectRef
from app.kit.errors import AppError

Context: TypeAlias = Mapping[str, Any]


class Decision(StrEnum):
    """Only `ALLOWED` opens a door. `UNDECIDED`: something that would decide is missing, or failed."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNDECIDED = "undecided"


class Source(StrEnum):
    """What answered: the in-memory index, SQL, or a bypass (super admin, full access)."""

    INDEX = "index"
    SQL = "sql"
    BYPASS = "bypass"


class FreshnessMode(StrEnum):
    """How new the tuples are that an answer rests on."""

    MINIMIZE_LATENCY = "minimize_latency"
    AT_LEAST_AS_FRESH = "at_least_as_fresh"
    FULLY_CONSISTENT = "fully_consistent"
    AT_EXACT_SNAPSHOT = "at_exact_snapshot"


@dataclass(frozen=True, slots=True)
class Freshness:
    """`token` is a consistency token of an earlier answer or write; the first and third mode have none."""

    mode: FreshnessMode = FreshnessMode.MINIMIZE_LATENCY
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """May the subject do this to the entity?

    Attributes:
        action: a permission of the entity's type, or a relation.
        context: attributes of the resource and parameters of conditions.
        contextual: tuples that count for this question only (what if); the model must allow them.
    """

    subject: SubjectRef
    action: str
    entity: EntityRef
    context: Context = field(default_factory=dict)
    contextual: tuple[RelationTuple, ...] = ()


# A check without contextual tuples, where thousands are asked together: subject, action, type and id of the entity,
# context.
PlainQuestion: TypeAlias = tuple[SubjectRef, str, str, str, Context]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was decided.

    Attributes:
        problem: why nothing was decided: a limit, a missing parameter, a failing policy.
        source: what answered.
        checked_at: consistency token of the tuples and models that the answer rests on.
    """

    decision: Decision
    source: Source
    checked_at: str
    problem: AppError | None = None

    @property
    def is_allowed(self) -> bool:
        return self.decision is Decision.ALLOWED
