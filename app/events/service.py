"""Use cases of the events room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar, cast

from app.events import queries
from app.events.errors import AuditEventNotFound
from app.events.refusals import tell_later
from app.events.rows import make_rows
from app.events.trail import read_checkpoint, seal_chain, trim_chain
from app.events.types import (
    AuditEvent,
    AuditFilter,
    AuditScrubbed,
    AuditTrimmed,
    Event,
    Follower,
)
from app.events.verification import verify_chain
from app.kit import clock
from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.errors import Forbidden, Unauthenticated
from app.kit.guard import guard, has_permission
from app.kit.paging import Direction, Page, PageRequest, Sort, make_page
from app.kit.runtime import settings

__all__ = [
    "count_audit_events",
    "count_events_about",
    "dispatch_outbox",
    "emit",
    "emit_many",
    "find_audit_event",
    "follow",
    "get_audit_events",
    "guard_events_about",
    "guard_reading",
    "let_managers_read",
    "list_audit_events",
    "list_events_about",
    "may_view_event",
    "react",
    "read_checkpoint",
    "scrub_user",
    "seal_chain",
    "sweep_outbox",
    "trim_audit",
    "trim_chain",
    "verify_chain",
]

OUTBOX_RETENTION = timedelta(days=7)
DISPATCH_BATCH = 200
_SWEEP_BATCH = 5_000
_SORT = Sort("audit", ("occurred_at", "id"), ("timestamptz", "text"), Direction.DESC)

_PERMISSION = "platform.manage_platform"

Decide = Callable[[Actor, str], Awaitable[bool]]
SomeEvent = TypeVar("SomeEvent", bound=Event)
Reaction = Callable[[Actor, SomeEvent], Awaitable[None]]

_reactions: dict[type[Event], list[Reaction[Event]]] = {}
_followers: dict[str, Follower] = {}


async def emit(actor: Actor, event: Event) -> None:
    """Write the event in the open unit of work (one statement), then run its reactions there.

    Raises:
        RuntimeError: outside a unit of work.
    """
    await queries.insert_event(*make_rows(actor, event, clock.now()))
    tell_later(event)
    await _run_reactions(actor, event)


async def emit_many(actor: Actor, events: Sequence[Event]) -> None:
    """Write events in the open unit of work (one statement for all), then run their reactions there, in order.

    Raises:
        RuntimeError: outside a unit of work.
    """
    if not events:
        return
    now = clock.now()
    await queries.insert_events([make_rows(actor, event, now) for event in events])
    for event in events:
        tell_later(event)
        await _run_reactions(actor, event)


def react(event_class: type[SomeEvent], handler: Reaction[SomeEvent]) -> Callable[[], None]:
    """Run the handler for each event of exactly this class, in the transaction that emits it.

    If it raises, what caused the event is rolled back. For work on other rooms' rows only: what
    talks to other machines is a job. Tying the same pair twice counts once.

    Returns:
        A function that unties it again.
    """
    reactions = _reactions.setdefault(event_class, [])
    reaction = cast("Reaction[Event]", handler)
    if reaction not in reactions:
        reactions.append(reaction)
    return lambda: reactions.remove(reaction) if reaction in reactions else None


def follow(name: str, follower: Follower) -> Callable[[], None]:
    """Hand each published event to the follower at least once, in order, after its commit.

    Batches come in a unit of work of their own that also notes them as handed over, so what the
    follower writes to the database happens exactly once. A follower that raises holds all back.

    Returns:
        A function that takes the follower away again.
    """
    _followers[name] = follower
    return lambda: (_followers.pop(name, None), None)[1]


async def dispatch_outbox() -> bool:
    """Hand a batch of published events to the followers, in one process at a time; whether there may be more."""
    if not await queries.lock_dispatch():
        return False
    batch = await queries.next_outbox(DISPATCH_BATCH)
    if not batch:
        return False
    for follower in list(_followers.values()):
        await follower(batch)
    await queries.mark_dispatched([event.id for event in batch], clock.now())
    return len(batch) == DISPATCH_BATCH


async def list_audit_events(actor: Actor, wanted: AuditFilter, page: PageRequest) -> Page[AuditEvent]:
    """One page of the audit trail, newest first.

    Raises:
        Forbidden, Unauthenticated: see `guard_reading`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await guard_reading(actor, wanted)
    rows = await queries.list_audit(wanted, _SORT, page)
    return make_page(_SORT, page, rows, lambda event: (event.occurred_at, event.id))


