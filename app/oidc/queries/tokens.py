"""SQL of access tokens that were revoked by themselves."""

from __future__ import annotations

from datetime import datetime

from app.kit import db

_INSERT = "INSERT INTO oidc_revoked_token (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"
_SWEEP = "DELETE FROM oidc_revoked_token WHERE expires_at < $1"


async def revoke(token_id: str, expires_at: datetime) -> None:
    await db.execute(_INSERT, token_id, expires_at)


async def sweep(now: datetime) -> int:
    return await db.execute(_SWEEP, now)
