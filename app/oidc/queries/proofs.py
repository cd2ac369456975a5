"""SQL of DPoP proofs that were used."""

from __future__ import annotations

from datetime import datetime

from app.kit import db

_SPEND = "INSERT INTO oidc_spent_proof (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"
_SWEEP = "DELETE FROM oidc_spent_proof WHERE expires_at < $1"


async def spend(proof_id: str, expires_at: datetime) -> bool:
    """Use a proof; False when it was used before. Of several callers at once, in any processes, one wins."""
    return await db.execute(_SPEND, proof_id, expires_at) == 1


async def sweep(expired_before: datetime) -> int:
    return await db.execute(_SWEEP, expired_before)
