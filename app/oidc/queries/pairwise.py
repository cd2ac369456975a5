"""SQL of the key that pairwise subjects are made with."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.kit import clock, db

_ID = "current"
_FIND = """
SELECT sealed, coalesce(xmin = pg_current_xact_id_if_assigned()::xid, FALSE) AS is_uncommitted
FROM oidc_pairwise_key WHERE id = $1
"""
_INSERT = "INSERT INTO oidc_pairwise_key (id, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING"
_SEAL_AGAIN = "UPDATE oidc_pairwise_key SET sealed = $3 WHERE id = $1 AND sealed = $2"


@dataclass(frozen=True, slots=True)
class StoredPairwiseKey:
    """The sealed key, and whether the open transaction made it, which may still be rolled back."""

    sealed: bytes = field(repr=False)
    is_uncommitted: bool


async def find() -> StoredPairwiseKey | None:
    row = await db.fetch_row(_FIND, _ID)
    return StoredPairwiseKey(row["sealed"], row["is_uncommitted"]) if row else None


async def insert(sealed: bytes) -> None:
    """Store a key, unless there is one; whoever is just making one is waited for."""
    await db.execute(_INSERT, _ID, sealed, clock.now())


async def seal_again(before: bytes, after: bytes) -> None:
    """Replace the sealed form, unless another process did so meanwhile."""
    await db.execute(_SEAL_AGAIN, _ID, before, after)
