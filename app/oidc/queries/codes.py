"""SQL of authorization codes."""

from __future__ import annotations

from datetime import datetime

from app.kit import clock, db
from app.kit.ids import new_id
from app.oidc.queries.columns import APPROVAL_NAMES, from_approval, to_approval
from app.oidc.types import CODE_ID_PREFIX, Approval, Code

_APPROVAL = ", ".join(APPROVAL_NAMES)
_INSERT = f"""
INSERT INTO oidc_code ({_APPROVAL}, id, hash, redirect_uri, code_challenge, nonce, expires_at, dpop_jkt)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
_SPEND = f"""
UPDATE oidc_code SET used_at = $2, grant_id = $3 WHERE hash = $1 AND used_at IS NULL
RETURNING {_APPROVAL}, grant_id, redirect_uri, code_challenge, nonce, expires_at, dpop_jkt
"""
_FIND_SPENT = "SELECT grant_id, user_id FROM oidc_code WHERE hash = $1 AND used_at IS NOT NULL"
_DELETE_OF_CLIENT = "DELETE FROM oidc_code WHERE user_id = $1 AND client_id = $2 AND used_at IS NULL"
_DELETE_OF_USER = "DELETE FROM oidc_code WHERE user_id = $1"
_SWEEP = "DELETE FROM oidc_code WHERE expires_at < $1"


async def insert(
    code_hash: bytes,
    approval: Approval,
    *,
    redirect_uri: str | None,
    code_challenge: str | None,
    nonce: str | None,
    expires_at: datetime,
    jkt: str | None = None,
) -> None:
    """Store a code by its hash.

    Args:
        jkt: the key that whoever redeems it has to prove.
    """
    await db.execute(
        _INSERT, *from_approval(approval), new_id(CODE_ID_PREFIX), code_hash, redirect_uri, code_challenge, nonce,
        expires_at, jkt,
    )  # fmt: skip


async def spend(code_hash: bytes, grant_id: str) -> Code | None:
    """Mark the code as used for a grant; None when it is unknown or was used before. One of many callers wins."""
    row = await db.fetch_row(_SPEND, code_hash, clock.now(), grant_id)
    if row is None:
        return None
    return Code(
        approval=to_approval(row),
        grant_id=row["grant_id"],
        redirect_uri=row["redirect_uri"],
        code_challenge=row["code_challenge"],
        nonce=row["nonce"],
        expires_at=row["expires_at"],
        jkt=row["dpop_jkt"],
    )


async def find_spent(code_hash: bytes) -> tuple[str, str] | None:
    """Grant and user of a code that was used; None when there is none."""
    row = await db.fetch_row(_FIND_SPENT, code_hash)
    return (row["grant_id"], row["user_id"]) if row else None


async def delete_of_client(user_id: str, client_id: str) -> int:
    """Forget the codes that the client has not redeemed yet."""
    return await db.execute(_DELETE_OF_CLIENT, user_id, client_id)


async def delete_of_user(user_id: str) -> int:
    """Forget all codes of a user, spent ones too."""
    return await db.execute(_DELETE_OF_USER, user_id)


async def sweep(expired_before: datetime) -> int:
    return await db.execute(_SWEEP, expired_before)
