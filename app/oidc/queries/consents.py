"""SQL of consents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.kit import clock, db
from app.kit.ids import new_id
from app.oidc.types import CONSENT_PREFIX

_FIND = "SELECT scope FROM oidc_consent WHERE user_id = $1 AND client_id = $2"
_NOTE_USE = """
INSERT INTO oidc_consent (id, user_id, client_id, scope, created_at, updated_at) VALUES ($1, $2, $3, '', $4, $4)
ON CONFLICT (user_id, client_id) DO NOTHING
"""
_ADD = """
INSERT INTO oidc_consent AS c (id, user_id, client_id, scope, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
ON CONFLICT (user_id, client_id) DO UPDATE SET updated_at = EXCLUDED.updated_at, scope = (
    SELECT string_agg(DISTINCT word, ' ')
    FROM unnest(string_to_array(trim(c.scope || ' ' || EXCLUDED.scope), ' ')) AS word
)
RETURNING created_at = updated_at AS is_new
"""
_DELETE = "DELETE FROM oidc_consent WHERE user_id = $1 AND client_id = $2 RETURNING scope"
_OF_USER = """
SELECT client_id, scope, created_at, updated_at FROM oidc_consent WHERE user_id = $1
ORDER BY updated_at DESC, id LIMIT $2
"""
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class Consent:
    """An application that a user has used. `scope` is empty for a first-party one that never asked."""

    client_id: str
    scope: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


async def find_scope(user_id: str, client_id: str) -> tuple[str, ...] | None:
    """What the user agreed to; None when the user never used the client."""
    scope: str | None = await db.fetch_value(_FIND, user_id, client_id)
    return None if scope is None else tuple(scope.split())


async def note_use(user_id: str, client_id: str) -> bool:
    """Note that the user used the client; True the first time."""
    return await db.execute(_NOTE_USE, new_id(CONSENT_PREFIX), user_id, client_id, clock.now()) == 1


async def add(user_id: str, client_id: str, scope: tuple[str, ...]) -> bool:
    """Add to what the user agreed to; True when the user had never used the client."""
    row = await db.fetch_row(_ADD, new_id(CONSENT_PREFIX), user_id, client_id, " ".join(scope), clock.now())
    return row is not None and bool(row["is_new"])


async def delete(user_id: str, client_id: str) -> tuple[str, ...] | None:
    """Forget a consent; what it allowed, None when there was none."""
    scope: str | None = await db.fetch_value(_DELETE, user_id, client_id)
    return None if scope is None else tuple(scope.split())


async def list_of_user(user_id: str) -> list[Consent]:
    rows = await db.fetch(_OF_USER, user_id, MAX_LISTED)
    return [
        Consent(row["client_id"], tuple(row["scope"].split()), row["created_at"], row["updated_at"]) for row in rows
    ]
