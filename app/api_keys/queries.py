"""SQL of the api_keys room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.api_keys.types import ApiKey, ApiKeyFilter, KeyUse, Owner, OwnerKind
from app.kit import clock, db
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset
from app.kit.recall import forget_after_commit
from app.users.queries import IS_ACTIVE

_NAMES: Final = (
    "id", "name", "note", "user_id", "client_id", "created_by_kind", "created_by_id", "uses", "scopes",
    "allowed_addresses", "rate_limit_per_minute", "is_enabled", "hint", "version", "former_ends_at", "expires_at",
    "rotated_at",
    "last_used_at", "created_at", "updated_at",
)  # fmt: skip
# $1 is the present moment in every statement that reads keys: a ban may have an end.
_OWNER_ACTIVE: Final = f"""
CASE WHEN k.user_id IS NOT NULL
     THEN EXISTS (SELECT FROM users_user u WHERE u.id = k.user_id AND {IS_ACTIVE.format("u", "$1")})
     ELSE EXISTS (SELECT FROM clients_client c WHERE c.id = k.client_id AND c.is_enabled) END AS is_owner_active
"""
_COLUMNS: Final = f"{', '.join(f'k.{name}' for name in _NAMES)}, {_OWNER_ACTIVE}"
_INDEXED_SEARCH_LENGTH: Final = 3

_SHOWN: Final = f"SELECT {_COLUMNS}, k.secret_hash, k.former_hash FROM api_keys_key k WHERE k.id = $2"
_BY_IDS: Final = f"SELECT {_COLUMNS} FROM api_keys_key k WHERE k.id = ANY($2::text[])"
# Read in a second statement: one that waits for the lock would see the owner as it was before.
_LOCK: Final = "SELECT id FROM api_keys_key WHERE id = $1 FOR UPDATE"
_LOCK_USER: Final = "SELECT ARRAY[]::text[] AS scopes FROM users_user WHERE id = $1 FOR NO KEY UPDATE"
_LOCK_CLIENT: Final = "SELECT scopes FROM clients_client WHERE id = $1 FOR NO KEY UPDATE"
_SCOPES_OF_CLIENT: Final = "SELECT scopes FROM clients_client WHERE id = $1"
_IS_FIRST_PARTY: Final = "SELECT EXISTS (SELECT FROM clients_client WHERE id = $1 AND is_first_party AND is_enabled)"
_COUNT_OF_OWNER: Final = "SELECT count(*) FROM api_keys_key k WHERE k.user_id = $1 OR k.client_id = $2"
_BY_CREATION_KEY: Final = (
    f"SELECT k.creation_digest, {_COLUMNS} FROM api_keys_key k WHERE k.creation_key = $2 AND k.creation_key IS NOT NULL"
)
_LOCK_CREATION_KEY: Final = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 3))"
_DELETE: Final = "DELETE FROM api_keys_key WHERE id = $1"
_OF_OWNER: Final = f"""
SELECT found.* FROM unnest($2::text[]) AS wanted (key) CROSS JOIN LATERAL (
    SELECT {_COLUMNS}, row_number() OVER (ORDER BY {{order}}) AS place FROM api_keys_key k
    WHERE k.{{owner}} = wanted.key AND {{where}} ORDER BY {{order}} LIMIT {{limit}}
) found ORDER BY found.place
"""
_COUNT_OF: Final = f"""
SELECT wanted.key, (SELECT count(*) FROM (
    SELECT FROM api_keys_key k WHERE k.{{owner}} = wanted.key LIMIT {COUNT_BOUND + 1}
) found) AS keys
FROM unnest($1::text[]) AS wanted (key)
"""
# SKIP LOCKED: noting a use never waits for a change; the next use notes itself anew.
_TOUCH: Final = """
UPDATE api_keys_key k SET last_used_at = used.at
FROM (SELECT * FROM unnest($1::text[], $2::timestamptz[])) AS used (id, at)
WHERE k.id = used.id AND (k.last_used_at IS NULL OR k.last_used_at < used.at)
  AND k.id IN (SELECT id FROM api_keys_key WHERE id = ANY($1) ORDER BY id FOR UPDATE SKIP LOCKED)
"""
_OWNER_COLUMNS: Final = {OwnerKind.USER: "user_id", OwnerKind.CLIENT: "client_id"}


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key with the SHA-256 of its secrets."""

    key: ApiKey
    secret_hash: bytes
    former_hash: bytes | None


async def find_shown(key_id: str) -> StoredKey | None:
    """A key for whoever shows it, with its owner's state, in one statement."""
    row = await db.fetch_row(_SHOWN, clock.now(), key_id)
    return StoredKey(_to_key(row), row["secret_hash"], row["former_hash"]) if row else None


async def find_keys(ids: Sequence[str]) -> dict[str, ApiKey]:
    return {row["id"]: _to_key(row) for row in await db.fetch(_BY_IDS, clock.now(), list(ids))}


async def lock_key(key_id: str) -> StoredKey | None:
    """The key, which nobody else changes until our unit of work ends."""
    await db.fetch_value(_LOCK, key_id)
    return await find_shown(key_id)


async def lock_owner(owner: Owner) -> tuple[str, ...] | None:
    """The scopes that an owner is registered for, None if it does not exist; others who make its keys wait."""
    row = await db.fetch_row(_LOCK_USER if owner.kind is OwnerKind.USER else _LOCK_CLIENT, owner.id)
    return tuple(row["scopes"]) if row else None


