"""SQL of the audit chain: sealing, trimming, reading it for verification."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.events.types import Checkpoint
from app.kit import db

_HEAD_ID = 1
_CREATE_HEAD = """
INSERT INTO events_chain_head (id, floor_position, floor_link, position, link, mac)
VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING
"""
_READ_HEAD = "SELECT floor_position, floor_link, position, link, mac FROM events_chain_head WHERE id = $1"
_LOCK_HEAD = f"{_READ_HEAD} FOR UPDATE"
_TRY_HEAD = f"{_READ_HEAD} FOR UPDATE SKIP LOCKED"
_MOVE_HEAD = """
UPDATE events_chain_head SET floor_position = $2, floor_link = $3, position = $4, link = $5, mac = $6 WHERE id = $1
"""
# Rows that a scrub is just changing are left for the next round.
_UNSEALED = """
SELECT id, mac FROM events_audit WHERE position IS NULL ORDER BY seq LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
"""
_SEAL = """
UPDATE events_audit a SET position = n.position, link = n.link
FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS n (id, position, link)
WHERE a.id = n.id AND a.position IS NULL
"""
_OLDEST = """
SELECT position, link, occurred_at FROM events_audit WHERE position > $1 ORDER BY position LIMIT $2
"""
_ALLOW_TRIM = "SELECT set_config('auther.audit_trim', 'on', true)"
_TRIM = "DELETE FROM events_audit WHERE position > $1 AND position <= $2"
_FACTS = """id, action, outcome, occurred_at, actor_kind, actor_id, impersonator_id, session_id, client_id,
    target_type, target_id, about_user_id, request_id, origin_commitment, content_commitment"""
RAW_COLUMNS = f"position, link, {_FACTS}, ip, user_agent, reason, before, after, origin_salt, content_salt, mac"
_ROWS = """
SELECT {columns} FROM events_audit WHERE {where} ORDER BY {order} LIMIT $2
"""
_CHAINED = _ROWS.format(columns=RAW_COLUMNS, where="position > $1 AND position <= $3", order="position")
# One statement, one snapshot: a row that is sealed at this moment moves the head with it.
_OUTSIDE = """
SELECT id, position FROM events_audit WHERE position > coalesce((SELECT max(position) FROM events_chain_head), 0)
UNION ALL
SELECT id, position FROM events_audit
WHERE position <= coalesce((SELECT max(floor_position) FROM events_chain_head), 0)
LIMIT $1
"""
_LOOSE = _ROWS.format(columns=f"{RAW_COLUMNS}, seq", where="position IS NULL AND seq > $1", order="seq")
_LINK = "SELECT link FROM events_audit WHERE position = $1"
_SCRUBBED = "SELECT target_id FROM events_audit WHERE action = $1 AND target_id IS NOT NULL"


@dataclass(frozen=True, slots=True)
class ChainEnds:
    """The stored ends of the chain and their signature."""

    floor: Checkpoint
    head: Checkpoint
    mac: bytes


async def create_head(ends: ChainEnds) -> None:
    """Write the first ends unless there are some."""
    await db.execute(_CREATE_HEAD, *_parts(ends))


async def read_head() -> ChainEnds | None:
    return _ends(await db.fetch_row(_READ_HEAD, _HEAD_ID))


async def lock_head() -> ChainEnds | None:
    """The ends, locked until the transaction ends."""
    return _ends(await db.fetch_row(_LOCK_HEAD, _HEAD_ID))


async def try_head() -> ChainEnds | None:
    """The ends, locked; None when another process holds them or there are none."""
    return _ends(await db.fetch_row(_TRY_HEAD, _HEAD_ID))


async def move_head(ends: ChainEnds) -> None:
    await db.execute(_MOVE_HEAD, *_parts(ends))


async def take_unsealed(limit: int) -> list[tuple[str, bytes]]:
    """Id and signature of committed rows that are not chained, in the order of writing."""
    return [(row["id"], bytes(row["mac"])) for row in await db.fetch(_UNSEALED, limit)]


async def seal_rows(ids: Sequence[str], places: Sequence[Checkpoint]) -> int:
    """Give rows their places; how many got one."""
    positions, links = [place.position for place in places], [place.link for place in places]
    return await db.execute(_SEAL, list(ids), positions, links)


async def oldest_rows(floor: int, limit: int) -> list[tuple[Checkpoint, datetime]]:
    """The first rows of the chain, with their time."""
    rows = await db.fetch(_OLDEST, floor, limit)
    return [(Checkpoint(row["position"], bytes(row["link"])), row["occurred_at"]) for row in rows]


async def trim_rows(floor: int, new_floor: int) -> int:
    """Delete the rows of the chain after `floor` up to `new_floor`; how many there were."""
    await db.execute(_ALLOW_TRIM)
    return await db.execute(_TRIM, floor, new_floor)


async def read_chained(after: int, until: int, limit: int) -> list[db.Row]:
    """Rows of the chain behind a position and up to another one, in its order."""
    return await db.fetch(_CHAINED, after, limit, until)


async def find_link(position: int) -> bytes | None:
    """The link of the row at a position."""
    link = await db.fetch_value(_LINK, position)
    return None if link is None else bytes(link)


async def find_outside(limit: int) -> list[db.Row]:
    """Id and position of rows that are numbered, but lie before the chain's beginning or behind its end."""
    return await db.fetch(_OUTSIDE, limit)


async def count_unsealed() -> int:
    """How many rows are not chained."""
    count: int = await db.fetch_value("SELECT count(*) FROM events_audit WHERE position IS NULL")
    return count


async def freeze_view() -> None:
    """Let the rest of the unit of work see one state of the database. Its first statement."""
    await db.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


async def read_loose(limit: int) -> AsyncIterator[db.Row]:
    """All rows that are not chained, in the order of writing."""
    after = -1
    while rows := await db.fetch(_LOOSE, after, limit):
        for row in rows:
            yield row
        after = rows[-1]["seq"]


async def find_scrubbed_users(action: str) -> set[str]:
    """Users whose scrubbing the trail records."""
    return {row["target_id"] for row in await db.fetch(_SCRUBBED, action)}


def _ends(row: db.Row | None) -> ChainEnds | None:
    if row is None:
        return None
    floor = Checkpoint(row["floor_position"], bytes(row["floor_link"]))
    return ChainEnds(floor, Checkpoint(row["position"], bytes(row["link"])), bytes(row["mac"]))


def _parts(ends: ChainEnds) -> tuple[object, ...]:
    return _HEAD_ID, ends.floor.position, ends.floor.link, ends.head.position, ends.head.link, ends.mac
