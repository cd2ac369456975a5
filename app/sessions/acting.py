"""Sessions in which an operator acts as a user: each hangs from the operator's own, which lives on unused meanwhile.

Nothing about the user changes by one: no sign-in is noted, and the operator's browser does not become one of theirs.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.events.service import emit
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.crypto import hash_token, new_token
from app.kit.errors import Unavailable
from app.kit.ids import new_id
from app.kit.runtime import settings
from app.sessions import known, queries
from app.sessions.announcing import end_event, event_of
from app.sessions.errors import SignInRefused
from app.sessions.rules import MAX_USER_AGENT, describe_device, is_session_token, is_strong_enough
from app.sessions.types import ID_PREFIX, TOKEN_PREFIX, NewSession, ResolvedSession, Session, SessionCreated
from app.users.errors import UserNotFound
from app.users.service import lock_user

# Why one ended whose place another one of the same operator and browser took.
REPLACED: Final = "sessions_acting_replaced"


@dataclass(frozen=True, slots=True)
class ActingSession:
    """A session of an operator who acts as a user, not ended so far, and whether the operator's own lives."""

    session: Session
    has_parent: bool


async def begin_acting(actor: Actor, user_id: str, *, ttl: timedelta, browser_id: str) -> NewSession:
    """Begin a session in which the actor, by their own live session, acts as a user. No guard: that was decided before.

    One at a time hangs from a session: a former one ends. A ban waits for this transaction or this one for the ban.

    Raises:
        SignInRefused: the actor's session ended, or the user was banned, deleted or is about to be, in the meantime.
    """
    idle_since = clock.now() - settings().session_idle_ttl
    parent = await queries.lock_live_session(actor.session_id or "", idle_since)
    try:
        user = await lock_user(user_id)
    except UserNotFound as error:
        raise SignInRefused from error
    if parent is None or parent.parent_id is not None or not user.is_active:
        raise SignInRefused
    for former in await queries.end_acting_sessions(parent.id):
        await emit(actor, end_event(former, reason=REPLACED))
    token, session = new_token(TOKEN_PREFIX), _new_session(actor, parent, user_id, ttl=ttl, browser_id=browser_id)
    await queries.insert_acting_session(session, hash_token(token))
    await emit(holder_of(session, actor), event_of(SessionCreated, session))
    return NewSession(session, token)


async def look_at_session(token: str) -> ResolvedSession | None:
    """The live session behind an operator's own cookie, without being a use of it; in one statement or none."""
    resolved = await known.find_shown(hash_token(token), clock.now()) if is_session_token(token) else None
    return resolved if resolved is not None and resolved.session.parent_id is None and _is_strong(resolved) else None


async def resolve_acting(token: str) -> ResolvedSession | None:
    """The live session in which an operator acts; None when it or the operator's own is over, and for any other.

    None or one statement; a second at most once a minute, to note that it is in use.
    """
    now = clock.now()
    resolved = await known.find_shown(hash_token(token), now) if is_session_token(token) else None
    if resolved is None or resolved.session.parent_id is None or not _is_strong(resolved):
        return None
    if known.is_use_due(resolved, now):
        with suppress(Unavailable):
            await queries.touch_session(resolved.session.id, now)
    return resolved


async def end_acting(actor: Actor, session_id: str, reason: str | None = None) -> Session | None:
    """End such a session; None when it had ended before. No guard: it is one's own, or a rule ends it.

    Args:
        reason: a stable code, where it was not somebody's wish.
    """
    ended = await queries.end_session(session_id)
    for session in ended:
        await emit(actor, end_event(session, reason=reason))
    return ended[0] if ended else None


async def list_acting(limit: int, *, after: str = "") -> list[ActingSession]:
    """Those that nobody has ended, also where time did, by id. No guard: for the worker.

    Args:
        after: an id; only what comes after it.
    """
    rows = await queries.list_acting_sessions(clock.now() - settings().session_idle_ttl, limit, after)
    return [ActingSession(session, has_parent) for session, has_parent in rows]


def holder_of(session: Session, seen: Actor) -> Actor:
    """The operator as the user, where somebody is seen."""
    return Actor(
        ActorKind.USER, session.user_id, session_id=session.id, impersonator_id=session.impersonator_id,
        acr=session.acr, amr=session.amr, auth_time=session.auth_time, origin=seen.origin,
    )  # fmt: skip


def _is_strong(resolved: ResolvedSession) -> bool:
    return is_strong_enough(resolved.session, require_mfa=settings().require_mfa)


def _new_session(actor: Actor, parent: Session, user_id: str, *, ttl: timedelta, browser_id: str) -> Session:
    now = clock.now()
    return Session(
        id=new_id(ID_PREFIX),
        user_id=user_id,
        browser_id=browser_id,
        device=describe_device(actor.origin.user_agent),
        ip=actor.origin.ip,
        user_agent=(actor.origin.user_agent or "")[:MAX_USER_AGENT] or None,
        acr=parent.acr,
        amr=parent.amr,
        auth_time=parent.auth_time,
        created_at=now,
        last_seen_at=now,
        expires_at=min(now + ttl, parent.expires_at),
        ended_at=None,
        impersonator_id=parent.user_id,
        parent_id=parent.id,
    )
