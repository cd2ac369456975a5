"""SQL of the impersonation room."""

from __future__ import annotations

from datetime import timedelta

from app.impersonation.types import Request
from app.kit import clock, db

_COLUMNS = "id, session_id, operator_id, user_id, reason, ttl_seconds, created_at, expires_at"
_INSERT = f"INSERT INTO impersonation_request ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
_FIND = f"SELECT {_COLUMNS} FROM impersonation_request WHERE id = $1 AND session_id = $2 AND expires_at > $3"
_TAKE = f"DELETE FROM impersonation_request WHERE id = $1 AND session_id = $2 AND expires_at > $3 RETURNING {_COLUMNS}"
_SWEEP = "DELETE FROM impersonation_request WHERE expires_at <= $1"


async def insert_request(request: Request) -> None:
    await db.execute(
        _INSERT, request.id, request.session_id, request.operator_id, request.user_id, request.reason,
        int(request.ttl.total_seconds()), request.created_at, request.expires_at,
    )  # fmt: skip


async def find_request(request_id: str, session_id: str) -> Request | None:
    row = await db.fetch_row(_FIND, request_id, session_id, clock.now())
    return _to_request(row) if row else None


async def take_request(request_id: str, session_id: str) -> Request | None:
    """The request, which is gone by that: of many callers one gets it."""
    row = await db.fetch_row(_TAKE, request_id, session_id, clock.now())
    return _to_request(row) if row else None


async def sweep_requests() -> int:
    """Delete requests that nobody began in time; how many."""
    return await db.execute(_SWEEP, clock.now())


def _to_request(row: db.Row) -> Request:
    values = dict(row)
    return Request(ttl=timedelta(seconds=values.pop("ttl_seconds")), **values)