async def count_audit_events(actor: Actor, wanted: AuditFilter) -> int:
    """How many audit events match; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Forbidden, Unauthenticated: as `list_audit_events`.
    """
    await guard_reading(actor, wanted)
    return await queries.count_audit(wanted)


async def guard_events_about(actor: Actor, user_id: str) -> None:
    """Let the actor read what is about this user: themselves, anybody with `platform.manage_platform`.

    Raises:
        Forbidden, Unauthenticated.
    """
    await guard_reading(actor, AuditFilter(about_user_id=user_id))


async def list_events_about(user_ids: Sequence[str], page: PageRequest) -> dict[str, Page[AuditEvent]]:
    """The same page for each user, in one statement. No guard: behind `guard_events_about`.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    found = await queries.list_audit_about(user_ids, _SORT, page)
    return {
        user_id: make_page(_SORT, page, rows, lambda event: (event.occurred_at, event.id))
        for user_id, rows in found.items()
    }


async def count_events_about(user_ids: Sequence[str]) -> dict[str, int]:
    """How many audit events are about each user, in one statement. No guard: behind `guard_events_about`."""
    return await queries.count_audit_about(user_ids)


async def may_view_event(actor: Actor, event: AuditEvent) -> bool:
    """Whether the actor may read this audit event, by the rules of `guard_reading`."""
    wanted = AuditFilter(about_user_id=event.about_user_id, client_id=event.client_id)
    try:
        await guard_reading(actor, wanted)
    except (Forbidden, Unauthenticated):
        return False
    return True


async def find_audit_event(actor: Actor, audit_id: str) -> AuditEvent:
    """One audit event.

    Raises:
        AuditEventNotFound: there is none, or it is not about the caller, who may not read all.
    """
    event = (await queries.find_audit([audit_id])).get(audit_id)
    if event is None:
        raise AuditEventNotFound
    if not await may_view_event(actor, event):
        raise AuditEventNotFound
    return event


async def get_audit_events(ids: Sequence[str]) -> dict[str, AuditEvent]:
    """Those that exist, by id, in one statement. No guard: for dataloaders behind one."""
    return await queries.find_audit(ids)


async def scrub_user(user_id: str) -> int:
    """Erase what the trail and the delivered outbox hold of a user's personal data; the chain stays verifiable.

    Erased are address and user agent where the user acted, and before, after and reason where the
    event is about the user. Ids stay: they name nobody any more. Recorded as `audit.scrubbed`.

    Returns:
        How many groups of fields were erased.
    """
    count = await queries.scrub_user(user_id)
    await emit(SYSTEM, AuditScrubbed(target_id=user_id))
    return count


async def trim_audit() -> bool:
    """Delete a batch of audit events older than `settings.audit_retention`; whether there may be more.

    Recorded as `audit.trimmed`.
    """
    trimmed = await trim_chain(settings().audit_retention)
    if trimmed.count or trimmed.missing:
        after = {"count": trimmed.count, "missing": trimmed.missing, "position": trimmed.floor}
        await emit(SYSTEM, AuditTrimmed(target_id=None, after=after))
    return trimmed.has_more


async def sweep_outbox() -> int:
    """Delete outbox rows that were handed over long ago; how many."""
    return await queries.sweep_outbox(clock.now() - OUTBOX_RETENTION, _SWEEP_BATCH)


async def guard_reading(actor: Actor, wanted: AuditFilter) -> None:
    """Let the actor read what matches: all with `platform.manage_platform`, what is about themselves, and what came
    through a client whose access they manage.

    Raises:
        Forbidden, Unauthenticated.
    """
    if _is_self(actor, wanted.about_user_id) or await has_permission(actor, _PERMISSION):
        return
    if wanted.client_id is not None and await _manages_client(actor, wanted.client_id):
        return
    await guard(actor, _PERMISSION)


def let_managers_read(manages_client: Decide) -> None:
    """Who manages a client, in the words of the room that knows; nobody until this is called."""
    global _manages_client
    _manages_client = manages_client


async def _nobody(actor: Actor, client_id: str) -> bool:
    return False


_manages_client: Decide = _nobody


def _is_self(actor: Actor, user_id: str | None) -> bool:
    return actor.kind is ActorKind.USER and actor.id is not None and actor.id == user_id


async def _run_reactions(actor: Actor, event: Event) -> None:
    for reaction in _reactions.get(type(event), ()):
        await reaction(actor, event)
