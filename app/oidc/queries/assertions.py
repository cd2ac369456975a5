"""SQL of client assertions that were used."""

from __future__ import annotations

from datetime import datetime

from app.kit import db

_SPEND = "INSERT INTO oidc_spent_assertion (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"
_SWEEP = "DELETE FROM oidc_spent_assertion WHERE expires_at < $1"


async def spend(assertion_id: str, expires_at: datetime) -> bool:
    """Use an assertion; False when it was used before. Of several callers at once, in any processes, one wins."""
    return await db.execute(_SPEND, assertion_id, expires_at) == 1


async def sweep(expired_before: datetime) -> int:
    return await db.execute(_SWEEP, expired_before)
