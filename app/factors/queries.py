"""SQL of the factors room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.factors.types import Factors, Passkey, Registration, StoredPasskey, StoredTotp, Totp
from app.kit import db

_LOCK = "SELECT FROM users_user WHERE id = $1 FOR UPDATE"
_HAS_ANY = """
SELECT EXISTS (SELECT FROM factors_totp WHERE user_id = $1) OR EXISTS (SELECT FROM factors_passkey WHERE user_id = $1)
"""

_READ_TOTP = "SELECT secret, last_step FROM factors_totp WHERE user_id = $1"
_STORE_TOTP = """
INSERT INTO factors_totp (user_id, secret, last_step, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id) DO UPDATE SET
    secret = EXCLUDED.secret, last_step = EXCLUDED.last_step, created_at = EXCLUDED.created_at, last_used_at = NULL
"""
_USE_STEP = """
UPDATE factors_totp SET last_step = $3, last_used_at = $4 WHERE user_id = $1 AND secret = $2 AND last_step < $3
"""
_DELETE_TOTP = "DELETE FROM factors_totp WHERE user_id = $1"

_UNUSED_CODES = "SELECT id, code_hash FROM factors_recovery_code WHERE user_id = $1 AND used_at IS NULL"
_USE_CODE = "UPDATE factors_recovery_code SET used_at = $2 WHERE id = $1 AND used_at IS NULL"
_COUNT_UNUSED = "SELECT count(*) FROM factors_recovery_code WHERE user_id = $1 AND used_at IS NULL"
_INSERT_CODES = """
INSERT INTO factors_recovery_code (user_id, code_hash, created_at)
SELECT $1, code_hash, $3 FROM unnest($2::bytea[]) AS made (code_hash)
"""
_HAS_CODES = "SELECT EXISTS (SELECT FROM factors_recovery_code WHERE user_id = $1)"
_DELETE_CODES = "DELETE FROM factors_recovery_code WHERE user_id = $1"

_PASSKEY_NAMES = (
    "id", "user_id", "name", "aaguid", "is_backup_eligible", "is_backed_up", "created_at", "last_used_at",
)  # fmt: skip
_PASSKEY = ", ".join(_PASSKEY_NAMES)
_STORED = f"{_PASSKEY}, credential_id, public_key, sign_count, transports"
_INSERT_PASSKEY = f"""
INSERT INTO factors_passkey ({_STORED}) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, $8, $9, $10, $11)
ON CONFLICT (credential_id) DO NOTHING RETURNING {_PASSKEY}
"""
_PASSKEYS_OF = f"SELECT {_STORED} FROM factors_passkey WHERE user_id = $1 ORDER BY created_at, id"
_BY_CREDENTIAL = f"SELECT {_STORED} FROM factors_passkey WHERE credential_id = $1"
# Of two proofs at once with the same counter, the second finds the counter of the first.
_USE_PASSKEY = """
UPDATE factors_passkey SET sign_count = $3, is_backed_up = $4, last_used_at = $5
WHERE id = $1 AND sign_count = $2
"""
_RENAME_PASSKEY = f"UPDATE factors_passkey SET name = $3 WHERE user_id = $1 AND id = $2 RETURNING {_PASSKEY}"
_READ_PASSKEY = f"SELECT {_PASSKEY} FROM factors_passkey WHERE user_id = $1 AND id = $2"
_DELETE_PASSKEY = f"DELETE FROM factors_passkey WHERE user_id = $1 AND id = $2 RETURNING {_PASSKEY}"
_DELETE_PASSKEYS = "DELETE FROM factors_passkey WHERE user_id = $1"

_FACTORS = """
SELECT wanted.user_id, t.created_at, t.last_used_at,
    (SELECT count(*) FROM factors_recovery_code c WHERE c.user_id = wanted.user_id AND c.used_at IS NULL) AS codes
FROM unnest($1::text[]) AS wanted (user_id) LEFT JOIN factors_totp t ON t.user_id = wanted.user_id
"""
_PASSKEYS = f"SELECT {_PASSKEY} FROM factors_passkey WHERE user_id = ANY($1) ORDER BY created_at, id"

_SPEND = "INSERT INTO factors_challenge (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"
_SWEEP = "DELETE FROM factors_challenge WHERE expires_at < $1"


async def lock_user(user_id: str) -> None:
    """Changes of one user's factors come one after the other until the unit of work ends."""
    await db.execute(_LOCK, user_id)


async def has_any(user_id: str) -> bool:
    return bool(await db.fetch_value(_HAS_ANY, user_id))


async def read_totp(user_id: str) -> StoredTotp | None:
    row = await db.fetch_row(_READ_TOTP, user_id)
    return StoredTotp(bytes(row["secret"]), row["last_step"]) if row else None


async def store_totp(user_id: str, sealed: bytes, last_step: int, now: datetime) -> None:
    await db.execute(_STORE_TOTP, user_id, sealed, last_step, now)


