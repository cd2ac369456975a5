"""SQL of the credentials room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.credentials.types import LinkPurpose, StoredPassword, Throttle
from app.kit import db

_READ_PASSWORD = "SELECT phc, version, must_change FROM credentials_password WHERE user_id = $1"
_HOLD_VERSION = "SELECT version FROM credentials_password WHERE user_id = $1 FOR SHARE"
_STORE_PASSWORD = """
INSERT INTO credentials_password AS p (user_id, phc, version, must_change, changed_at)
VALUES ($1, $2, 1, $3, $4)
ON CONFLICT (user_id) DO UPDATE SET
    phc = EXCLUDED.phc, version = p.version + 1, must_change = EXCLUDED.must_change, changed_at = EXCLUDED.changed_at
RETURNING version
"""
_STORE_HASHES = """
INSERT INTO credentials_password (user_id, phc, version, must_change, changed_at)
SELECT user_id, phc, 1, must_change, $4
FROM unnest($1::text[], $2::text[], $3::bool[]) AS given(user_id, phc, must_change)
"""
_REHASH = "UPDATE credentials_password SET phc = $3 WHERE user_id = $1 AND phc = $2"
_REQUIRE_CHANGE = "UPDATE credentials_password SET must_change = true WHERE user_id = $1"

_INSERT_LINK = """
INSERT INTO credentials_link
    (id, token_hash, purpose, user_id, email, password_version, details, created_at, expires_at)
SELECT $1, $2, $3, $4::text, $5, coalesce((SELECT version FROM credentials_password WHERE user_id = $4::text), 0),
       $6, $7, $8
"""
_USABLE = """
token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
AND password_version = coalesce((SELECT version FROM credentials_password p WHERE p.user_id = l.user_id), 0)
"""
_READ_LINK = f"SELECT user_id, email, details FROM credentials_link l WHERE {_USABLE}"
_LOCK_PASSWORD_OF_LINK = """
SELECT FROM credentials_password
WHERE user_id = (SELECT user_id FROM credentials_link WHERE token_hash = $1) FOR UPDATE
"""
_CONSUME_LINK = f"UPDATE credentials_link l SET used_at = $3 WHERE {_USABLE} RETURNING user_id, email, details"
_FIND_OPEN_LINK = """
SELECT user_id, email, details, expires_at FROM credentials_link l
WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
AND password_version = coalesce((SELECT version FROM credentials_password p WHERE p.user_id = l.user_id), 0)
ORDER BY created_at DESC, id DESC LIMIT 1
"""
_END_OPEN_LINKS = """
UPDATE credentials_link SET used_at = $3 WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
"""
_SWEEP_LINKS = "DELETE FROM credentials_link WHERE expires_at < $1"

# $4: seconds to wait, by number of failures. Past the end of the array is NULL, which lets nobody through.
_RESERVE = """
INSERT INTO credentials_throttle AS t (id, failures, is_trusted, last_at, expires_at) VALUES ($1, 1, false, $2, $3)
ON CONFLICT (id) DO UPDATE SET
    failures = CASE WHEN t.expires_at <= $2 THEN 1 ELSE t.failures + 1 END,
    is_trusted = t.is_trusted AND t.expires_at > $2,
    last_at = greatest(t.last_at, EXCLUDED.last_at),
    expires_at = greatest(t.expires_at, EXCLUDED.expires_at)
WHERE t.expires_at <= $2
   OR ($4::float8[])[t.failures + 1] = 0
   OR $2 >= t.last_at + make_interval(secs => ($4::float8[])[t.failures + 1])
