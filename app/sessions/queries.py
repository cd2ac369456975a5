"""SQL of the sessions room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import datetime, timedelta

from app.kit import clock, db
from app.kit.paging import COUNT_BOUND, PageRequest, keyset
from app.kit.recall import forget_after_commit
from app.sessions.types import NEWEST_FIRST, Flow, ResolvedSession, Session, SessionFilter
from app.users.queries import COLUMN_NAMES as USER_COLUMN_NAMES
from app.users.queries import IS_ACTIVE, to_user

_NAMES = (
    "id", "user_id", "browser_id", "device", "ip", "user_agent", "acr", "amr", "auth_time", "created_at",
    "last_seen_at", "expires_at", "ended_at", "impersonator_id", "parent_id",
)  # fmt: skip
_COLUMNS = ", ".join(f"s.{name}" for name in _NAMES)
_USER_COLUMNS = ", ".join(f"u.{name} AS user_{name}" for name in USER_COLUMN_NAMES if name != "id")
_LIVE = "s.ended_at IS NULL AND s.expires_at > {now} AND s.last_seen_at > {idle}"
# Whose parent is over is over too, also where nobody noticed that time ended it.
_WITH_PARENT = f"""(s.parent_id IS NULL OR EXISTS (
    SELECT FROM sessions_session p WHERE p.id = s.parent_id AND {_LIVE.replace("s.", "p.").format(now="$2", idle="$3")}
))"""
_RETENTION = timedelta(days=30)

_INSERT = """
WITH seen AS (
    INSERT INTO sessions_browser AS b (user_id, browser_id, first_seen_at, last_seen_at) VALUES ($3, $4, $11, $11)
    ON CONFLICT (user_id, browser_id) DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at
    RETURNING xmax = 0 AS is_new
), begun AS (
    INSERT INTO sessions_session (id, token_hash, user_id, browser_id, device, ip, user_agent, acr, amr, auth_time,
                                  created_at, last_seen_at, expires_at, impersonator_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $11, $12, $13)
)
SELECT is_new FROM seen
"""
_RESOLVE = f"""
SELECT {_COLUMNS}, {_USER_COLUMNS}
FROM sessions_session s JOIN users_user u ON u.id = s.user_id
WHERE s.token_hash = $1 AND {_LIVE.format(now="$2", idle="$3")} AND {IS_ACTIVE.format("u", "$2")}
  AND {_WITH_PARENT}
"""
_RESOLVE_ALL = _RESOLVE.replace("= $1", "= ANY($1)").replace("SELECT ", "SELECT s.token_hash, ", 1)
_TOUCH = "UPDATE sessions_session SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2 AND ended_at IS NULL"
_RENEW = f"""
WITH renewed AS (
    UPDATE sessions_session s SET token_hash = $3, browser_id = $4, device = $5, ip = $6, user_agent = $7, acr = $8,
        amr = $9::jsonb, auth_time = $13, last_seen_at = $10, expires_at = $11
    WHERE s.id = $1 AND s.user_id = $2 AND s.impersonator_id IS NULL AND {_LIVE.format(now="$10", idle="$12")}
    RETURNING {_COLUMNS}
), seen AS (
    INSERT INTO sessions_browser (user_id, browser_id, first_seen_at, last_seen_at)
    SELECT user_id, browser_id, $10, $10 FROM renewed
    ON CONFLICT (user_id, browser_id) DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at
    RETURNING xmax = 0 AS is_new
)
SELECT {_COLUMNS}, seen.is_new FROM renewed s, seen
"""
_BY_IDS = f"SELECT {_COLUMNS} FROM sessions_session s WHERE s.id = ANY($1)"
_END = f"""
UPDATE sessions_session s SET ended_at = $2
WHERE (s.id = $1 OR s.parent_id = $1) AND s.ended_at IS NULL RETURNING {_COLUMNS}
"""
_END_OF_USER = f"""
UPDATE sessions_session s SET ended_at = $2
WHERE s.ended_at IS NULL AND s.id IS DISTINCT FROM $3 AND (s.user_id = $1 OR s.parent_id IN (
    SELECT p.id FROM sessions_session p WHERE p.user_id = $1 AND p.ended_at IS NULL AND p.id IS DISTINCT FROM $3
)) RETURNING {_COLUMNS}
"""
_LOCK_LIVE = f"""
SELECT {_COLUMNS} FROM sessions_session s WHERE s.id = $1 AND {_LIVE.format(now="$2", idle="$3")} FOR SHARE
"""
_INSERT_ACTING = """
INSERT INTO sessions_session (id, token_hash, user_id, browser_id, device, ip, user_agent, acr, amr, auth_time,
                              created_at, last_seen_at, expires_at, impersonator_id, parent_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $11, $12, $13, $14)
