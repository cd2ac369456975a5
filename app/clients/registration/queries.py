"""SQL of initial access tokens, registration access tokens and documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.clients.registration.types import Document, InitialToken, InitialTokenSort
from app.kit import clock, db
from app.kit.paging import COUNT_BOUND, PageRequest, keyset

_NAMES = (
    "id", "name", "hint", "scopes", "grant_types", "require_pkce", "max_uses", "uses", "created_by_kind",
    "created_by_id", "created_at", "expires_at", "revoked_at", "last_used_at",
)  # fmt: skip
_COLUMNS = ", ".join(_NAMES)
_BY_IDS = f"SELECT {_COLUMNS} FROM clients_initial_token WHERE id = ANY($1)"
_BY_HASH = f"SELECT {_COLUMNS} FROM clients_initial_token WHERE token_hash = $1"
_BY_CREATION_KEY = f"SELECT creation_digest, {_COLUMNS} FROM clients_initial_token WHERE creation_key = $1"
_LOCK_CREATION_KEY = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 1))"
_WORKS = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) AND (max_uses IS NULL OR uses < max_uses)"
# One statement: of those that register at once, no more get through than may.
_SPEND = f"""
UPDATE clients_initial_token SET uses = uses + 1, last_used_at = $2 WHERE token_hash = $1 AND {_WORKS}
RETURNING {_COLUMNS}
"""
_REVOKE = f"UPDATE clients_initial_token SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING {_COLUMNS}"
_COUNT = f"SELECT count(*) FROM (SELECT FROM clients_initial_token LIMIT {COUNT_BOUND + 1}) counted"
_REGISTRATION = "SELECT registration_hash FROM clients_client WHERE id = $1"
_DOCUMENT = """
SELECT asked_at, read_at, fresh_until, problem, EXISTS (SELECT FROM clients_client c WHERE c.id = d.id) AS has_client
FROM clients_document d WHERE id = $1
"""
_NOTE = """
INSERT INTO clients_document AS d (id, asked_at, read_at, fresh_until, problem) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO UPDATE SET asked_at = $2, read_at = coalesce($3, d.read_at), fresh_until = $4, problem = $5
"""
_LOCK_DOCUMENT = "SELECT pg_advisory_xact_lock(hashtextextended($1, 2))"
_SWEEP_DOCUMENTS = """
DELETE FROM clients_document d WHERE fresh_until < $1 AND NOT EXISTS (SELECT FROM clients_client c WHERE c.id = d.id)
"""


async def insert_token(columns: Mapping[str, object]) -> None:
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    await db.execute(f"INSERT INTO clients_initial_token ({', '.join(columns)}) VALUES ({places})", *columns.values())


async def find_tokens(ids: Sequence[str]) -> dict[str, InitialToken]:
    return {row["id"]: _to_token(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def find_token_by_hash(token_hash: bytes) -> InitialToken | None:
    row = await db.fetch_row(_BY_HASH, token_hash)
    return _to_token(row) if row else None


async def find_token_by_creation_key(key: bytes) -> tuple[bytes, InitialToken] | None:
    """The token made under this idempotency key; another request with the key waits until ours ends."""
    await db.fetch_value(_LOCK_CREATION_KEY, key)
    row = await db.fetch_row(_BY_CREATION_KEY, key)
    return (row["creation_digest"], _to_token(row)) if row else None


async def spend_token(token_hash: bytes) -> InitialToken | None:
    """Count one use; None when the token does not work (any more)."""
    row = await db.fetch_row(_SPEND, token_hash, clock.now())
    return _to_token(row) if row else None


async def revoke_token(token_id: str) -> InitialToken | None:
    row = await db.fetch_row(_REVOKE, token_id, clock.now())
    return _to_token(row) if row else None


async def list_tokens(page: PageRequest) -> list[InitialToken]:
    """One row more than the page holds, youngest first."""
    keys = keyset(InitialTokenSort.CREATED_AT_DESC.value, page, first_parameter=1)
    sql = f"SELECT {_COLUMNS} FROM clients_initial_token WHERE {keys.where} ORDER BY {keys.order} LIMIT {keys.limit}"
    return [_to_token(row) for row in await db.fetch(sql, *keys.args)]


async def count_tokens() -> int:
    """How many there are, counted up to one past `COUNT_BOUND`."""
    total: int = await db.fetch_value(_COUNT)
    return total


async def find_registration_hash(client_id: str) -> bytes | None:
    """The hash of the client's registration access token; None for clients that have none."""
    found: bytes | None = await db.fetch_value(_REGISTRATION, client_id)
    return found


async def find_document(client_id: str) -> Document | None:
    row = await db.fetch_row(_DOCUMENT, client_id)
    return Document(**row) if row else None


async def lock_document(client_id: str) -> None:
    """Let nobody else write this client's document until our unit of work ends."""
    await db.fetch_value(_LOCK_DOCUMENT, client_id)


async def note_document(client_id: str, *, is_read: bool, fresh_until: datetime, problem: str | None) -> None:
    """What came of asking for the document now: it was read, or not."""
    now = clock.now()
    await db.execute(_NOTE, client_id, now, now if is_read else None, fresh_until, problem)


async def sweep_documents(before: datetime) -> int:
    """Forget documents that made no client and are not fresh since then."""
    return await db.execute(_SWEEP_DOCUMENTS, before)


def _to_token(row: db.Row) -> InitialToken:
    values: dict[str, Any] = {name: tuple(row[name]) if isinstance(row[name], list) else row[name] for name in _NAMES}
    return InitialToken(**values)
