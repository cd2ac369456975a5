"""SQL of who took part in a session. Rows are written with grants, and go with the session's row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kit import db

_TO_TELL = """
SELECT p.client_id, c.source <> 'operator' AS is_dynamic
FROM oidc_participant p JOIN clients_client c ON c.id = p.client_id
WHERE p.session_id = $1 AND c.backchannel_logout_uri IS NOT NULL ORDER BY p.client_id
"""
_TO_SHOW = """
SELECT p.client_id FROM oidc_participant p JOIN clients_client c ON c.id = p.client_id
WHERE p.session_id = $1 AND c.frontchannel_logout_uri IS NOT NULL ORDER BY p.client_id LIMIT $2
"""
# Whoever may still refresh was given access that outlives the session.
_TAKE_EXPIRED = """
WITH over AS (
    SELECT p.id, c.source <> 'operator' AS is_dynamic FROM oidc_participant p
    JOIN sessions_session s ON s.id = p.session_id
    JOIN clients_client c ON c.id = p.client_id
    WHERE s.expires_at <= $1 AND s.ended_at IS NULL AND c.backchannel_logout_uri IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM oidc_grant g WHERE g.session_id = p.session_id AND g.client_id = p.client_id
             AND g.revoked_at IS NULL AND g.refresh_expires_at > $1 AND g.expires_at > $1)
    ORDER BY p.id LIMIT $2 FOR UPDATE OF p SKIP LOCKED
)
DELETE FROM oidc_participant p USING over, sessions_session s
WHERE p.id = over.id AND s.id = p.session_id RETURNING p.session_id, p.client_id, s.user_id, over.is_dynamic
"""


@dataclass(frozen=True, slots=True)
class Parting:
    """A client that is to hear of the end of a user's session.

    Attributes:
        is_dynamic: it registered itself, or is described by a document of its own.
    """

    session_id: str
    user_id: str
    client_id: str
    is_dynamic: bool = False


async def list_to_tell(session_id: str, user_id: str) -> Sequence[Parting]:
    """Clients that took part in this session of the user and are told of its end at an address of theirs."""
    rows = await db.fetch(_TO_TELL, session_id)
    return [Parting(session_id, user_id, row["client_id"], row["is_dynamic"]) for row in rows]


async def list_to_show(session_id: str, *, limit: int) -> Sequence[str]:
    """Ids of clients that took part in the session and are told of its end through the browser."""
    return [row["client_id"] for row in await db.fetch(_TO_SHOW, session_id, limit)]


async def take_expired(now: datetime, *, limit: int) -> Sequence[Parting]:
    """Take off those who took part in sessions whose time is over and that nobody ended; each is given once."""
    rows = await db.fetch(_TAKE_EXPIRED, now, limit)
    return [Parting(row["session_id"], row["user_id"], row["client_id"], row["is_dynamic"]) for row in rows]
