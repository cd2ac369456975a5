"""SQL of grants: what a code gave, the refresh token in force, revocation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.kit import clock, db
from app.kit.recall import forget_after_commit
from app.oidc.queries.columns import APPROVAL_NAMES, from_approval, to_approval
from app.oidc.types import Grant, RefreshState
from app.users.queries import COLUMN_NAMES, to_user
from app.users.types import User

_APPROVAL = ", ".join(APPROVAL_NAMES)
_GRANT = ", ".join(
    f"g.{name}" for name in (*APPROVAL_NAMES, "id", "created_at", "expires_at", "revoked_at", "dpop_jkt")
)
_REFRESH_NAMES = ("refresh_hash", "refresh_expires_at", "spent_hash", "spent_at", "successor")
_REFRESH = ", ".join(f"g.{name}" for name in _REFRESH_NAMES)
_USER = ", ".join(f"u.{name} AS user_{name}" for name in COLUMN_NAMES if name != "id")
_SESSION = (
    "s.expires_at AS session_expires_at, s.ended_at AS session_ended_at, s.impersonator_id AS session_impersonator_id"
)

# Somebody else's session (an operator's, who acts as the user) is none that the client knows.
_INSERT = f"""
WITH joined AS (
    INSERT INTO oidc_participant (session_id, client_id)
    SELECT s.id, $1 FROM sessions_session s WHERE s.id = $3 AND s.user_id = $2 ON CONFLICT DO NOTHING
)
INSERT INTO oidc_grant ({_APPROVAL}, id, created_at, expires_at, refresh_hash, refresh_expires_at, dpop_jkt)
VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""
_HOLDER = f"""
SELECT {_USER}, u.id AS user_id, {_SESSION}
FROM users_user u JOIN sessions_session s ON s.id = $2 AND s.user_id = u.id
WHERE u.id = $1 FOR SHARE OF s
"""
_WITH_HOLDER = """
FROM oidc_grant g JOIN users_user u ON u.id = g.user_id LEFT JOIN sessions_session s ON s.id = g.session_id
"""
# READ COMMITTED reads the locked row again after waiting, so the refresh state is the newest.
_WITH_REFRESH = f"SELECT {_GRANT}, {_REFRESH}, {_USER}, {_SESSION} {_WITH_HOLDER} WHERE g.id = $1"
_LOCK = f"{_WITH_REFRESH} FOR UPDATE OF g"
_READ = f"""
SELECT {_GRANT}, {_USER}, {_SESSION}, EXISTS (SELECT FROM oidc_revoked_token r WHERE r.id = $2) AS is_token_revoked,
       b.userinfo_signed_response_alg AS userinfo_alg, c.require_mfa
{_WITH_HOLDER} JOIN clients_client c ON c.id = g.client_id AND c.is_enabled
JOIN clients_client b ON b.id = $3 AND b.is_enabled
WHERE g.id = $1
"""
_ROTATE = """
UPDATE oidc_grant SET spent_hash = refresh_hash, spent_at = $2, refresh_hash = $3, refresh_expires_at = $4,
                      successor = $5, dpop_jkt = $6
WHERE id = $1
"""
# Without a `spent_hash` the time says only when the token was used last.
_PROLONG = "UPDATE oidc_grant SET refresh_expires_at = $2, dpop_jkt = $3, spent_at = $4 WHERE id = $1"
_REVOKE = "UPDATE oidc_grant SET revoked_at = $2, successor = NULL WHERE id = $1 AND revoked_at IS NULL"
_REVOKE_OF_CLIENT = """
UPDATE oidc_grant SET revoked_at = $3, successor = NULL WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL
"""
_REVOKE_OF_USER = "UPDATE oidc_grant SET revoked_at = $2, successor = NULL WHERE user_id = $1 AND revoked_at IS NULL"
_REVOKE_OF_SESSION = """
UPDATE oidc_grant SET revoked_at = $2, successor = NULL WHERE session_id = $1 AND revoked_at IS NULL
"""
_SESSIONS_OF_CLIENT = "SELECT DISTINCT session_id FROM oidc_grant WHERE session_id = ANY($1) AND client_id = $2"
_SWEEP = "DELETE FROM oidc_grant WHERE expires_at < $1"
_FORGET = "UPDATE oidc_grant SET successor = NULL WHERE successor IS NOT NULL AND spent_at < $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose grant it is, and what became of the session that it grew from (kept 30 days after its end).

    Attributes:
        impersonator_id: the operator who acts as the user in that session.
    """

    user: User
    session_expires_at: datetime | None
    has_session_ended: bool
    impersonator_id: str | None = None

    @property
    def may_go_on(self) -> bool:
        """Whether the user is neither banned nor leaving, and nobody ended the session."""
        return self.user.is_active and not self.has_session_ended

    def has_session_at(self, now: datetime) -> bool:
        """Whether the session has neither ended nor run out."""
        end = self.session_expires_at
        return end is not None and end > now and not self.has_session_ended


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrant:
    """A grant with its holder. `refresh` is there only where it was asked for.

    Attributes:
        userinfo_alg: how the client that got the access token wants userinfo signed; None for plain JSON.
        requires_mfa: whether the grant's client wants a second factor of its users; told of access tokens only.
    """

    grant: Grant
    holder: Holder
    is_revoked: bool
    refresh: RefreshState | None = None
    userinfo_alg: str | None = None
    requires_mfa: bool = False


async def insert(grant: Grant, *, refresh_hash: bytes | None, refresh_expires_at: datetime | None) -> None:
    await db.execute(
        _INSERT, *from_approval(grant.approval), grant.id, grant.created_at, grant.expires_at, refresh_hash,
        refresh_expires_at, grant.jkt,
    )  # fmt: skip


async def find_holder(user_id: str, session_id: str) -> Holder | None:
    """User and session behind a code that is being redeemed; None when either is gone.

    The session is locked, so that whoever ends it meanwhile finds the grant that is being made.
    """
    row = await db.fetch_row(_HOLDER, user_id, session_id)
    return _to_holder(row) if row else None


async def lock(grant_id: str) -> StoredGrant | None:
    """The grant, its refresh state and its holder, locked until the transaction ends."""
    row = await db.fetch_row(_LOCK, grant_id)
    return _to_stored(row, row["revoked_at"] is not None, _to_refresh(row)) if row else None


async def find_with_refresh(grant_id: str) -> StoredGrant | None:
    """The same without a lock: only to look at."""
    row = await db.fetch_row(_WITH_REFRESH, grant_id)
    return _to_stored(row, row["revoked_at"] is not None, _to_refresh(row)) if row else None


async def find(grant_id: str, token_id: str, bearer_id: str) -> StoredGrant | None:
    """The grant behind an access token, revoked when either of them is; None when a client of it is switched off.

    Args:
        bearer_id: the client that got the token; another one than the grant's, where it was exchanged.
    """
    row = await db.fetch_row(_READ, grant_id, token_id, bearer_id)
    if row is None:
        return None
    stored = _to_stored(row, row["revoked_at"] is not None or row["is_token_revoked"], None)
    return replace(stored, userinfo_alg=row["userinfo_alg"], requires_mfa=row["require_mfa"])


async def rotate(grant_id: str, *, new_hash: bytes, expires_at: datetime, successor: bytes, jkt: str | None) -> None:
    """Put a new refresh token in force; the former one becomes the spent one.

    Args:
        jkt: the key that the new tokens are bound to.
    """
    await db.execute(_ROTATE, grant_id, clock.now(), new_hash, expires_at, successor, jkt)


async def prolong(grant_id: str, *, expires_at: datetime, jkt: str | None) -> None:
    """Keep the refresh token in force, with a later end, for the holder of this key."""
    await db.execute(_PROLONG, grant_id, expires_at, jkt, clock.now())


async def revoke(grant_id: str) -> bool:
    """End a grant; False when it was ended before or never was."""
    forget_after_commit(grant_id)
    return await db.execute(_REVOKE, grant_id, clock.now()) == 1


async def revoke_of_client(user_id: str, client_id: str) -> int:
    forget_after_commit(user_id)
    return await db.execute(_REVOKE_OF_CLIENT, user_id, client_id, clock.now())


async def revoke_of_user(user_id: str) -> int:
    forget_after_commit(user_id)
    return await db.execute(_REVOKE_OF_USER, user_id, clock.now())


async def revoke_of_session(session_id: str) -> int:
    forget_after_commit(session_id)
    return await db.execute(_REVOKE_OF_SESSION, session_id, clock.now())


async def find_sessions_of_client(client_id: str, session_ids: Sequence[str]) -> set[str]:
    """Those of the sessions that gave a client tokens."""
    rows = await db.fetch(_SESSIONS_OF_CLIENT, list(session_ids), client_id)
    return {row["session_id"] for row in rows}


async def sweep(expired_before: datetime, *, graced_before: datetime) -> int:
    """Delete grants that are long over, and forget successors that no grace covers any more."""
    await db.execute(_FORGET, graced_before)
    return await db.execute(_SWEEP, expired_before)


def _to_stored(row: db.Row, is_revoked: bool, refresh: RefreshState | None) -> StoredGrant:
    grant = Grant(
        id=row["id"],
        approval=to_approval(row),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        jkt=row["dpop_jkt"],
    )
    return StoredGrant(grant=grant, holder=_to_holder(row), is_revoked=is_revoked, refresh=refresh)


def _to_holder(row: db.Row) -> Holder:
    return Holder(
        user=to_user(row, "user_"),
        session_expires_at=row["session_expires_at"],
        has_session_ended=row["session_ended_at"] is not None,
        impersonator_id=row["session_impersonator_id"],
    )


def _to_refresh(row: db.Row) -> RefreshState:
    return RefreshState(
        current_hash=row["refresh_hash"],
        expires_at=row["refresh_expires_at"],
        spent_hash=row["spent_hash"],
        spent_at=row["spent_at"],
        successor=row["successor"],
    )
