"""SQL of the events room: writing, listing, following. The chain's SQL is in `chain_queries`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.events.chain_queries import RAW_COLUMNS
from app.events.types import AuditEvent, AuditFilter, Outcome, PublishedEvent
from app.kit import db
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset

AUDIT_COLUMNS = (
    "id", "action", "outcome", "occurred_at", "actor_kind", "actor_id", "impersonator_id", "session_id", "client_id",
    "target_type", "target_id", "about_user_id", "request_id", "ip", "user_agent", "reason", "before", "after",
)  # fmt: skip
_SHOWN = ", ".join(AUDIT_COLUMNS)
_INSERT_AUDIT = f"""
INSERT INTO events_audit ({_SHOWN}, origin_salt, origin_commitment, content_salt, content_commitment, mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
"""
_INSERT_BOTH = f"""
WITH audit AS ({_INSERT_AUDIT})
INSERT INTO events_outbox
    (id, audit_id, type, occurred_at, target_type, target_id, actor_kind, actor_id, client_id, about_user_id, payload)
VALUES ($24, $1, $2, $4, $10, $11, $5, $6, $9, $12, $25::jsonb)
"""
_ALL_NAMES = f"{_SHOWN}, origin_salt, origin_commitment, content_salt, content_commitment, mac"
_ALL_TYPES = (
    *("text",) * 3, "timestamptz", *("text",) * 14, *("bytea",) * 5, "text", "text",
)  # fmt: skip
# The order of the rows is that of the events: their numbers are given as they are inserted.
_INSERT_MANY = f"""
WITH given AS MATERIALIZED (
    SELECT * FROM unnest({", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_ALL_TYPES, start=1))})
    WITH ORDINALITY AS g ({_ALL_NAMES}, outbox_id, payload, n)
), audit AS (
    INSERT INTO events_audit ({_ALL_NAMES}) SELECT {_ALL_NAMES} FROM given ORDER BY n
)
INSERT INTO events_outbox
    (id, audit_id, type, occurred_at, target_type, target_id, actor_kind, actor_id, client_id, about_user_id, payload)
SELECT outbox_id, id, action, occurred_at, target_type, target_id, actor_kind, actor_id, client_id, about_user_id,
       payload::jsonb
FROM given WHERE outbox_id IS NOT NULL ORDER BY n
"""
_LIST = f"SELECT {_SHOWN} FROM events_audit WHERE {{where}} ORDER BY {{order}} LIMIT {{limit}}"
_COUNT = "SELECT count(*) FROM (SELECT FROM events_audit WHERE {where} LIMIT {limit}) AS found"
_LIST_ABOUT = f"""
SELECT found.* FROM unnest($1::text[]) AS wanted (user_id) CROSS JOIN LATERAL (
    SELECT {_SHOWN} FROM events_audit
    WHERE about_user_id = wanted.user_id AND {{where}} ORDER BY {{order}} LIMIT {{limit}}
) found ORDER BY {{order}}
"""
_COUNT_ABOUT = f"""
SELECT wanted.user_id, (SELECT count(*) FROM (
    SELECT FROM events_audit WHERE about_user_id = wanted.user_id LIMIT {COUNT_BOUND + 1}
) found) AS events
FROM unnest($1::text[]) AS wanted (user_id)
"""
_LIST_CHAINED = f"""
SELECT position, {_SHOWN} FROM events_audit WHERE {{where}} AND position > {{after}} AND position <= {{until}}
ORDER BY position LIMIT {{limit}}
"""
_LIST_RAW = f"""
SELECT {RAW_COLUMNS} FROM events_audit WHERE {{where}} AND position > {{after}} AND position <= {{until}}
ORDER BY position LIMIT {{limit}}
"""
_GET = f"SELECT {_SHOWN} FROM events_audit WHERE id = ANY($1::text[])"
_SCRUB_ORIGIN = """
UPDATE events_audit SET ip = NULL, user_agent = NULL, origin_salt = NULL
WHERE origin_salt IS NOT NULL
  AND (actor_id = $1 OR impersonator_id = $1 OR (about_user_id = $1 AND actor_id IS NULL))
"""
_SCRUB_CONTENT = """
UPDATE events_audit SET before = NULL, after = NULL, reason = NULL, content_salt = NULL
WHERE content_salt IS NOT NULL AND about_user_id = $1
"""
_SCRUB_OUTBOX = "UPDATE events_outbox SET payload = '{}' WHERE about_user_id = $1 AND dispatched_at IS NOT NULL"

_DISPATCH_LOCK_KEY = 0x6F757462  # "outb"
_LOCK_DISPATCH = f"SELECT pg_try_advisory_xact_lock({_DISPATCH_LOCK_KEY})"
_NEXT_OUTBOX = """
SELECT id, audit_id, type, occurred_at, target_type, target_id, actor_kind, actor_id, client_id, about_user_id, payload
FROM events_outbox WHERE dispatched_at IS NULL ORDER BY seq LIMIT $1
"""
# What was told of somebody while they were erased had to be handed over before it could be emptied.
_MARK_DISPATCHED = """
UPDATE events_outbox o SET dispatched_at = $2, payload = CASE WHEN EXISTS (
    SELECT FROM events_audit a WHERE a.target_id = o.about_user_id AND a.action = 'audit.scrubbed'
) THEN '{}' ELSE payload END
WHERE id = ANY($1::text[])
"""
_SWEEP_OUTBOX = """
DELETE FROM events_outbox WHERE id IN (
    SELECT id FROM events_outbox WHERE dispatched_at < $1 ORDER BY dispatched_at LIMIT $2
)
"""


async def insert_event(audit: Sequence[object], outbox_id: str | None, payload: str | None) -> None:
    """Write the audit row, and the outbox row when there is an id for it, in one statement."""
    if outbox_id is None:
        await db.execute(_INSERT_AUDIT, *audit)
    else:
        await db.execute(_INSERT_BOTH, *audit, outbox_id, payload)


async def insert_events(rows: Sequence[tuple[Sequence[object], str | None, str | None]]) -> None:
    """The same for many events, in one statement: audit row, id and payload of the outbox row for each."""
    full = [(*audit, outbox_id, payload) for audit, outbox_id, payload in rows]
    await db.execute(_INSERT_MANY, *([*column] for column in zip(*full, strict=True)))


async def list_audit(wanted: AuditFilter, sort: Sort, page: PageRequest) -> list[AuditEvent]:
    """One page of audit events and one more."""
    where, args = _conditions(wanted)
    part = keyset(sort, page, first_parameter=len(args) + 1)
    sql = _LIST.format(where=f"{where} AND {part.where}", order=part.order, limit=part.limit)
    return [_audit_event(row) for row in await db.fetch(sql, *args, *part.args)]


async def list_chained(wanted: AuditFilter, after: int, until: int, limit: int) -> list[tuple[int, AuditEvent]]:
    """Sealed events that match between two positions, the first one apart, with their positions, in order."""
    where, args = _conditions(wanted)
    places = [f"${len(args) + n}" for n in (1, 2, 3)]
    sql = _LIST_CHAINED.format(where=where, after=places[0], until=places[1], limit=places[2])
    return [(row["position"], _audit_event(row)) for row in await db.fetch(sql, *args, after, until, limit)]


async def list_raw(wanted: AuditFilter, after: int, until: int, limit: int) -> list[db.Row]:
    """The same rows with everything that is signed."""
    where, args = _conditions(wanted)
    places = [f"${len(args) + n}" for n in (1, 2, 3)]
    sql = _LIST_RAW.format(where=where, after=places[0], until=places[1], limit=places[2])
    return await db.fetch(sql, *args, after, until, limit)


async def count_audit(wanted: AuditFilter) -> int:
    """How many match; counting stops one past the bound."""
    where, args = _conditions(wanted)
    count: int = await db.fetch_value(_COUNT.format(where=where, limit=COUNT_BOUND + 1), *args)
    return count


async def list_audit_about(user_ids: Sequence[str], sort: Sort, page: PageRequest) -> dict[str, list[AuditEvent]]:
    """For each user one page of what is about them, and one more."""
    part = keyset(sort, page, first_parameter=2)
    sql = _LIST_ABOUT.format(where=part.where, order=part.order, limit=part.limit)
    found: dict[str, list[AuditEvent]] = {user_id: [] for user_id in user_ids}
    for row in await db.fetch(sql, list(user_ids), *part.args):
        found[row["about_user_id"]].append(_audit_event(row))
    return found


async def count_audit_about(user_ids: Sequence[str]) -> dict[str, int]:
    """How many events are about each user; counting stops one past the bound."""
    return {row["user_id"]: row["events"] for row in await db.fetch(_COUNT_ABOUT, list(user_ids))}


async def find_audit(ids: Sequence[str]) -> dict[str, AuditEvent]:
    """Those that exist, by id."""
    return {row["id"]: _audit_event(row) for row in await db.fetch(_GET, list(ids))}


async def scrub_user(user_id: str) -> int:
    """Erase the personal fields of a user's rows; how many groups of fields were erased."""
    origins = await db.execute(_SCRUB_ORIGIN, user_id)
    contents = await db.execute(_SCRUB_CONTENT, user_id)
    await db.execute(_SCRUB_OUTBOX, user_id)
    return origins + contents


async def lock_dispatch() -> bool:
    """Become the only dispatcher until the transaction ends; False when there is one."""
    is_ours: bool = await db.fetch_value(_LOCK_DISPATCH)
    return is_ours


async def next_outbox(limit: int) -> list[PublishedEvent]:
    """What was not dispatched yet, in order."""
    return [_published(row) for row in await db.fetch(_NEXT_OUTBOX, limit)]


async def mark_dispatched(ids: Sequence[str], now: datetime) -> None:
    await db.execute(_MARK_DISPATCHED, list(ids), now)


async def sweep_outbox(before: datetime, limit: int) -> int:
    """Delete what was dispatched before; how many."""
    return await db.execute(_SWEEP_OUTBOX, before, limit)


def _conditions(wanted: AuditFilter) -> tuple[str, list[object]]:
    pairs: list[tuple[str, object]] = [
        ("action LIKE ${}", None if wanted.action is None else _prefix_pattern(wanted.action.removesuffix("*"))),
        ("actor_id = ${}", wanted.actor_id),
        ("target_id = ${}", wanted.target_id),
        ("about_user_id = ${}", wanted.about_user_id),
        ("client_id = ${}", wanted.client_id),
        ("outcome = ${}", None if wanted.outcome is None else wanted.outcome.value),
        ("occurred_at >= ${}", wanted.since),
        ("occurred_at < ${}", wanted.until),
        ("request_id = ${}", wanted.request_id),
        ("ip = ${}", wanted.ip),
    ]
    given = [(condition, value) for condition, value in pairs if value is not None]
    conditions = [condition.format(number) for number, (condition, _) in enumerate(given, start=1)]
    return " AND ".join(["TRUE", *conditions]), [value for _, value in given]


def _prefix_pattern(prefix: str) -> str:
    for special in ("\\", "%", "_"):
        prefix = prefix.replace(special, f"\\{special}")
    return f"{prefix}%"


def _audit_event(row: db.Row) -> AuditEvent:
    values: dict[str, Any] = {name: row[name] for name in AUDIT_COLUMNS}
    values["outcome"] = Outcome(values["outcome"])
    for name in ("before", "after"):
        values[name] = db.load_json(values[name])
    return AuditEvent(**values)


def _published(row: db.Row) -> PublishedEvent:
    values: dict[str, Any] = dict(row)
    return PublishedEvent(**{**values, "payload": db.load_json(values["payload"])})
