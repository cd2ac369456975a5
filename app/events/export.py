"""The trail as JSON lines: a header, a row a line in the order of the chain, and a signed end.

Each line has what its signature covers, so the file verifies away from the database (`offline`).
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Final

import orjson

from app.events import chain, chain_queries, queries
from app.events.chain_queries import ChainEnds
from app.events.errors import AuditPositionUnknown
from app.events.findings import Row
from app.events.types import AuditFilter, Checkpoint
from app.kit import clock
from app.kit.actor import Actor
from app.kit.guard import guard
from app.kit.runtime import settings

FORMAT: Final = "auther-audit/1"
BYTES: Final = ("origin_salt", "origin_commitment", "content_salt", "content_commitment", "mac", "link")
JSON_TEXTS: Final = ("before", "after")
_BATCH = 1_000


async def export_trail(actor: Actor, wanted: AuditFilter, *, after: int | None = None) -> AsyncIterator[bytes]:
    """The chained rows that match, as chunks of lines. Holds one batch in memory, whatever the length of the trail.

    For one state of the database, run it in a unit of work that began with `chain_queries.freeze_view`.

    Args:
        after: only what follows this position: what an earlier export did not have.

    Raises:
        Forbidden, Unauthenticated: without `platform.manage_platform`.
        AuditPositionUnknown: there is no such position (any more).
    """
    await guard(actor, "platform.manage_platform")
    ends = await chain_queries.read_head() or ChainEnds(chain.GENESIS, chain.GENESIS, b"")
    start = ends.floor if after is None else await _find_place(ends, after)
    digest, rows = hashlib.sha256(), 0
    header = _header(wanted, start, ends.head)
    digest.update(header)
    yield header
    last = start.position
    while batch := await queries.list_raw(wanted, last, ends.head.position, _BATCH):
        chunk = b"".join(_line(dict(row)) for row in batch)
        digest.update(chunk)
        rows, last = rows + len(batch), batch[-1]["position"]
        yield chunk
    yield _end(digest.digest(), rows)


def is_whole(wanted: AuditFilter) -> bool:
    """Whether nothing is left out, so that the chain can be followed from row to row."""
    return wanted == AuditFilter()


async def _find_place(ends: ChainEnds, position: int) -> Checkpoint:
    for known in (ends.floor, ends.head):
        if known.position == position:
            return known
    link = await chain_queries.find_link(position)
    if link is None:
        raise AuditPositionUnknown
    return Checkpoint(position, link)


def _header(wanted: AuditFilter, start: Checkpoint, end: Checkpoint) -> bytes:
    given = {name: value for name, value in asdict(wanted).items() if value is not None}
    header = {
        "format": FORMAT,
        "issuer": settings().issuer,
        "exported_at": clock.now(),
        "filter": given or None,
        "after": _place(start),
        "until": _place(end),
    }
    return orjson.dumps(header, option=orjson.OPT_APPEND_NEWLINE)


def _place(place: Checkpoint) -> dict[str, object]:
    return {"position": place.position, "link": place.link.hex()}


def _line(row: Row) -> bytes:
    shown = {**row, **{name: _hex(row[name]) for name in BYTES}}
    shown |= {name: _json(row[name]) for name in JSON_TEXTS}
    return orjson.dumps(shown, option=orjson.OPT_APPEND_NEWLINE)


def _hex(value: object) -> str | None:
    return bytes(value).hex() if isinstance(value, bytes | bytearray | memoryview) else None


def _json(text: object) -> object:
    """The value; the text itself when it is not one of ours, so that the file shows it as it is."""
    if not isinstance(text, str):
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return value if isinstance(value, dict) and orjson.dumps(value).decode() == text else text


def _end(digest: bytes, rows: int) -> bytes:
    end = {"rows": rows, "sha256": digest.hex(), "mac": chain.sign_export(digest, rows).hex()}
    return orjson.dumps(end, option=orjson.OPT_APPEND_NEWLINE)