"""
_END_ACTING = f"""
UPDATE sessions_session s SET ended_at = $2 WHERE s.parent_id = $1 AND s.ended_at IS NULL RETURNING {_COLUMNS}
"""
_ACTING = f"""
SELECT {_COLUMNS}, EXISTS (
    SELECT FROM sessions_session p WHERE p.id = s.parent_id AND {_LIVE.replace("s.", "p.").format(now="$1", idle="$2")}
) AS has_parent
FROM sessions_session s WHERE s.parent_id IS NOT NULL AND s.ended_at IS NULL AND s.id > $4 ORDER BY s.id LIMIT $3
"""
_HAS_ENDED = "SELECT ended_at IS NOT NULL FROM sessions_session WHERE id = $1"
_OF_USERS = f"""
SELECT s.* FROM unnest($1::text[]) AS wanted (user_id) CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM sessions_session s
    WHERE s.user_id = wanted.user_id AND {_LIVE.format(now="$2", idle="$3")} AND {{where}}
    ORDER BY {{order}} LIMIT {{limit}}
) s ORDER BY {{order}}
"""
_COUNT_OF_USERS = f"""
SELECT wanted.user_id, (SELECT count(*) FROM (
    SELECT FROM sessions_session s
    WHERE s.user_id = wanted.user_id AND {_LIVE.format(now="$2", idle="$3")} LIMIT {COUNT_BOUND + 1}
) live) AS sessions
FROM unnest($1::text[]) AS wanted (user_id)
"""
_KNOWS_BROWSER = "SELECT EXISTS (SELECT FROM sessions_browser WHERE user_id = $1 AND browser_id = $2)"
_COUNT_BROWSERS = "SELECT count(*) FROM sessions_browser WHERE user_id = $1"
_SWEEP = "DELETE FROM sessions_session WHERE expires_at < $1 OR ended_at < $1"
_SWEEP_FLOWS = "DELETE FROM sessions_flow WHERE expires_at < $1"

_FLOW_NAMES = tuple(Flow.__slots__)
_FLOW_COLUMNS = ", ".join(_FLOW_NAMES)
_INSERT_FLOW = (
    f"INSERT INTO sessions_flow ({_FLOW_COLUMNS}) VALUES ({', '.join(f'${n + 1}' for n in range(len(_FLOW_NAMES)))})"
)
_FLOW = f"SELECT {_FLOW_COLUMNS} FROM sessions_flow WHERE id = $1 AND browser_id = $2 AND expires_at > $3"
_FINISH_FLOW = "UPDATE sessions_flow SET session_id = $2 WHERE id = $1"


async def insert_session(session: Session, token_hash: bytes) -> bool:
    """Insert a session and note its browser; True when the user has not used that browser before."""
    is_new: bool = await db.fetch_value(
        _INSERT, session.id, token_hash, session.user_id, session.browser_id, session.device, session.ip,
        session.user_agent, session.acr, db.dump_json(session.amr), session.auth_time, session.created_at,
        session.expires_at, session.impersonator_id,
    )  # fmt: skip
    return is_new


async def renew_session(
    old_id: str, proof: Session, token_hash: bytes, idle_since: datetime
) -> tuple[Session, bool] | None:
    """Give a live session of the same user a new token and a new proof; None when there is no such session.

    Returns:
        The session, and whether the user has not used its browser before.
    """
    forget_after_commit(old_id)
    row = await db.fetch_row(
        _RENEW, old_id, proof.user_id, token_hash, proof.browser_id, proof.device, proof.ip, proof.user_agent,
        proof.acr, db.dump_json(proof.amr), proof.created_at, proof.expires_at, idle_since,
        proof.auth_time,
    )  # fmt: skip
    return (_to_session(row), row["is_new"]) if row else None


async def resolve_token(token_hash: bytes, idle_since: datetime) -> ResolvedSession | None:
    row = await db.fetch_row(_RESOLVE, token_hash, clock.now(), idle_since)
    return _to_resolved(row) if row else None


async def resolve_tokens(token_hashes: Sequence[bytes], idle_since: datetime) -> dict[bytes, ResolvedSession]:
    rows = await db.fetch(_RESOLVE_ALL, list(token_hashes), clock.now(), idle_since)
    return {bytes(row["token_hash"]): _to_resolved(row) for row in rows}


async def touch_session(session_id: str, seen_at: datetime) -> None:
    await db.execute(_TOUCH, session_id, seen_at)


async def find_sessions(ids: Sequence[str]) -> dict[str, Session]:
    return {row["id"]: _to_session(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def end_session(session_id: str) -> list[Session]:
    """End a session and those that hang from it; those that had not ended before."""
    ended = [_to_session(row) for row in await db.fetch(_END, session_id, clock.now())]
    forget_after_commit(session_id, *(session.id for session in ended))
    return ended


async def end_user_sessions(user_id: str, except_id: str | None) -> list[Session]:
    """End a user's sessions and those that hang from them."""
    ended = [_to_session(row) for row in await db.fetch(_END_OF_USER, user_id, clock.now(), except_id)]
    forget_after_commit(*(session.id for session in ended))
    return ended


