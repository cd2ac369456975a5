"""SQL of pushed requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.kit import clock, db
from app.oidc.params import Params, restore_params

_INSERT = """
INSERT INTO oidc_pushed_request (id, hash, client_id, params, created_at, expires_at)
VALUES ($1, $2, $3, $4::jsonb, $5, $6)
"""
_FIND = """
SELECT id, params FROM oidc_pushed_request WHERE hash = $1 AND client_id = $2 AND used_at IS NULL AND expires_at > $3
"""
_USE = "UPDATE oidc_pushed_request SET used_at = $2 WHERE id = $1 AND used_at IS NULL"
# One that a person was shown outlives its name, so that its answer counts once.
_SWEEP = """
DELETE FROM oidc_pushed_request p WHERE p.expires_at < $1
AND NOT EXISTS (SELECT FROM oidc_interaction i WHERE i.pushed_id = p.id)
"""


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """A request that a client pushed and that nobody answered yet."""

    id: str
    params: Params


async def insert(
    request: PushedRequest, *, request_hash: bytes, client_id: str, created_at: datetime, expires_at: datetime
) -> None:
    """Store a request by the hash of what names it."""
    await db.execute(
        _INSERT, request.id, request_hash, client_id, db.dump_json(request.params.store()), created_at, expires_at
    )  # fmt: skip


async def find(request_hash: bytes, client_id: str) -> PushedRequest | None:
    """The request; None when it is unknown, answered, too old, or another client's."""
    row = await db.fetch_row(_FIND, request_hash, client_id, clock.now())
    return PushedRequest(row["id"], restore_params(db.load_json(row["params"]))) if row else None


async def use(request_id: str) -> bool:
    """Answer a request; False when it was answered before. Of several answers at once, one wins."""
    return await db.execute(_USE, request_id, clock.now()) == 1


async def sweep(expired_before: datetime) -> int:
    """Delete requests that nobody opened in time, and those that nobody waits for any more; how many."""
    return await db.execute(_SWEEP, expired_before)
