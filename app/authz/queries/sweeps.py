"""SQL that clears away what nobody reads any more."""

from __future__ import annotations

from datetime import datetime

from app.authz.queries.rows import STANDS
from app.kit import clock, db

_HAS_EXPIRED = f"""
SELECT EXISTS (SELECT FROM authz_tuple WHERE expires_at IS NOT NULL AND deleted_rev = {STANDS} AND expires_at <= $1)
"""
_SUPERSEDED = "SELECT revision FROM authz_write WHERE created_at <= $1 ORDER BY created_at DESC, revision DESC LIMIT 1"
_CLEAR_TUPLES = f"""
DELETE FROM authz_tuple WHERE id IN (
    SELECT id FROM authz_tuple WHERE deleted_rev < {STANDS} AND deleted_rev <= $1 ORDER BY deleted_rev LIMIT $2
)
"""
_CLEAR_WRITES = """
DELETE FROM authz_write WHERE revision IN (
    SELECT revision FROM authz_write WHERE created_at < $1 AND revision < (SELECT floor FROM authz_head)
    ORDER BY created_at LIMIT $2
)
"""
_CLEAR_KEYS = """
DELETE FROM authz_idempotency WHERE key IN (
    SELECT key FROM authz_idempotency WHERE created_at <= $1 ORDER BY created_at LIMIT $2
)
"""

EXPIRED = "t.expires_at IS NOT NULL AND t.expires_at <= $1"


async def has_expired() -> bool:
    """Whether a tuple that stands has expired."""
    found: bool = await db.fetch_value(_HAS_EXPIRED, clock.now())
    return found


async def find_superseded(before: datetime) -> int | None:
    """The last revision that was made before a moment; those before it were superseded by then."""
    found: int | None = await db.fetch_value(_SUPERSEDED, before)
    return found


async def clear_tuples(floor: int, limit: int) -> int:
    """Delete rows that ended up to a revision; how many."""
    return await db.execute(_CLEAR_TUPLES, floor, limit)


async def clear_writes(before: datetime, limit: int) -> int:
    """Delete entries of the changelog from before a moment, whose revisions cannot be read any more; how many."""
    return await db.execute(_CLEAR_WRITES, before, limit)


async def clear_keys(before: datetime, limit: int) -> int:
    """Delete idempotency keys from before a moment; how many."""
    return await db.execute(_CLEAR_KEYS, before, limit)
