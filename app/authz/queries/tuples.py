"""SQL that finds and changes tuples in bulk: one statement each, however many there are.

Writers hold the lock of the revision counter (`head.lock_head`), so nothing changes between finding and writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.authz.queries.changes import write_row
from app.authz.queries.rows import COLUMNS, STANDS, KeyRow
from app.kit import db
from app.kit.actor import Actor

WRITE_KIND: Final = "tuples"
_NAMED = ", ".join(f"t.{name.strip()}" for name in COLUMNS.split(","))
_GIVEN_KEYS = "unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[])"
_KEY_NAMES = "entity_type, entity_id, relation, subject_type, subject_id, subject_relation"
_IS_KEY = """
t.entity_type = q.entity_type AND t.entity_id = q.entity_id AND t.relation = q.relation
AND t.subject_relation = q.subject_relation AND t.subject_type = q.subject_type AND t.subject_id = q.subject_id
"""
# LIMIT keeps the planner on the index: each key is looked up for itself.
_FIND = f"""
SELECT f.* FROM {_GIVEN_KEYS} AS q ({_KEY_NAMES})
CROSS JOIN LATERAL (SELECT t.id, {_NAMED} FROM authz_tuple t WHERE {_IS_KEY} AND t.deleted_rev = {STANDS} LIMIT 1) f
"""
_FIND_PLACES = f"""
SELECT f.* FROM unnest($1::int[], $2::text[], $3::text[]) AS q (entity_type, entity_id, relation)
CROSS JOIN LATERAL (
    SELECT t.id, {_NAMED} FROM authz_tuple t
    WHERE t.entity_type = q.entity_type AND t.entity_id = q.entity_id AND t.relation = q.relation
      AND t.deleted_rev = {STANDS} LIMIT $4
) f LIMIT $4
"""
_WRITE_LOG = """
INSERT INTO authz_write (revision, kind, actor_kind, actor_id, reason, request_id, created_at)
SELECT revision, $1, $2, $3, $4, $5, $6 FROM head
"""
_NEXT = "UPDATE authz_head SET revision = revision + 1 RETURNING revision"
_GIVEN = """
unnest($8::int[], $9::text[], $10::text[], $11::int[], $12::text[], $13::text[], $14::text[], $15::text[],
       $16::timestamptz[], $17::timestamptz[])
"""
# The rows that begin are read after those that end are counted: otherwise the old and the new row of a key might meet.
_APPLY = f"""
WITH head AS ({_NEXT}), log AS ({_WRITE_LOG}),
ended AS (
    UPDATE authz_tuple t SET deleted_rev = head.revision FROM head WHERE t.id = ANY($7::bigint[]) RETURNING 1
),
added AS (
    INSERT INTO authz_tuple ({COLUMNS}, created_rev)
    SELECT q.*, head.revision FROM head, (SELECT count(*) FROM ended) e, {_GIVEN} AS q ({COLUMNS})
)
SELECT revision FROM head
"""
_END_WHERE = f"""
WITH chosen AS MATERIALIZED (
    SELECT t.id FROM authz_tuple t WHERE t.deleted_rev = {STANDS} AND {{where}} LIMIT {{limit}}
)
UPDATE authz_tuple t SET deleted_rev = {{revision}} FROM chosen WHERE t.id = chosen.id
RETURNING t.id, {_NAMED}
"""
_ADVANCE = f"WITH head AS ({_NEXT}), log AS ({_WRITE_LOG}) SELECT revision FROM head"
_OF_REVISION = f"""
SELECT t.created_rev = $1 AS is_created, {_NAMED} FROM authz_tuple t WHERE t.created_rev = $1
UNION ALL
SELECT FALSE, {_NAMED} FROM authz_tuple t WHERE t.deleted_rev = $1 AND t.deleted_rev < {STANDS}
"""
_FIND_IDEMPOTENCY = "SELECT digest, revision, created_at FROM authz_idempotency WHERE key = $1 AND created_at > $2"
_ADD_IDEMPOTENCY = """
INSERT INTO authz_idempotency (key, digest, revision, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, revision = excluded.revision, created_at = excluded.created_at
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A row that stands: its id, its key, and what limits it, the context as its one text."""

    id: int
    key: KeyRow
    limits: tuple[str | None, str | None, datetime | None, datetime | None]

    def is_over(self, now: datetime) -> bool:
        """Whether it has expired."""
        expires_at = self.limits[3]
        return expires_at is not None and expires_at <= now


@dataclass(frozen=True, slots=True)
class Noted:
    """A write under an idempotency key. A revision of 0 or less: nothing changed, as of that revision."""

    digest: bytes
    revision: int
    created_at: datetime


async def find_standing(keys: Sequence[KeyRow]) -> dict[KeyRow, Standing]:
    """Rows that stand, by key; expired ones too."""
    rows = await db.fetch(_FIND, *_columns(keys, 6)) if keys else []
    return {found.key: found for found in map(_to_standing, rows)}


async def find_at_places(places: Sequence[tuple[int, str, str]], limit: int) -> list[Standing]:
    """Rows that stand at entities and their relations, at most `limit`."""
    rows = await db.fetch(_FIND_PLACES, *_columns(places, 3), limit) if places else []
    return [_to_standing(row) for row in rows]


async def apply_changes(
    actor: Actor, ended: Sequence[int], added: Sequence[Sequence[object]], reason: str | None
) -> int:
    """Take the next revision, end rows by id and begin others (in the order of `COLUMNS`); the revision."""
    revision: int = await db.fetch_value(
        _APPLY, *write_row(actor, WRITE_KIND, reason), list(ended), *_columns(added, 10)
    )
    return revision


async def advance(actor: Actor, reason: str | None) -> int:
    """Take the next revision for changes that were written with its number already."""
    revision: int = await db.fetch_value(_ADVANCE, *write_row(actor, WRITE_KIND, reason))
    return revision


async def end_where(where: str, args: Sequence[object], *, revision: int, limit: int) -> list[db.Row]:
    """End rows that stand and fulfil a condition, at most `limit`; the rows."""
    sql = _END_WHERE.format(where=where, revision=f"${len(args) + 1}::bigint", limit=f"${len(args) + 2}")
    return await db.fetch(sql, *args, revision, limit)


async def read_revision(revision: int) -> tuple[list[db.Row], list[db.Row]]:
    """Rows that began and rows that ended at a revision."""
    rows = await db.fetch(_OF_REVISION, revision)
    return [row for row in rows if row["is_created"]], [row for row in rows if not row["is_created"]]


async def find_idempotent(key: str, since: datetime) -> Noted | None:
    """What was written under a key."""
    row = await db.fetch_row(_FIND_IDEMPOTENCY, key, since)
    return Noted(*row) if row else None


async def add_idempotent(key: str, digest: bytes, revision: int, now: datetime) -> None:
    """Remember what was written under a key."""
    await db.execute(_ADD_IDEMPOTENCY, key, digest, revision, now)


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _to_standing(row: db.Row) -> Standing:
    key = (
        row["entity_type"], row["entity_id"], row["relation"],
        row["subject_type"], row["subject_id"], row["subject_relation"],
    )  # fmt: skip
    limits = (row["condition"], row["condition_context"], row["starts_at"], row["expires_at"])
    return Standing(row["id"], key, limits)
