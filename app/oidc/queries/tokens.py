"""SQL of access tokens that were revoked by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.kit import db
from app.kit.recall import forget_after_commit

_INSERT = "INSERT INTO oidc_revoked_token (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"
_IS_LIVE = """
SELECT NOT EXISTS (SELECT FROM oidc_revoked_token WHERE id = $1)
   AND (SELECT count(*) FROM clients_client WHERE id = ANY($2) AND is_enabled) = cardinality($2)
"""
_SWEEP = "DELETE FROM oidc_revoked_token WHERE expires_at < $1"


async def revoke(token_id: str, expires_at: datetime) -> None:
    forget_after_commit(token_id)
    await db.execute(_INSERT, token_id, expires_at)


async def is_live(token_id: str, client_ids: Sequence[str]) -> bool:
    """Whether a token was not revoked and all of these clients are there and enabled.

    Args:
        client_ids: each once.
    """
    found: bool = await db.fetch_value(_IS_LIVE, token_id, list(client_ids))
    return found


async def sweep(now: datetime) -> int:
    return await db.execute(_SWEEP, now)
