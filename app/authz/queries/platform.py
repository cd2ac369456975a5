"""Which roles on the platform a subject holds, by itself and through nested groups, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.queries.rows import STANDS
from app.authz.types.tuples import EVERY, PLATFORM, SUBJECT_TYPES, SUPER_ADMIN
from app.kit import clock, db
from app.users.queries import IS_ACTIVE

GUARDING_TYPES: Final = tuple(number for name, number in SYSTEM_TYPE_IDS.items() if name not in SUBJECT_TYPES)

_LASTS = f"""
t.deleted_rev = {STANDS} AND t.condition IS NULL AND (t.expires_at IS NULL OR t.expires_at > $4)
"""
_HOLDS = f"{_LASTS} AND (t.starts_at IS NULL OR t.starts_at <= $4)"
_RELATIONS = f"""
WITH RECURSIVE self AS (
    SELECT n, type, id COLLATE "C" AS id, relation COLLATE "C" AS relation
    FROM unnest($1::int[], $2::text[], $3::text[]) WITH ORDINALITY AS s (type, id, relation, n)
    UNION
    SELECT s.n, t.entity_type, t.entity_id::text, t.relation::text
    FROM self s JOIN authz_tuple t
      ON t.subject_type = s.type AND t.subject_id = s.id AND t.subject_relation = s.relation
     AND t.entity_type = {SYSTEM_TYPE_IDS["group"]} AND t.relation = 'member' AND t.entity_id <> '*' AND {{holds}}
)
SELECT DISTINCT s.n, t.entity_type, t.relation
FROM self s JOIN authz_tuple t
  ON t.subject_type = s.type AND t.subject_id = s.id AND t.subject_relation = s.relation
 AND t.entity_type = ANY($5::int[]) AND {{where}} AND {{holds}}
ORDER BY 1, 2, 3
"""
_NOW = _RELATIONS.format(holds=_HOLDS, where="t.entity_id = '*'")
_AT_MOST = _RELATIONS.format(holds=_LASTS, where="TRUE")
_SUPER_ADMINS = f"""
SELECT t.subject_id FROM authz_tuple t
WHERE t.entity_type = $1 AND t.entity_id = $2 AND t.relation = $3 AND t.subject_relation = '' AND t.subject_type = $5
  AND {_HOLDS}
ORDER BY t.subject_id LIMIT 1000
"""
# Down from the platform: who is super admin, through however many groups, and may sign in.
_SUPER_ADMIN_USERS = f"""
WITH RECURSIVE holder AS (
    SELECT t.subject_type AS type, t.subject_id::text COLLATE "C" AS id,
           t.subject_relation::text COLLATE "C" AS relation
    FROM authz_tuple t
    WHERE t.entity_type = $1 AND t.entity_id = $2 AND t.relation = $3 AND {_HOLDS}
    UNION
    SELECT t.subject_type, t.subject_id::text, t.subject_relation::text
    FROM holder h JOIN authz_tuple t
      ON h.type = {SYSTEM_TYPE_IDS["group"]} AND h.relation = 'member'
     AND t.entity_type = h.type AND t.entity_id = h.id AND t.relation = h.relation AND {_HOLDS}
)
SELECT coalesce(bool_or(u.id = $6), FALSE) AS is_one, coalesce(bool_or(u.id <> $6), FALSE) AS are_others
FROM holder h JOIN users_user u ON h.type = $5 AND h.relation = '' AND u.id = h.id
WHERE u.id = $6 OR {IS_ACTIVE.format("u", "$4")}
"""
_LOCK_FIRST_START = "SELECT pg_advisory_xact_lock(hashtextextended('authz first start', 0))"


async def list_platform_relations(subjects: Sequence[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    """For each subject (type, id) types that guard the platform, with a relation to every entity that it holds now."""
    return await _list(_NOW, [(subject_type, subject_id, "") for subject_type, subject_id in subjects])


async def list_possible_relations(subjects: Sequence[tuple[int, str, str]]) -> list[list[tuple[int, str]]]:
    """The same for usersets (type, id, relation), with relations to any entity, now or later."""
    return await _list(_AT_MOST, subjects)


async def _list(sql: str, subjects: Sequence[tuple[int, str, str]]) -> list[list[tuple[int, str]]]:
    columns = [list(column) for column in zip(*subjects, strict=True)]
    found: list[list[tuple[int, str]]] = [[] for _ in subjects]
    for row in await db.fetch(sql, *columns, clock.now(), list(GUARDING_TYPES)):
        found[row["n"] - 1].append((row["entity_type"], row["relation"]))
    return found


async def lock_first_start() -> None:
    """Wait until no other process makes the first operator."""
    await db.fetch_value(_LOCK_FIRST_START)


async def list_super_admins() -> list[str]:
    """Ids of the users who are super admin by a tuple of their own, a thousand at most."""
    ids = SYSTEM_TYPE_IDS
    rows = await db.fetch(_SUPER_ADMINS, ids[PLATFORM], EVERY, SUPER_ADMIN, clock.now(), ids["user"])
    return [row["subject_id"] for row in rows]


async def find_super_admins_beside(user_id: str) -> tuple[bool, bool]:
    """Whether this user is super admin, directly or through groups, and whether another is who may sign in."""
    ids = SYSTEM_TYPE_IDS
    row = await db.fetch_row(_SUPER_ADMIN_USERS, ids[PLATFORM], EVERY, SUPER_ADMIN, clock.now(), ids["user"], user_id)
    return (row["is_one"], row["are_others"]) if row else (False, False)