RETURNING failures
"""
_RELEASE = "UPDATE credentials_throttle SET failures = greatest(failures - 1, 0) WHERE id = $1"
_READ_THROTTLE = "SELECT failures, last_at, expires_at FROM credentials_throttle WHERE id = $1"
_IS_TRUSTED = "SELECT EXISTS (SELECT FROM credentials_throttle WHERE id = $1 AND is_trusted AND expires_at > $2)"
_TRUST = """
INSERT INTO credentials_throttle (id, failures, is_trusted, last_at, expires_at) VALUES ($1, 0, true, $2, $3)
ON CONFLICT (id) DO UPDATE SET failures = 0, is_trusted = true, last_at = $2, expires_at = $3
"""
_CLEAR = "DELETE FROM credentials_throttle WHERE id = $1"
_SWEEP_THROTTLES = "DELETE FROM credentials_throttle WHERE expires_at < $1"


async def read_password(user_id: str) -> StoredPassword | None:
    row = await db.fetch_row(_READ_PASSWORD, user_id)
    return StoredPassword(row["phc"], row["version"], row["must_change"]) if row else None


async def hold_version(user_id: str) -> int | None:
    """The number of the user's password, which cannot change before this unit of work ends."""
    version: int | None = await db.fetch_value(_HOLD_VERSION, user_id)
    return version


async def store_password(user_id: str, phc: str, must_change: bool, now: datetime) -> int:
    version: int = await db.fetch_value(_STORE_PASSWORD, user_id, phc, must_change, now)
    return version


async def store_hashes(
    user_ids: Sequence[str], phcs: Sequence[str], must_change: Sequence[bool], now: datetime
) -> None:
    """First passwords of users who have none."""
    await db.execute(_STORE_HASHES, user_ids, phcs, must_change, now)


async def replace_hash(user_id: str, old: str, new: str) -> None:
    """Only if the password was not changed meanwhile."""
    await db.execute(_REHASH, user_id, old, new)


async def require_change(user_id: str) -> None:
    await db.execute(_REQUIRE_CHANGE, user_id)


async def insert_link(
    link_id: str,
    token_hash: bytes,
    purpose: LinkPurpose,
    *,
    user_id: str | None,
    email: str,
    details: bytes | None,
    created_at: datetime,
    expires_at: datetime,
) -> None:
    await db.execute(_INSERT_LINK, link_id, token_hash, purpose.value, user_id, email, details, created_at, expires_at)


async def read_link(token_hash: bytes, purpose: LinkPurpose, now: datetime) -> db.Row | None:
    return await db.fetch_row(_READ_LINK, token_hash, purpose.value, now)


async def consume_link(token_hash: bytes, purpose: LinkPurpose, now: datetime) -> db.Row | None:
    """The lock makes two links of one user see each other's change of the password."""
    await db.execute(_LOCK_PASSWORD_OF_LINK, token_hash)
    return await db.fetch_row(_CONSUME_LINK, token_hash, purpose.value, now)


async def find_open_link(user_id: str, purpose: LinkPurpose, now: datetime) -> db.Row | None:
    """The latest link of a user that can still be used."""
    return await db.fetch_row(_FIND_OPEN_LINK, user_id, purpose.value, now)


async def end_open_links(user_id: str, purpose: LinkPurpose, now: datetime) -> int:
    """Let none of these links of a user be used any more; how many."""
    return await db.execute(_END_OPEN_LINKS, user_id, purpose.value, now)


async def reserve_attempt(bucket: str, now: datetime, ttl: timedelta, waits: list[float]) -> int | None:
    """The number of failures, this attempt included, None when it is not allowed now. Exact under concurrency."""
    failures: int | None = await db.fetch_value(_RESERVE, bucket, now, now + ttl, waits)
    return failures


async def release_attempt(bucket: str) -> None:
    await db.execute(_RELEASE, bucket)


async def read_throttle(bucket: str) -> Throttle | None:
    row = await db.fetch_row(_READ_THROTTLE, bucket)
    return Throttle(row["failures"], row["last_at"], row["expires_at"]) if row else None


async def is_trusted(bucket: str, now: datetime) -> bool:
    return bool(await db.fetch_value(_IS_TRUSTED, bucket, now))


async def trust(bucket: str, now: datetime, ttl: timedelta) -> None:
    await db.execute(_TRUST, bucket, now, now + ttl)


async def clear_throttle(bucket: str) -> None:
    await db.execute(_CLEAR, bucket)


async def sweep(now: datetime) -> int:
    return await db.execute(_SWEEP_LINKS, now) + await db.execute(_SWEEP_THROTTLES, now)
