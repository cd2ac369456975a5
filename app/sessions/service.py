"""Use cases of the sessions room."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from app.events.service import emit
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.crypto import hash_token, new_token
from app.kit.errors import Unavailable
from app.kit.guard import guard, has_permission, require_sign_in
from app.kit.ids import new_id
from app.kit.paging import Page, PageRequest, make_page
from app.kit.runtime import settings
from app.sessions import known, queries
from app.sessions.announcing import announce, end_event
from app.sessions.errors import SessionNotFound, SignInRefused
from app.sessions.rules import MAX_USER_AGENT, describe_device, is_own, is_session_token, is_strong_enough, may_end_own
from app.sessions.types import (
    FLOW_PREFIX,
    ID_PREFIX,
    NEWEST_FIRST,
    TOKEN_PREFIX,
    Flow,
    NewFlow,
    NewSession,
    ResolvedSession,
    Session,
    SessionFilter,
)  # fmt: skip
from app.users.service import record_sign_in
from app.users.types import User, UserEvent

FLOW_TTL = timedelta(hours=1)
MAX_HINTS = {"login_hint": 254, "ui_locales": 200}


async def begin_session(
    actor: Actor,
    user: User,
    *,
    amr: tuple[str, ...],
    acr: str,
    browser_id: str,
    replaces: str | None = None,
    auth_time: datetime | None = None,
) -> NewSession:
    """Sign a user in, always with a new token, so a token from before is worth nothing after.

    When the browser was signed in as the same user, its session goes on under its id: what applications know
    by `sid` stays true, and their refresh tokens live. Somebody else's session ends.
    A ban waits for this transaction or this one for the ban, so no session outlives it.

    Args:
        amr: how the user proved who they are (RFC 8176), e.g. `("pwd",)`.
        replaces: id of the session that this browser held before.
        auth_time: when that was; None for now.

    Raises:
        SignInRefused: the user was banned, or deleted, or is about to be, in the meantime; or an operator acts as
            somebody in this browser.
    """
    if actor.impersonator_id is not None:
        raise SignInRefused
    current = await record_sign_in(user.id)
    if current is None or not current.is_active:
        raise SignInRefused
    token = new_token(TOKEN_PREFIX)
    session = _new_session(actor, user, amr=amr, acr=acr, browser_id=browser_id, auth_time=auth_time)
    session, is_renewed, is_new = await _store(actor, session, hash_token(token), replaces)
    await announce(_holder(actor, session), current, session, is_renewed=is_renewed, is_new_browser=is_new)
    return NewSession(session, token)


async def _store(actor: Actor, session: Session, token_hash: bytes, replaces: str | None) -> tuple[Session, bool, bool]:
    """The session as it is stored, whether the former one of the browser goes on, and whether the browser is new."""
    if replaces is not None:
        idle_since = session.created_at - settings().session_idle_ttl
        found = await queries.renew_session(replaces, session, token_hash, idle_since)
        if found is not None:
            renewed, is_new = found
            return renewed, True, is_new
        await _end(actor, replaces)
    return session, False, await queries.insert_session(session, token_hash)


async def resolve_session(token: str) -> ResolvedSession | None:
    """The live session behind a cookie; None when it is expired, ended, forged, or its user is banned.

    None or one statement; a second at most once a minute, to note that the session is in use.
    """
    if not is_session_token(token):
        return None
    now = clock.now()
    resolved = await known.find_shown(hash_token(token), now)
    # Where an operator acts as somebody, one cookie alone opens nothing: see `acting`.
    if resolved is None or resolved.session.parent_id is not None:
        return None
    if not is_strong_enough(resolved.session, require_mfa=settings().require_mfa):
        return None
    if known.is_use_due(resolved, now):
        with suppress(Unavailable):  # a database that takes no changes still serves reads
            await queries.touch_session(resolved.session.id, now)
    return resolved


async def end_session(actor: Actor, session_id: str) -> Session:
    """End a session: one's own, or anybody's with `sessions.revoke_all`. Its refresh tokens end too.

    Who acts as a user ends the session in which they do; for that user's own they need the permission.

    Raises:
        Unauthenticated: nobody is signed in.
        SessionNotFound: no such live session, or not one that the actor may know of.
    """
    require_sign_in(actor)
    session = await find_session(session_id)
    if session is None or not may_end_own(actor, session):
        await guard(actor, "sessions.revoke_all")
    ended = await _end(actor, session_id)
    if ended is None:
        raise SessionNotFound
    return ended


async def revoke_sessions(actor: Actor, user_id: str, *, except_id: str | None = None) -> int:
    """End all sessions of a user but one: one's own, or anybody's with `sessions.revoke_all`; how many.

    Who acts as a user needs the permission.

    Raises:
        Unauthenticated, Forbidden.
    """
    require_sign_in(actor)
    if actor.kind is not ActorKind.USER or actor.id != user_id or actor.impersonator_id is not None:
        await guard(actor, "sessions.revoke_all")
    return await end_user_sessions(actor, user_id, except_id=except_id)


async def end_user_sessions(actor: Actor, user_id: str, *, except_id: str | None = None) -> int:
    """End all sessions of a user but one; how many. No guard: callers changed the password or banned."""
    ended = await queries.end_user_sessions(user_id, except_id)
    for session in ended:
        await emit(actor, end_event(session, is_through_parent=session.user_id != user_id))
    return len(ended)


async def end_sessions_of_target(actor: Actor, event: UserEvent) -> None:
    """Reaction to what shuts a user out (a ban, a deletion to come), in its transaction."""
    if event.target_id is not None:
        await end_user_sessions(actor, event.target_id)


async def find_session(session_id: str) -> Session | None:
    """The session, live or not; None when it is unknown. No guard: for other rooms' services."""
    return (await queries.find_sessions([session_id])).get(session_id)


