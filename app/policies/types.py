"""What crosses the border of the policies room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import ClassVar, Final, Literal

from app.events.types import Event
from app.kit.errors import AppError

POLICY_PREFIX: Final = "pol"
VERSION_PREFIX: Final = "pov"
EVALUATION_PREFIX: Final = "pev"

# Scope and name of a policy. The scope is a client's id, or empty for the installation's own.
PolicyKey = tuple[str, str]
Context = Mapping[str, object]


class Verdict(StrEnum):
    """What came of a run. Only ALLOWED opens anything."""

    ALLOWED = "allowed"
    DENIED = "denied"
    ERROR = "error"


class Kept(Enum):
    """Stands for a value that stays as it is."""

    KEEP = "keep"


KEEP: Final = Kept.KEEP


@dataclass(frozen=True, slots=True)
class Sample:
    """A context whose verdict the author knows. `is_allowed` is what is expected."""

    name: str
    context: Context
    is_allowed: bool


@dataclass(frozen=True, slots=True)
class PolicyWarning:
    """Something odd about a source; it can be saved all the same."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy as it is in force."""

    id: str
    scope: str
    name: str
    description: str | None
    version: int
    version_id: str
    source: str
    created_at: datetime
    updated_at: datetime

    @property
    def key(self) -> PolicyKey:
        return self.scope, self.name


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version; it never changes. `author_kind` is a value of `ActorKind`."""

    id: str
    policy_id: str
    version: int
    source: str
    note: str | None
    author_kind: str
    author_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """A policy to be saved.

    Attributes:
        samples: None keeps those of the version in force.
        expected_version: the version that the author has seen, 0 for none; None: whatever is in force.
    """

    scope: str
    name: str
    source: str
    description: str | Literal[Kept.KEEP] | None = KEEP
    samples: tuple[Sample, ...] | None = None
    note: str | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyReview:
    """A draft that may be saved.

    Attributes:
        samples: that the source was run with; those of the version in force where the draft has none.
    """

    draft: PolicyDraft
    warnings: tuple[PolicyWarning, ...]
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """What refers to a policy: permissions of models (up to ten by name, `invoice.approve`) and tuples that stand."""

    permissions: int = 0
    tuples: int = 0
    names: tuple[str, ...] = ()

    @property
    def is_any(self) -> bool:
        return bool(self.permissions or self.tuples)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a run that counts for nothing.

    Attributes:
        problem: why there is no verdict; `reason` and `line` of a `PolicyFailure` are for the author.
    """

    verdict: Verdict
    problem: AppError | None
    seconds: float


@dataclass(frozen=True, slots=True)
class SampleTrial:
    """A sample, what came of it, and whether that is what its author expects. An error never is."""

    sample: Sample
    trial: Trial

    @property
    def holds(self) -> bool:
        expected = Verdict.ALLOWED if self.sample.is_allowed else Verdict.DENIED
        return self.trial.verdict is expected


@dataclass(frozen=True, slots=True)
class PolicyTrial:
    """What came of a dry run. `result` is None when no context was given and the source compiles."""

    result: Trial | None
    warnings: tuple[PolicyWarning, ...]
    samples: tuple[SampleTrial, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyQuestion:
    """What a check asks a policy.

    Attributes:
        scope: of the model that names the policy; the policy is this client's, or (empty) the installation's.
        resource: `id`, `type`, and every attribute that the caller sent.
        user: `id`, `name`, `email`, `role`, `attributes`; None when the subject is no user, or nobody looks at it.
        subject: type and id.
        env: `ip`, `user_agent`, `client_id`, `acr`, `amr` of who asks.
    """

    scope: str
    policy: str
    resource: Context
    subject: tuple[str, str]
    action: str
    user: Context | None = None
    env: Context

    @property
    def key(self) -> PolicyKey:
        return self.scope, self.policy

    @property
    def is_about_user(self) -> bool:
        """Whether the subject is a single user: neither everybody, nor those who have a relation to one."""
        kind, name = self.subject
        return kind == "user" and name != "*" and "#" not in name


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """What a policy says: None, it came to no verdict, and `problem` says why.

    Attributes:
        version: that was asked; None when there is none.
        seen: the context that the policy was given, bounded and without secrets.
    """

    value: bool | None
    version: int | None = None
    problem: AppError | None = None
    seconds: float = 0.0
    seen: Context | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A run that a check rested on. `context` is what the policy saw: bounded, without secrets."""

    policy_id: str
    version: int
    verdict: Verdict
    problem: str | None
    entity_type: str
    entity_id: str
    action: str
    subject_type: str
    subject_id: str
    context: Context
    duration_us: int
    evaluated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvaluation(Evaluation):
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFilter:
    """All that is given must hold."""

    verdict: Verdict | None = None
    action: str | None = None
    entity_type: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PolicyEvent(Event):
    target_type: ClassVar[str] = "policy"
    is_published: ClassVar[bool] = False


class PolicySaved(PolicyEvent):
    """A policy has another version, or another description."""

    action: ClassVar[str] = "policy.saved"


class PolicyDeleted(PolicyEvent):
    """A policy is gone with its versions; `before` has the last source."""

    action: ClassVar[str] = "policy.deleted"
