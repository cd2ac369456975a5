"""SQL that brings many tuples in and out: COPY into a table of the transaction, a cursor over a snapshot.

Whoever brings tuples in holds the lock of the revision counter (`head.lock_head`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.authz.queries.filters import Condition
from app.authz.queries.rows import COLUMNS, STANDS
from app.kit import db

# In the order of `COLUMNS`.
Row = tuple[
    int, str, str, int, str, str, str | None, str | None, datetime | None, datetime | None,
]  # fmt: skip
# Rows that a cursor fetches together.
_FETCHED: Final = 10_000

_TABLE: Final = "authz_incoming"
_NAMES: Final = tuple(name.strip() for name in COLUMNS.split(","))
_CREATE = f"""
CREATE TEMP TABLE {_TABLE} (
    entity_type int, entity_id text COLLATE "C", relation text COLLATE "C", subject_type int,
    subject_id text COLLATE "C", subject_relation text COLLATE "C", condition text COLLATE "C", condition_context text,
    starts_at timestamptz, expires_at timestamptz
) ON COMMIT DROP
"""
_DROP = f"DROP TABLE {_TABLE}"
_ADD = f"INSERT INTO authz_tuple ({COLUMNS}, created_rev) SELECT {COLUMNS}, $1 FROM {_TABLE} ON CONFLICT DO NOTHING"
# LIMIT keeps the planner, which knows nothing of the new table, on the index.
_FOUND = f"""
{_TABLE} q LEFT JOIN LATERAL (
    SELECT t.id, (t.condition, t.condition_context, t.starts_at, t.expires_at)
        IS DISTINCT FROM (q.condition, q.condition_context, q.starts_at, q.expires_at) AS differs
    FROM authz_tuple t
    WHERE t.entity_type = q.entity_type AND t.entity_id = q.entity_id AND t.relation = q.relation
      AND t.subject_relation = q.subject_relation AND t.subject_type = q.subject_type AND t.subject_id = q.subject_id
      AND t.deleted_rev = {STANDS} LIMIT 1
) f ON TRUE
"""
_END = f"""
WITH chosen AS MATERIALIZED (SELECT f.id FROM {_FOUND} WHERE f.differs)
UPDATE authz_tuple t SET deleted_rev = $1 FROM chosen WHERE t.id = chosen.id
"""
_COUNT = f"""
SELECT count(*) FILTER (WHERE f.id IS NULL) AS created, count(*) FILTER (WHERE f.differs) AS changed FROM {_FOUND}
"""
_EXPORT = f"""
SELECT {COLUMNS} FROM authz_tuple t
WHERE t.deleted_rev = {STANDS} AND (t.expires_at IS NULL OR t.expires_at > {{moment}}) AND {{where}}
ORDER BY entity_type, entity_id, relation, subject_relation, subject_type, subject_id
"""


@dataclass(frozen=True, slots=True)
class Merged:
    """How many tuples began, and how many got another condition or other times."""

    created: int
    changed: int

    @property
    def count(self) -> int:
        return self.created + self.changed


async def merge_rows(rows: Collection[Row], revision: int) -> Merged:
    """Write rows that differ in their keys, at a revision that was not taken yet; what stands just so stays."""
    await _bring(rows)
    created = await db.execute(_ADD, revision)
    changed = 0
    if created < len(rows):
        changed = await db.execute(_END, revision)
        if changed:
            await db.execute(_ADD, revision)
    await db.execute(_DROP)
    return Merged(created, changed)


async def compare_rows(rows: Collection[Row]) -> Merged:
    """What `merge_rows` would do."""
    await _bring(rows)
    row = await db.fetch_row(_COUNT)
    assert row is not None
    await db.execute(_DROP)
    return Merged(row["created"], row["changed"])


async def _bring(rows: Collection[Row]) -> None:
    await db.execute(_CREATE)
    await db.copy_rows(_TABLE, _NAMES, rows)


def stream_tuples(condition: Condition, moment: datetime) -> AsyncIterator[list[db.Row]]:
    """Tuples that stand and are not over, with `COLUMNS`, in the order of their keys. Within a unit of work."""
    where, args = condition
    return db.stream(_EXPORT.format(where=where, moment=f"${len(args) + 1}"), *args, moment, batch=_FETCHED)