async def get_sessions(ids: Sequence[str]) -> dict[str, Session]:
    """Those that exist, by id, in one statement. No guard: for dataloaders behind one."""
    return await queries.find_sessions(ids)


async def has_ended(session_id: str) -> bool:
    """Whether a session was ended (by sign-out, revocation, ban), as opposed to expired or alive."""
    return await queries.has_ended(session_id)


async def list_sessions(actor: Actor, wanted: SessionFilter, page: PageRequest) -> Page[Session]:
    """One page of live sessions, newest first: one's own, or others' with `sessions.view_all`.

    Raises:
        Unauthenticated, Forbidden, InvalidInput, LimitReached.
    """
    await _guard_list(actor, wanted)
    rows = await queries.list_sessions(wanted, clock.now() - settings().session_idle_ttl, page)
    return make_page(NEWEST_FIRST, page, rows, lambda session: (session.created_at, session.id))


async def count_sessions(actor: Actor, wanted: SessionFilter) -> int:
    """How many live sessions match; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Unauthenticated, Forbidden.
    """
    await _guard_list(actor, wanted)
    return await queries.count_sessions(wanted, clock.now() - settings().session_idle_ttl)


async def guard_sessions_of(actor: Actor, user_id: str) -> None:
    """Let the actor see this user's sessions: their own, others' with `sessions.view_all`.

    Raises:
        Unauthenticated, Forbidden.
    """
    await _guard_list(actor, SessionFilter(user_id=user_id))


async def list_sessions_of(user_ids: Sequence[str], page: PageRequest) -> dict[str, Page[Session]]:
    """The same page of live sessions for each user, in one statement. No guard: behind `guard_sessions_of`.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    found = await queries.list_sessions_of(user_ids, clock.now() - settings().session_idle_ttl, page)
    return {
        user_id: make_page(NEWEST_FIRST, page, rows, lambda session: (session.created_at, session.id))
        for user_id, rows in found.items()
    }


async def count_sessions_of(user_ids: Sequence[str]) -> dict[str, int]:
    """How many live sessions each user has, in one statement. No guard: behind `guard_sessions_of`."""
    return await queries.count_sessions_of(user_ids, clock.now() - settings().session_idle_ttl)


async def may_view_session(actor: Actor, session: Session) -> bool:
    """Whether the actor may see this session: their own, anybody's with `sessions.view_all`."""
    return is_own(actor, session) or await has_permission(actor, "sessions.view_all")


async def is_known_browser(user_id: str, browser_id: str) -> bool:
    """Whether the user has signed in with this browser before."""
    return await queries.knows_browser(user_id, browser_id)


async def begin_flow(new: NewFlow) -> Flow:
    """Note what a caller wants of the sign-in pages. Only the same browser can go on with it."""
    now = clock.now()
    values = {name: getattr(new, name) for name in NewFlow.__slots__}
    flow = Flow(id=new_id(FLOW_PREFIX), created_at=now, expires_at=now + FLOW_TTL, session_id=None, **_bounded(values))
    await queries.insert_flow(flow)
    return flow


async def find_flow(flow_id: str, browser_id: str) -> Flow | None:
    """The flow; None when it is unknown, expired or began in another browser."""
    return await queries.find_flow(flow_id, browser_id)


async def finish_flow(flow_id: str, session_id: str) -> None:
    """Note that this session is the answer to the flow."""
    await queries.finish_flow(flow_id, session_id)


async def sweep_sessions() -> int:
    """Delete sessions that are long over and flows that nobody completed; how many."""
    return await queries.sweep(clock.now())


async def _end(actor: Actor, session_id: str) -> Session | None:
    ended = await queries.end_session(session_id)
    for session in ended:
        await emit(actor, end_event(session, is_through_parent=session.id != session_id))
    return next((session for session in ended if session.id == session_id), None)


def _new_session(
    actor: Actor, user: User, *, amr: tuple[str, ...], acr: str, browser_id: str, auth_time: datetime | None
) -> Session:
    now = clock.now()
    return Session(
        id=new_id(ID_PREFIX),
        user_id=user.id,
        browser_id=browser_id,
        device=describe_device(actor.origin.user_agent),
        ip=actor.origin.ip,
        user_agent=(actor.origin.user_agent or "")[:MAX_USER_AGENT] or None,
        acr=acr,
        amr=amr,
        auth_time=auth_time or now,
        created_at=now,
        last_seen_at=now,
        expires_at=now + settings().session_absolute_ttl,
        ended_at=None,
        impersonator_id=None,
    )


def _holder(actor: Actor, session: Session) -> Actor:
    return Actor(ActorKind.USER, session.user_id, session_id=session.id, origin=actor.origin)


def _bounded(values: dict[str, object]) -> dict[str, Any]:
    """Hints that are longer than what they hint at can be are no hints."""
    too_long = {name for name, most in MAX_HINTS.items() if len(str(values[name] or "")) > most}
    return {name: None if name in too_long else value for name, value in values.items()}


async def _guard_list(actor: Actor, wanted: SessionFilter) -> None:
    require_sign_in(actor)
    if wanted.user_id is None or actor.kind is not ActorKind.USER or wanted.user_id != actor.id:
        await guard(actor, "sessions.view_all")
