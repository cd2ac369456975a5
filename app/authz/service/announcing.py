"""Telling of changed tuples: events for the audit trail and the outbox, a hint for whoever follows the changelog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.authz.service.own_writes import note_own_write
from app.authz.types.events import (
    GrantChanged,
    GrantCreated,
    GrantRevoked,
    GrantsImported,
    GrantsRevoked,
)
from app.authz.types.tuples import RelationTuple, TupleKey, policy_of
from app.events.service import emit, emit_many
from app.events.types import Event
from app.kit.actor import Actor
from app.kit.guard import forget_permissions
from app.kit.notify import notify_after_commit

# Told when a revision was made; the payload is its number.
CHANNEL: Final = "auther_tuples"
# Tuples of one revision that are told one by one.
MAX_TOLD: Final = 100


@dataclass(frozen=True, slots=True)
class Changes:
    """What a revision does to tuples. Changed ones as they were and as they are."""

    created: list[RelationTuple] = field(default_factory=list)
    changed: list[tuple[RelationTuple, RelationTuple]] = field(default_factory=list)
    deleted: list[RelationTuple] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many tuples it touches."""
        return len(self.created) + len(self.changed) + len(self.deleted)


async def announce(actor: Actor, changes: Changes, revision: int, reason: str | None) -> None:
    """Tell of the tuples of a revision, one by one or, if they are many, by their number."""
    if changes.count > MAX_TOLD:
        counts = {
            "created": len(changes.created), "changed": len(changes.changed), "deleted": len(changes.deleted),
        }  # fmt: skip
        await announce_counts(actor, counts, revision, reason)
        return
    _tell_followers(revision)
    await emit_many(actor, _events(changes, reason))


async def announce_counts(actor: Actor, counts: dict[str, int], revision: int, reason: str | None) -> None:
    """Tell of the tuples of a revision by their number: `created`, `changed`, `deleted`."""
    _tell_followers(revision)
    kind = GrantsImported if counts.get("created") or counts.get("changed") else GrantsRevoked
    await emit(actor, kind(target_id=str(revision), after=counts, reason=reason))


def describe(each: RelationTuple) -> dict[str, Any]:
    """A tuple as events tell it."""
    told: dict[str, Any] = {"tuple": str(each.key)}
    if (policy := policy_of(each.condition)) is not None:
        told["policy"] = policy
    elif each.condition is not None:
        told["condition"] = {"name": each.condition.name, "context": dict(each.condition.context)}
    for name, moment in (("startsAt", each.starts_at), ("expiresAt", each.expires_at)):
        if moment is not None:
            told[name] = moment.isoformat()
    return told


def _events(changes: Changes, reason: str | None) -> Sequence[Event]:
    events: list[Event] = [
        GrantCreated(target_id=str(each.key), about_user_id=_user_of(each.key), after=describe(each), reason=reason)
        for each in changes.created
    ]
    events += [
        GrantChanged(
            target_id=str(after.key),
            about_user_id=_user_of(after.key),
            before=describe(before),
            after=describe(after),
            reason=reason,
        )
        for before, after in changes.changed
    ]
    events += [
        GrantRevoked(target_id=str(each.key), about_user_id=_user_of(each.key), before=describe(each), reason=reason)
        for each in changes.deleted
    ]
    return events


def _user_of(key: TupleKey) -> str | None:
    return key.subject_id if key.subject_type == "user" else None


def _tell_followers(revision: int) -> None:
    forget_permissions()
    note_own_write(revision)
    notify_after_commit(CHANNEL, str(revision))
