"""SQL of the signing room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.kit import db
from app.signing.rules import KeyDates

_DATES = "id, kid, alg, created_at, activates_at, retires_at, removes_at, withdrawn_at"

# One number for the whole database: whoever changes keys holds it until the end of the transaction.
_LOCK = "SELECT pg_advisory_xact_lock(7310033901447412553)"
# A key that the reader's own open transaction wrote may still be rolled back.
_ALL = f"""
SELECT {_DATES}, public_jwk, sealed_private,
       coalesce(xmin = pg_current_xact_id_if_assigned()::xid, FALSE) AS is_uncommitted
FROM signing_key ORDER BY alg, activates_at DESC, id DESC
"""
_INSERT = """
INSERT INTO signing_key (id, kid, alg, created_at, activates_at, retires_at, removes_at, public_jwk, sealed_private)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9)
"""
_UPDATE = """
UPDATE signing_key SET activates_at = $2, retires_at = $3, removes_at = $4, withdrawn_at = $5 WHERE id = $1
"""
_RESEAL = "UPDATE signing_key SET sealed_private = $2 WHERE id = $1"
_DELETE = "DELETE FROM signing_key WHERE id = ANY($1)"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A row: the dates of a key and its two halves."""

    dates: KeyDates
    public_jwk: dict[str, str]
    sealed_private: bytes
    is_uncommitted: bool


async def lock_keys() -> None:
    """Wait until no other transaction is changing keys."""
    await db.fetch_value(_LOCK)


async def fetch_keys() -> list[StoredKey]:
    """All keys (a handful), by algorithm, the youngest first."""
    return [
        StoredKey(
            KeyDates(
                row["id"], row["kid"], row["alg"], row["created_at"], row["activates_at"], row["retires_at"],
                row["removes_at"], row["withdrawn_at"],
            ),
            db.load_json(row["public_jwk"]),
            row["sealed_private"],
            row["is_uncommitted"],
        )
        for row in await db.fetch(_ALL)
    ]  # fmt: skip


async def insert_key(key: StoredKey) -> None:
    dates = key.dates
    await db.execute(
        _INSERT, dates.id, dates.kid, dates.alg, dates.created_at, dates.activates_at, dates.retires_at,
        dates.removes_at, db.dump_json(key.public_jwk), key.sealed_private,
    )  # fmt: skip


async def update_dates(key: KeyDates) -> None:
    await db.execute(_UPDATE, key.id, key.activates_at, key.retires_at, key.removes_at, key.withdrawn_at)


async def update_sealed(key_id: str, sealed: bytes) -> None:
    await db.execute(_RESEAL, key_id, sealed)


async def delete_keys(ids: Sequence[str]) -> None:
    await db.execute(_DELETE, list(ids))