async def find_scopes_of_client(client_id: str) -> tuple[str, ...]:
    return tuple(await db.fetch_value(_SCOPES_OF_CLIENT, client_id) or ())


async def is_first_party(client_id: str) -> bool:
    """Whether there is such a client, enabled, and our own."""
    found: bool = await db.fetch_value(_IS_FIRST_PARTY, client_id)
    return found


async def count_of_owner(owner: Owner) -> int:
    is_user = owner.kind is OwnerKind.USER
    count: int = await db.fetch_value(_COUNT_OF_OWNER, *((owner.id, None) if is_user else (None, owner.id)))
    return count


async def find_by_creation_key(key: bytes) -> tuple[bytes, ApiKey] | None:
    """The key made under this idempotency key; another request with it waits until ours ends."""
    await db.fetch_value(_LOCK_CREATION_KEY, key)
    row = await db.fetch_row(_BY_CREATION_KEY, clock.now(), key)
    return (row["creation_digest"], _to_key(row)) if row else None


async def insert_key(columns: Mapping[str, object]) -> None:
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    await db.execute(f"INSERT INTO api_keys_key ({', '.join(columns)}) VALUES ({places})", *columns.values())


async def update_columns(key_id: str, columns: Mapping[str, object]) -> None:
    forget_after_commit(key_id)
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=2))
    await db.execute(f"UPDATE api_keys_key SET {assignments} WHERE id = $1", key_id, *columns.values())


async def delete_key(key_id: str) -> None:
    forget_after_commit(key_id)
    await db.execute(_DELETE, key_id)


async def touch_keys(uses: Mapping[str, datetime]) -> int:
    """Note when keys were used last; how many rows changed."""
    return await db.execute(_TOUCH, list(uses), list(uses.values()))


async def list_keys(wanted: ApiKeyFilter, sort: Sort, page: PageRequest) -> list[tuple[ApiKey, str]]:
    """One row more than the page holds; beside each key its name as it is sorted by."""
    conditions, arguments = _conditions(wanted)
    keys = keyset(sort, page, first_parameter=len(arguments) + 2)
    sql = (
        f"SELECT {_COLUMNS}, lower(k.name) AS name_key FROM api_keys_key k"
        f" WHERE {conditions} AND {keys.where} ORDER BY {keys.order} LIMIT {keys.limit}"
    )
    return [(_to_key(row), row["name_key"]) for row in await db.fetch(sql, clock.now(), *arguments, *keys.args)]


async def count_keys(wanted: ApiKeyFilter) -> int:
    """How many match, counted up to one past `COUNT_BOUND`."""
    conditions, arguments = _conditions(wanted)
    bounded = f"SELECT FROM api_keys_key k WHERE {conditions} LIMIT {COUNT_BOUND + 1}"
    total: int = await db.fetch_value(
        f"SELECT count(*) FROM ({bounded}) matching WHERE $1::timestamptz IS NOT NULL", clock.now(), *arguments
    )
    return total


async def list_keys_of(
    owner_ids: Sequence[str], kind: OwnerKind, sort: Sort, page: PageRequest
) -> dict[str, list[ApiKey]]:
    """One page, and one row more, for each owner."""
    keys = keyset(sort, page, first_parameter=3)
    sql = _OF_OWNER.format(owner=_OWNER_COLUMNS[kind], where=keys.where, order=keys.order, limit=keys.limit)
    found: dict[str, list[ApiKey]] = {each: [] for each in owner_ids}
    for row in await db.fetch(sql, clock.now(), list(owner_ids), *keys.args):
        found[row[_OWNER_COLUMNS[kind]]].append(_to_key(row))
    return found


async def count_keys_of(owner_ids: Sequence[str], kind: OwnerKind) -> dict[str, int]:
    sql = _COUNT_OF.format(owner=_OWNER_COLUMNS[kind])
    return {row["key"]: row["keys"] for row in await db.fetch(sql, list(owner_ids))}


def _conditions(wanted: ApiKeyFilter) -> tuple[str, list[object]]:
    """Conditions with their arguments from $2 on."""
    clauses: list[str] = ["TRUE"]
    arguments: list[object] = []
    term = (wanted.search or "").strip()
    if term:
        escaped = term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        is_indexed = len(term) >= _INDEXED_SEARCH_LENGTH
        arguments += [f"%{escaped}%" if is_indexed else f"{escaped}%", f"{escaped}%"]
        name = "lower(k.name)" if is_indexed else 'lower(k.name) COLLATE "C"'
        clauses.append(f"({name} LIKE lower($2) OR k.id LIKE $3)")
    for column, owner_id in (("user_id", wanted.owner_user_id), ("client_id", wanted.owner_client_id)):
        if owner_id is not None:
            arguments.append(owner_id)
            clauses.append(f"k.{column} = ${len(arguments) + 1}")
    if wanted.is_enabled is not None:
        clauses.append("k.is_enabled" if wanted.is_enabled else "NOT k.is_enabled")
    return " AND ".join(clauses), arguments


def _to_key(row: db.Row) -> ApiKey:
    values: dict[str, Any] = {name: row[name] for name in _NAMES}
    user_id, client_id = values.pop("user_id"), values.pop("client_id")
    owner = Owner(OwnerKind.USER, user_id) if user_id is not None else Owner(OwnerKind.CLIENT, client_id)
    uses = tuple(KeyUse(each) for each in values.pop("uses"))
    values |= {name: tuple(values[name]) for name in ("scopes", "allowed_addresses")}
    return ApiKey(**values, uses=uses, owner=owner, is_owner_active=row["is_owner_active"])
