"""Sessions that were ended, as they end: for applications that keep sessions of their own beside ours.

A session's id is the `sid` of its tokens, except those of clients with pairwise subjects. The stream follows the audit
trail, so a place in it holds in every process.
A session that ran out by itself is not told: its tokens do not outlive it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from app.authz.service.access import can_manage_access
from app.clients.service import find_client
from app.events import stream
from app.events.types import AuditEvent, AuditFilter
from app.kit.actor import Actor, ActorKind
from app.kit.guard import guard
from app.oidc.queries import grants
from app.oidc.subjects import Sector, find_sector
from app.sessions.types import SessionDeleted


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whose sessions: of a user, with tokens for a client; everything that is given must hold."""

    user_id: str | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True)
class RevokedSession:
    """A session that was ended, and who ended it.

    Attributes:
        sid: what tokens for the client that was asked for call it.
    """

    session_id: str
    sid: str
    user_id: str | None
    revoked_at: datetime
    revoked_by: str | None


@dataclass(frozen=True, slots=True)
class RevokedSlice:
    """A part of the stream.

    Attributes:
        sessions: with the places behind them, in order.
        place: how far was looked.
        has_more: whether there may be more right now.
    """

    sessions: tuple[tuple[int, RevokedSession], ...]
    place: int
    has_more: bool


async def find_revoked_place(actor: Actor, audience: Audience, cursor: str | None) -> int:
    """Where a reader goes on: behind a cursor, else behind what has ended so far.

    Raises:
        Forbidden, Unauthenticated: as `read_revoked_sessions`.
        InvalidInput, AuditCursorGone: the cursor, as for the audit trail.
    """
    await _guard(actor, audience)
    return await stream.find_place(cursor)


async def read_revoked_sessions(actor: Actor, audience: Audience, place: int) -> RevokedSlice:
    """What ended behind a place. Asks for the permission each time.

    Raises:
        Forbidden, Unauthenticated: without `sessions.view_all`, beyond one's own sessions, and those with tokens for
            a client that the actor is, or whose access it manages.
        AuditCursorGone: retention has overtaken the reader.
    """
    await _guard(actor, audience)
    wanted = AuditFilter(action=SessionDeleted.action, about_user_id=audience.user_id)
    part = await stream.read_slice(wanted, place)
    ended = tuple((position, _to_revoked(event)) for position, event in part.events if event.target_id is not None)
    if audience.client_id is not None and ended:
        known = await grants.find_sessions_of_client(audience.client_id, [each.session_id for _, each in ended])
        sector = await _find_sector(audience.client_id)
        ended = tuple((position, _named(each, sector)) for position, each in ended if each.session_id in known)
    return RevokedSlice(ended, part.position, part.has_more)


def revoked_cursor(place: int) -> str:
    """The opaque, signed cursor of a place."""
    return stream.audit_cursor(place)


async def _guard(actor: Actor, audience: Audience) -> None:
    if actor.kind is ActorKind.USER and actor.id is not None and actor.id == audience.user_id:
        return
    client_id = audience.client_id
    if client_id is not None:
        if actor.kind is ActorKind.CLIENT and actor.id == client_id:
            return
        if await can_manage_access(actor, client_id):
            return
    await guard(actor, "sessions.view_all")


def _to_revoked(event: AuditEvent) -> RevokedSession:
    session_id = str(event.target_id)
    return RevokedSession(session_id, session_id, event.about_user_id, event.occurred_at, event.actor_id)


async def _find_sector(client_id: str) -> Sector | None:
    client = await find_client(client_id)
    return None if client is None else await find_sector(client)


def _named(ended: RevokedSession, sector: Sector | None) -> RevokedSession:
    return ended if sector is None else replace(ended, sid=sector.sid_of(ended.session_id))
