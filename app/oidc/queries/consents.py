"""SQL of consents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.contexts.queries import pending_ids
from app.contexts.types import Entry
from app.kit import clock, db
from app.kit.ids import new_id
from app.oidc.types import CONSENT_PREFIX

# Whoever withdraws it waits until what it allows is there to be ended.
_HOLD = "SELECT scope FROM oidc_consent WHERE user_id = $1 AND client_id = $2 FOR SHARE"
# What registration contexts have for the user is asked by the way: it costs no statement of its own.
_NOTE_USE = f"""
WITH noted AS (
    INSERT INTO oidc_consent (id, user_id, client_id, scope, created_at, updated_at) VALUES ($1, $2, $3, '', $4, $4)
    ON CONFLICT (user_id, client_id) DO NOTHING RETURNING id
)
SELECT EXISTS (SELECT FROM noted) AS is_new,
       {pending_ids(user="$2", clients="$5", domain="$6", origin="$7")} AS pending
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
_IS_NEW = "NOT EXISTS (SELECT FROM oidc_consent o WHERE o.user_id = $2 AND o.client_id = c.client_id)"
_COUNT_NEW = f"""
SELECT count(*) FILTER (WHERE {_IS_NEW}) AS moving, count(*) FILTER (WHERE NOT {_IS_NEW}) AS staying
FROM oidc_consent c WHERE c.user_id = $1
"""
_MOVE_NEW = f"UPDATE oidc_consent c SET user_id = $2 WHERE c.user_id = $1 AND {_IS_NEW}"
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class Consent:
    """An application that a user has used. `scope` is empty for a first-party one that never asked."""

    client_id: str
    scope: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


async def hold_scope(user_id: str, client_id: str) -> tuple[str, ...] | None:
    """What the user agreed to, until the unit of work ends; None when the user never used the client."""
    scope: str | None = await db.fetch_value(_HOLD, user_id, client_id)
    return None if scope is None else tuple(scope.split())


async def note_use(user_id: str, client_id: str, entry: Entry) -> tuple[bool, list[str]]:
    """Note that the user used the client; True the first time, and the registration contexts that are to be applied."""
    row = await db.fetch_row(
        _NOTE_USE, new_id(CONSENT_PREFIX), user_id, client_id, clock.now(), list(entry.clients), entry.domain,
        entry.origin,
    )  # fmt: skip
    return (row["is_new"], list(row["pending"])) if row else (False, [])


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


async def count_new(source_id: str, target_id: str) -> tuple[int, int]:
    """How many of one user's consents are with clients that another has not used, and how many are not."""
    row = await db.fetch_row(_COUNT_NEW, source_id, target_id)
    return (row["moving"], row["staying"]) if row else (0, 0)


async def move_new(source_id: str, target_id: str) -> int:
    """Make those of one user another's that the other has not; how many."""
    return await db.execute(_MOVE_NEW, source_id, target_id)
