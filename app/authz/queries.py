"""SQL of the permission engine."""

from __future__ import annotations

from app.authz.types import EVERY, PLATFORM, SUPER_ADMIN, TupleKey
from app.kit import clock, db

_INSERT = """
INSERT INTO authz_tuple (entity_type, entity_id, relation, subject_type, subject_id, subject_relation, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_DELETE = """
DELETE FROM authz_tuple WHERE entity_type = $1 AND entity_id = $2 AND relation = $3
AND subject_type = $4 AND subject_id = $5 AND subject_relation = $6
"""
_DELETE_SUBJECT = "DELETE FROM authz_tuple WHERE subject_type = $1 AND subject_id = $2"
_EXISTS = """
SELECT EXISTS (SELECT FROM authz_tuple WHERE entity_type = $1 AND entity_id = $2 AND relation = $3
               AND subject_type = $4 AND subject_id = $5 AND subject_relation = $6)
"""
_SUPER_ADMINS = """
SELECT subject_id FROM authz_tuple
WHERE entity_type = $1 AND entity_id = $2 AND relation = $3 AND subject_type = 'user' AND subject_relation = ''
ORDER BY subject_id LIMIT 1000
"""
_LOCK_FIRST_START = "SELECT pg_advisory_xact_lock(hashtextextended('authz first start', 0))"


async def lock_first_start() -> None:
    await db.fetch_value(_LOCK_FIRST_START)


async def insert_tuple(key: TupleKey) -> bool:
    """False when it stood there already."""
    return await db.execute(_INSERT, *_columns(key), clock.now()) == 1


async def delete_tuple(key: TupleKey) -> bool:
    return await db.execute(_DELETE, *_columns(key)) == 1


async def delete_subject(subject_type: str, subject_id: str) -> int:
    return await db.execute(_DELETE_SUBJECT, subject_type, subject_id)


async def has_tuple(key: TupleKey) -> bool:
    found: bool = await db.fetch_value(_EXISTS, *_columns(key))
    return found


async def list_super_admins() -> list[str]:
    return [row["subject_id"] for row in await db.fetch(_SUPER_ADMINS, PLATFORM, EVERY, SUPER_ADMIN)]


def _columns(key: TupleKey) -> tuple[str, ...]:
    return (
        key.entity_type, key.entity_id, key.relation, key.subject_type, key.subject_id, key.subject_relation,
    )  # fmt: skip
