"""Front-channel logout: the browser takes the news to clients that keep a user's sign-in only in it.

Source: OpenID Connect Front-Channel Logout 1.0.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.clients.service import get_clients
from app.clients.types import Client
from app.kit import clock
from app.kit.runtime import settings
from app.oidc.queries import participants
from app.oidc.rules import add_query
from app.oidc.subjects import sid_for
from app.sessions.service import find_session
from app.sessions.types import Session

# How long after the end of a session its browser may show the frames.
VALID_FOR: Final = timedelta(minutes=5)
# Each is a page that the browser loads at once.
MAX_FRAMES: Final = 20


async def find_frames(session_id: str) -> tuple[str, ...]:
    """The addresses to load in frames (§2, §3): of clients that took part in the session and have one."""
    ids = await participants.list_to_show(session_id, limit=MAX_FRAMES)
    clients = await get_clients(ids) if ids else {}
    told = [clients[client_id] for client_id in ids if client_id in clients]
    return tuple([frame for client in told for frame in await _frames(client, session_id)])


async def find_farewell(session: Session) -> str | None:
    """The page of ours that a browser visits after signing out; None when no client is told through it."""
    ids = await participants.list_to_show(session.id, limit=1)
    return f"/oauth2/logout/done/{session.id}" if ids else None


async def find_frames_for(session_id: str, browser_id: str) -> tuple[str, ...]:
    """The same addresses, a moment later: only for the browser whose session it was."""
    session = await find_session(session_id)
    if session is None or session.browser_id != browser_id or session.ended_at is None:
        return ()
    return await find_frames(session_id) if clock.now() - session.ended_at < VALID_FOR else ()


async def _frames(client: Client, session_id: str) -> tuple[str, ...]:
    uri = client.frontchannel_logout_uri
    if uri is None:
        return ()
    if not client.frontchannel_logout_session_required:
        return (add_query(uri, {}),)
    return (add_query(uri, {"iss": settings().issuer, "sid": await sid_for(client, session_id)}),)
