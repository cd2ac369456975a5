"""SQL of the mail room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kit import db
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset
from app.mail.types import MailStatus

_COLUMNS = "id, recipient, subject, template, locale, status, sealed_body, created_at, sent_at, error"
_INSERT = """
INSERT INTO mail_message (id, recipient, subject, template, locale, status, user_id, sealed_body, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_LIST = f"SELECT {_COLUMNS} FROM mail_message WHERE {{where}} ORDER BY {{order}} LIMIT {{limit}}"
_LIST_OF = f"SELECT {_COLUMNS} FROM mail_message WHERE user_id = $1 AND {{where}} ORDER BY {{order}} LIMIT {{limit}}"
_COUNT = f"SELECT count(*) FROM (SELECT FROM mail_message LIMIT {COUNT_BOUND + 1}) AS found"
_GET = f"SELECT {_COLUMNS} FROM mail_message WHERE id = ANY($1::text[])"
_SET_STATUS = "UPDATE mail_message SET status = $2, sent_at = $3, error = $4 WHERE id = $1 AND status = 'queued'"
_PURGE = """
UPDATE mail_message SET sealed_body = NULL, status = CASE status WHEN 'queued' THEN 'failed' ELSE status END
WHERE sealed_body IS NOT NULL AND created_at < $1
"""
_SWEEP = "DELETE FROM mail_message WHERE created_at < $1"
_ERASE = "DELETE FROM mail_message WHERE user_id = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A row with its body still sealed."""

    id: str
    recipient: str
    subject: str
    template: str
    locale: str
    status: MailStatus
    sealed_body: bytes | None
    created_at: datetime
    sent_at: datetime | None
    error: str | None


async def insert_message(values: Sequence[object]) -> None:
    """Insert a mail; the values in the order of the statement."""
    await db.execute(_INSERT, *values)


async def list_messages(sort: Sort, page: PageRequest) -> list[MessageRow]:
    """One page and one more."""
    part = keyset(sort, page, first_parameter=1)
    sql = _LIST.format(where=part.where, order=part.order, limit=part.limit)
    return [_message(row) for row in await db.fetch(sql, *part.args)]


async def list_messages_of(user_id: str, sort: Sort, page: PageRequest) -> list[MessageRow]:
    """One page of a user's and one more."""
    part = keyset(sort, page, first_parameter=2)
    sql = _LIST_OF.format(where=part.where, order=part.order, limit=part.limit)
    return [_message(row) for row in await db.fetch(sql, user_id, *part.args)]


async def count_messages() -> int:
    """How many there are; counting stops one past the bound."""
    count: int = await db.fetch_value(_COUNT)
    return count


async def find_messages(ids: Sequence[str]) -> list[MessageRow]:
    """Those that exist."""
    return [_message(row) for row in await db.fetch(_GET, list(ids))]


async def set_status(
    mail_id: str, status: MailStatus, *, sent_at: datetime | None = None, error: str | None = None
) -> None:
    """How a queued mail ended."""
    await db.execute(_SET_STATUS, mail_id, status.value, sent_at, error)


async def purge_bodies(before: datetime) -> int:
    """Forget the bodies of mails written before; how many."""
    return await db.execute(_PURGE, before)


async def sweep_messages(before: datetime) -> int:
    """Delete mails written before; how many."""
    return await db.execute(_SWEEP, before)


async def erase_messages(user_id: str) -> int:
    """Delete the mails to a user; how many."""
    return await db.execute(_ERASE, user_id)


def _message(row: db.Row) -> MessageRow:
    return MessageRow(**{**dict(row), "status": MailStatus(row["status"])})
