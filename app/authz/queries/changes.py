"""SQL of the changelog: who made a revision, and what began and ended at it."""

from __future__ import annotations

from collections.abc import Mapping

from app.authz.queries.rows import COLUMNS, STANDS, to_tuple
from app.authz.rules import MAX_REASON
from app.authz.types import ChangeKind, ChangePlace, TupleChange
from app.kit import clock, db
from app.kit.actor import Actor

_MAX_ACTOR_ID = 255
_MAX_REQUEST_ID = 128

_ADD_WRITE = """
INSERT INTO authz_write (revision, kind, actor_kind, actor_id, reason, request_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""
_NAMED = ", ".join(f"t.{name.strip()}" for name in COLUMNS.split(","))
# Ends come before beginnings: within a revision a changed tuple ends first.
_CHANGES = f"""
SELECT c.*, w.actor_kind, w.actor_id, w.reason, w.request_id, w.created_at FROM (
    (SELECT t.created_rev AS revision, TRUE AS is_creation, t.id, {_NAMED} FROM authz_tuple t
     WHERE t.created_rev >= $1 AND t.created_rev <= $4 AND (t.created_rev, TRUE, t.id) > ($1, $2, $3)
     ORDER BY t.created_rev, t.id LIMIT $5)
    UNION ALL
    (SELECT t.deleted_rev AS revision, FALSE AS is_creation, t.id, {_NAMED} FROM authz_tuple t
     WHERE t.deleted_rev < {STANDS}
       AND t.deleted_rev >= $1 AND t.deleted_rev <= $4 AND (t.deleted_rev, FALSE, t.id) > ($1, $2, $3)
     ORDER BY t.deleted_rev, t.id LIMIT $5)
) c LEFT JOIN authz_write w ON w.revision = c.revision
ORDER BY c.revision, c.is_creation, c.id LIMIT $5
"""


async def add_write(actor: Actor, revision: int, *, kind: str, reason: str | None) -> None:
    """Note who made a revision, and why. `kind` is `tuples` or `model`."""
    await db.execute(_ADD_WRITE, revision, *write_row(actor, kind, reason))


def write_row(actor: Actor, kind: str, reason: str | None) -> tuple[object, ...]:
    """What is noted of a revision, without its number: kind, actor, reason, request, moment."""
    actor_id = actor.id[:_MAX_ACTOR_ID] if actor.id else None
    request_id = actor.origin.request_id[:_MAX_REQUEST_ID] or None
    return (kind, actor.kind.value, actor_id, reason[:MAX_REASON] if reason else None, request_id, clock.now())


async def read_changes(names: Mapping[int, str], place: ChangePlace, until: int, limit: int) -> list[TupleChange]:
    """What changed behind a place, in order.

    Args:
        names: full names of types by id.
        until: the last revision that counts.
        limit: at most so many.
    """
    rows = await db.fetch(_CHANGES, place.revision, place.is_creation, place.id, until, limit)
    return [_to_change(row, names) for row in rows]


def _to_change(row: db.Row, names: Mapping[int, str]) -> TupleChange:
    return TupleChange(
        row["revision"],
        ChangeKind.CREATED if row["is_creation"] else ChangeKind.DELETED,
        row["id"],
        to_tuple(row, names),
        row["actor_kind"],
        row["actor_id"],
        row["reason"],
        row["request_id"],
        row["created_at"],
    )