async def lock_live_session(session_id: str, idle_since: datetime) -> Session | None:
    """A live session; whoever ends it waits until the transaction is over."""
    row = await db.fetch_row(_LOCK_LIVE, session_id, clock.now(), idle_since)
    return _to_session(row) if row else None


async def insert_acting_session(session: Session, token_hash: bytes) -> None:
    """Insert a session of an operator who acts as its user: the browser is none of the user's."""
    await db.execute(
        _INSERT_ACTING, session.id, token_hash, session.user_id, session.browser_id, session.device, session.ip,
        session.user_agent, session.acr, db.dump_json(session.amr), session.auth_time, session.created_at,
        session.expires_at, session.impersonator_id, session.parent_id,
    )  # fmt: skip


async def end_acting_sessions(parent_id: str) -> list[Session]:
    """End what hangs from a session."""
    ended = [_to_session(row) for row in await db.fetch(_END_ACTING, parent_id, clock.now())]
    forget_after_commit(*(session.id for session in ended))
    return ended


async def list_acting_sessions(idle_since: datetime, limit: int, after: str) -> list[tuple[Session, bool]]:
    """Sessions in which operators act that nobody has ended yet, and whether the operators' own live; by id."""
    rows = await db.fetch(_ACTING, clock.now(), idle_since, limit, after)
    return [(_to_session(row), row["has_parent"]) for row in rows]


async def has_ended(session_id: str) -> bool:
    return bool(await db.fetch_value(_HAS_ENDED, session_id))


async def knows_browser(user_id: str, browser_id: str) -> bool:
    return bool(await db.fetch_value(_KNOWS_BROWSER, user_id, browser_id))


async def count_browsers(user_id: str) -> int:
    return int(await db.fetch_value(_COUNT_BROWSERS, user_id))


async def list_sessions(wanted: SessionFilter, idle_since: datetime, page: PageRequest) -> list[Session]:
    """One row more than the page holds."""
    conditions, arguments = _conditions(wanted, idle_since)
    keys = keyset(NEWEST_FIRST, page, first_parameter=len(arguments) + 1)
    sql = (
        f"SELECT {_COLUMNS} FROM sessions_session s WHERE {conditions} AND {keys.where} "
        f"ORDER BY {keys.order} LIMIT {keys.limit}"
    )
    return [_to_session(row) for row in await db.fetch(sql, *arguments, *keys.args)]


async def count_sessions(wanted: SessionFilter, idle_since: datetime) -> int:
    conditions, arguments = _conditions(wanted, idle_since)
    sql = f"SELECT count(*) FROM (SELECT FROM sessions_session s WHERE {conditions} LIMIT {COUNT_BOUND + 1}) live"
    return int(await db.fetch_value(sql, *arguments))


async def list_sessions_of(
    user_ids: Sequence[str], idle_since: datetime, page: PageRequest
) -> dict[str, list[Session]]:
    """For each user one row more than the page holds."""
    keys = keyset(NEWEST_FIRST, page, first_parameter=4)
    sql = _OF_USERS.format(where=keys.where, order=keys.order, limit=keys.limit)
    found: dict[str, list[Session]] = {user_id: [] for user_id in user_ids}
    for row in await db.fetch(sql, list(user_ids), clock.now(), idle_since, *keys.args):
        found[row["user_id"]].append(_to_session(row))
    return found


async def count_sessions_of(user_ids: Sequence[str], idle_since: datetime) -> dict[str, int]:
    rows = await db.fetch(_COUNT_OF_USERS, list(user_ids), clock.now(), idle_since)
    return {row["user_id"]: row["sessions"] for row in rows}


async def sweep(now: datetime) -> int:
    """Delete sessions that are long over and flows that nobody completed."""
    return await db.execute(_SWEEP, now - _RETENTION) + await db.execute(_SWEEP_FLOWS, now)


async def insert_flow(flow: Flow) -> None:
    await db.execute(_INSERT_FLOW, *astuple(flow))


async def find_flow(flow_id: str, browser_id: str) -> Flow | None:
    row = await db.fetch_row(_FLOW, flow_id, browser_id, clock.now())
    return Flow(**dict(row)) if row else None


async def finish_flow(flow_id: str, session_id: str) -> None:
    await db.execute(_FINISH_FLOW, flow_id, session_id)


def _conditions(wanted: SessionFilter, idle_since: datetime) -> tuple[str, list[object]]:
    clause = _LIVE.format(now="$1", idle="$2")
    arguments: list[object] = [clock.now(), idle_since]
    if wanted.user_id is not None:
        clause += " AND s.user_id = $3"
        arguments.append(wanted.user_id)
    return clause, arguments


def _to_resolved(row: db.Row) -> ResolvedSession:
    user = to_user({**{f"user_{name}": row[f"user_{name}"] for name in USER_COLUMN_NAMES}}, "user_")
    return ResolvedSession(_to_session(row), user)


def _to_session(row: db.Row) -> Session:
    values = {name: row[name] for name in _NAMES}
    values["amr"] = tuple(db.load_json(row["amr"]))
    return Session(**values)