async def use_step(user_id: str, sealed: bytes, step: int, now: datetime) -> bool:
    """True for exactly one of those who bring the code of this step, and for none who bring that of an earlier one."""
    return await db.execute(_USE_STEP, user_id, sealed, step, now) == 1


async def delete_totp(user_id: str) -> bool:
    return await db.execute(_DELETE_TOTP, user_id) == 1


async def read_unused_codes(user_id: str) -> list[tuple[int, bytes]]:
    return [(row["id"], bytes(row["code_hash"])) for row in await db.fetch(_UNUSED_CODES, user_id)]


async def use_recovery_code(code_id: int, now: datetime) -> bool:
    """True for exactly one of those who bring it."""
    return await db.execute(_USE_CODE, code_id, now) == 1


async def count_unused_codes(user_id: str) -> int:
    return int(await db.fetch_value(_COUNT_UNUSED, user_id))


async def has_recovery_codes(user_id: str) -> bool:
    """Also when all of them are used."""
    return bool(await db.fetch_value(_HAS_CODES, user_id))


async def replace_recovery_codes(user_id: str, hashes: Sequence[bytes], now: datetime) -> None:
    await delete_recovery_codes(user_id)
    await db.execute(_INSERT_CODES, user_id, list(hashes), now)


async def delete_recovery_codes(user_id: str) -> None:
    await db.execute(_DELETE_CODES, user_id)


async def insert_passkey(
    passkey_id: str, user_id: str, name: str, made: Registration, created_at: datetime
) -> Passkey | None:
    """None when there is one with that credential id already."""
    row = await db.fetch_row(
        _INSERT_PASSKEY, passkey_id, user_id, name, made.aaguid, made.is_backup_eligible, made.is_backed_up,
        created_at, made.credential_id, made.public_key, made.sign_count, list(made.transports),
    )  # fmt: skip
    return _to_passkey(row) if row else None


async def list_passkeys(user_id: str) -> list[StoredPasskey]:
    return [_to_stored(row) for row in await db.fetch(_PASSKEYS_OF, user_id)]


async def find_by_credential(credential_id: bytes) -> StoredPasskey | None:
    row = await db.fetch_row(_BY_CREDENTIAL, credential_id)
    return _to_stored(row) if row else None


async def use_passkey(stored: StoredPasskey, sign_count: int, is_backed_up: bool, now: datetime) -> bool:
    """Note a proof; False when the counter moved since the passkey was read."""
    found = await db.execute(_USE_PASSKEY, stored.passkey.id, stored.sign_count, sign_count, is_backed_up, now)
    return found == 1


async def rename_passkey(user_id: str, passkey_id: str, name: str) -> Passkey | None:
    row = await db.fetch_row(_RENAME_PASSKEY, user_id, passkey_id, name)
    return _to_passkey(row) if row else None


async def read_passkey(user_id: str, passkey_id: str) -> Passkey | None:
    row = await db.fetch_row(_READ_PASSKEY, user_id, passkey_id)
    return _to_passkey(row) if row else None


async def delete_passkey(user_id: str, passkey_id: str) -> Passkey | None:
    row = await db.fetch_row(_DELETE_PASSKEY, user_id, passkey_id)
    return _to_passkey(row) if row else None


async def delete_all(user_id: str) -> None:
    """Every factor of a user, recovery codes included."""
    for statement in (_DELETE_TOTP, _DELETE_PASSKEYS, _DELETE_CODES):
        await db.execute(statement, user_id)


async def find_factors(user_ids: Sequence[str]) -> dict[str, Factors]:
    """All factors of each user, in two statements."""
    passkeys: dict[str, list[Passkey]] = {}
    for row in await db.fetch(_PASSKEYS, list(user_ids)):
        passkeys.setdefault(row["user_id"], []).append(_to_passkey(row))
    return {
        row["user_id"]: Factors(
            row["user_id"],
            Totp(row["user_id"], row["created_at"], row["last_used_at"]) if row["created_at"] else None,
            tuple(passkeys.get(row["user_id"], ())),
            row["codes"],
        )
        for row in await db.fetch(_FACTORS, list(user_ids))
    }


async def spend_challenge(challenge_id: str, expires_at: datetime) -> bool:
    """True for exactly one of those who answer it."""
    return await db.execute(_SPEND, challenge_id, expires_at) == 1


async def keep_spent(challenge_id: str, expires_at: datetime) -> None:
    await db.execute(_SPEND, challenge_id, expires_at)


async def sweep(now: datetime) -> int:
    return await db.execute(_SWEEP, now)


def _to_passkey(row: db.Row) -> Passkey:
    return Passkey(**{name: row[name] for name in _PASSKEY_NAMES})


def _to_stored(row: db.Row) -> StoredPasskey:
    return StoredPasskey(
        _to_passkey(row),
        bytes(row["credential_id"]),
        bytes(row["public_key"]),
        row["sign_count"],
        tuple(row["transports"]),
    )
