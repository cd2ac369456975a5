"""What crosses the border of the events room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

AUDIT_PREFIX = "aud"
OUTBOX_PREFIX = "evt"
CHANNEL = "auther_events"
SEALED_CHANNEL = "auther_audit_sealed"


class Outcome(StrEnum):
    """How it ended: done, tried in vain (a wrong password), or not allowed."""

    SUCCESS = "success"
    FAILURE = "failure"
    DENIED = "denied"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened. Each room subclasses it and sets `action` and `target_type`.

    Attributes:
        action: `noun.participle` ("user.banned").
        is_published: also goes to the outbox: webhooks, pipelines, subscriptions.
        target_id: what it happened to.
        before, after: what changed, JSON values; secrets are redacted before they are stored.
        reason: a sentence for people, or why it failed.
        about_user_id: whose personal data `before`, `after` and `reason` hold; erased with the user.
        snapshot: the payload of the outbox; `after` when there is none.
    """

    action: ClassVar[str]
    target_type: ClassVar[str]
    is_published: ClassVar[bool] = True

    target_id: str | None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    outcome: Outcome = Outcome.SUCCESS
    reason: str | None = None
    about_user_id: str | None = None
    snapshot: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class AuditScrubbed(Event):
    """The personal fields of a user's audit rows were erased."""

    action: ClassVar[str] = "audit.scrubbed"
    target_type: ClassVar[str] = "user"
    is_published: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class AuditTrimmed(Event):
    """Retention deleted the oldest rows. `after` says how many, and up to which position."""

    action: ClassVar[str] = "audit.trimmed"
    target_type: ClassVar[str] = "audit"
    is_published: ClassVar[bool] = False


@dataclass(frozen=True, kw_only=True)
class AccessDenied(Event):
    """Somebody tried what they may not do. `reason` is the stable code of the refusal, never a text of the caller's."""

    is_published: ClassVar[bool] = False
    outcome: Outcome = Outcome.DENIED


class EndpointDenied(AccessDenied):
    """A request was refused. The target is method and path, parameters by their names."""

    action: ClassVar[str] = "endpoint.denied"
    target_type: ClassVar[str] = "endpoint"


class QueryDenied(AccessDenied):
    """The target is the field that was refused."""

    action: ClassVar[str] = "query.denied"
    target_type: ClassVar[str] = "query"


class MutationDenied(AccessDenied):
    """The target is the mutation, or the field of its answer."""

    action: ClassVar[str] = "mutation.denied"
    target_type: ClassVar[str] = "mutation"


class SubscriptionDenied(AccessDenied):
    """The target is the subscription, or a field of what it gives."""

    action: ClassVar[str] = "subscription.denied"
    target_type: ClassVar[str] = "subscription"


class DenialsCounted(AccessDenied):
    """More denials of one kind than are told one by one. `after` has action, count, first and last moment."""

    action: ClassVar[str] = "denials.counted"
    target_type: ClassVar[str] = "denials"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """A row of the audit trail. `actor_kind` is a value of `ActorKind`."""

    id: str
    action: str
    outcome: Outcome
    occurred_at: datetime
    actor_kind: str
    actor_id: str | None
    impersonator_id: str | None
    session_id: str | None
    client_id: str | None
    target_type: str
    target_id: str | None
    about_user_id: str | None
    request_id: str | None
    ip: str | None
    user_agent: str | None
    reason: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which audit events; every condition given must hold. `until` is exclusive.

    `action` is the beginning of one; a `*` at its end means the same (`user.*`).
    """

    action: str | None = None
    actor_id: str | None = None
    target_id: str | None = None
    about_user_id: str | None = None
    client_id: str | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    request_id: str | None = None
    ip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEvent:
    """A row of the outbox, as followers get it."""

    id: str
    audit_id: str
    type: str
    occurred_at: datetime
    target_type: str
    target_id: str | None
    actor_kind: str
    actor_id: str | None
    client_id: str | None
    about_user_id: str | None
    payload: Mapping[str, Any]


# Is told how many rows there were so far.
Progress = Callable[[int], None]
Follower = Callable[[Sequence[PublishedEvent]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place in the chain. Kept outside of the database, it proves that nothing before it was cut off."""

    position: int
    link: bytes


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What retention deleted at once: how many rows, how many were not there any more, up to which position."""

    count: int
    missing: int
    floor: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class AuditSlice:
    """What follows a place in the chain and matches.

    Attributes:
        events: with their positions, in order.
        position: how far was looked.
        has_more: whether there may be more right now.
    """

    events: tuple[tuple[int, AuditEvent], ...]
    position: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """What is wrong with the trail, and where. `until` is the last position of a gap."""

    code: str
    position: int | None = None
    audit_id: str | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class ChainReport:
    """The outcome of a verification.

    Attributes:
        checked: rows of the chain that were read.
        unsealed: signed rows that are not chained yet (they will be within seconds).
        floor, head: the ends of the chain; None when nothing was ever sealed.
        problems: in the order found, bounded in number.
    """

    checked: int
    unsealed: int
    floor: Checkpoint | None
    head: Checkpoint | None
    problems: tuple[ChainProblem, ...]

    @property
    def is_intact(self) -> bool:
        return not self.problems
