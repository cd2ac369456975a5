"""Writing tuples, what came of it, and which tuples a list or a deletion means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from app.authz.types.tuples import EntityRef, RelationTuple, TupleKey

# An entity and one of its relations.
Place: TypeAlias = tuple[EntityRef, str]
# The same for people yet unknown, by the number of the type: type, entity's id, relation.
Offer: TypeAlias = tuple[int, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TupleWrite:
    """Changes of tuples that happen all together or not at all. A tuple may be named in one of the lists only.

    Attributes:
        touch: add these, or give them this condition and these times; one that stands just so stays as it is.
        create: add these; none of them may stand already.
        delete: end these, if they stand.
        must_exist, must_not_exist: what has to be true before.
        replace: all tuples of these places end, apart from those in `touch`.
        reason: a sentence for the changelog and the audit trail.
        subjects_must_exist: users, clients and keys that are subjects have to exist on types of applications, too.
        idempotency_key: the same write of the same caller under this key happens once within a day.
        dry_run: only tell what would happen.
    """

    touch: tuple[RelationTuple, ...] = ()
    create: tuple[RelationTuple, ...] = ()
    delete: tuple[TupleKey, ...] = ()
    must_exist: tuple[TupleKey, ...] = ()
    must_not_exist: tuple[TupleKey, ...] = ()
    replace: tuple[Place, ...] = ()
    reason: str | None = None
    subjects_must_exist: bool = False
    idempotency_key: str | None = None
    dry_run: bool = False

    @property
    def size(self) -> int:
        """How many tuples and places are named."""
        named: tuple[Sequence[object], ...] = (
            self.touch, self.create, self.delete, self.must_exist, self.must_not_exist, self.replace,
        )  # fmt: skip
        return sum(map(len, named))


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a write did, or would do.

    Attributes:
        revision: the one at which it happened; the present one when nothing changed.
        token: the consistency token of that revision.
        created, changed, deleted: the tuples; a changed one got another condition or other times.
        is_repeat: it had been done before under the same idempotency key.
    """

    revision: int
    token: str
    created: tuple[TupleKey, ...] = ()
    changed: tuple[TupleKey, ...] = ()
    deleted: tuple[TupleKey, ...] = ()
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """How many tuples a deletion by filter ended or would end, and whether it has to be called again for more."""

    revision: int
    token: str
    deleted: int
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TupleFilter:
    """Which tuples; every condition given must hold. An empty `subject_relation` means: no usersets."""

    entity_type: str | None = None
    entity_id: str | None = None
    relation: str | None = None
    subject_type: str | None = None
    subject_id: str | None = None
    subject_relation: str | None = None


@dataclass(frozen=True, slots=True)
class StoredTuple:
    """A tuple as it stands, since the revision `created_rev`. A change of condition or times gives it another id."""

    id: int
    tuple: RelationTuple
    created_rev: int


class ChangeKind(StrEnum):
    """A tuple began or ended. A change of condition or times is an end and a beginning at one revision."""

    CREATED = "created"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class TupleChange:
    """An entry of the changelog. Who and why are unknown once retention has passed."""

    revision: int
    kind: ChangeKind
    id: int
    tuple: RelationTuple
    actor_kind: str | None
    actor_id: str | None
    reason: str | None
    request_id: str | None
    occurred_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangePlace:
    """A place in the changelog: behind all changes up to this one. `ChangePlace(7)` is behind revision 6."""

    revision: int
    is_creation: bool = False
    id: int = 0
