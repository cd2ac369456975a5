"""Saving a model: what is asked for, what it would do, what stands in its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.authz.language.problems import ModelProblem
from app.authz.types.answers import Decision
from app.authz.types.model import Model
from app.authz.types.tuples import EntityRef, SubjectRef


@dataclass(frozen=True, slots=True)
class ModelDraft:
    """A model to be saved.

    Attributes:
        scope: the client whose types it defines; empty for the installation's own.
        source: in the modelling language.
        renames: types that got another name, old to new; their tuples stay.
        expected_version: the version that the author has seen; None does not look.
    """

    scope: str
    source: str
    note: str | None = None
    renames: Mapping[str, str] = field(default_factory=dict)
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A saved version. `source` is its canonical text; `is_current`: it is in force."""

    id: str
    scope: str
    version: int
    source: str
    note: str | None
    author_kind: str
    author_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Blocker:
    """What a change of a model would strand: tuples, grants, templates, other models; how many, and some of them."""

    kind: str
    reason: str
    count: int
    samples: tuple[str, ...]


class ChangeKind(StrEnum):
    GAINED = "gained"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class AccessChange:
    """Somebody who would gain or lose an action on an entity, wholly or as far as attributes decide.

    Attributes:
        before, after: the answer without a context; undecided where it depends on one, or on a policy.
    """

    kind: ChangeKind
    subject: SubjectRef
    action: str
    entity: EntityRef
    before: Decision
    after: Decision


@dataclass(frozen=True, slots=True)
class Impact:
    """Who would gain and who would lose what.

    Attributes:
        gained, lost: how many answers would become wider (from no to yes, to or from one that attributes decide), and
            how many narrower.
        gained_conditionally, lost_conditionally: of these, those that attributes decide before or after.
        changes: the first of them, in the order of entities.
        omissions: why not everything was compared, a sentence each; the counts are lower bounds then.
    """

    gained: int
    lost: int
    gained_conditionally: int
    lost_conditionally: int
    changes: tuple[AccessChange, ...]
    omissions: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether everything was compared."""
        return not self.omissions


@dataclass(frozen=True, slots=True)
class FailedAssertion:
    """An assertion of the model that does not hold."""

    text: str
    expected: str
    actual: str
    line: int


@dataclass(frozen=True, slots=True)
class ModelReview:
    """Whether a draft can be saved, and what it changes in the text.

    Attributes:
        diff: unified difference of the canonical texts.
        warnings: what is odd but possible, each with its place.
    """

    model: Model
    diff: str
    warnings: tuple[ModelProblem, ...]
    blockers: tuple[Blocker, ...]
    failed: tuple[FailedAssertion, ...]


@dataclass(frozen=True, slots=True)
class ModelPreview(ModelReview):
    """What saving a draft would do, down to who gains and who loses."""

    impact: Impact
