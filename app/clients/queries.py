"""SQL of the clients room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.clients.types import (
    AUTHORIZATION_CODE,
    PROTOCOL_FIELDS,
    Client,
    ClientFilter,
    ClientKind,
    ClientSecret,
    ClientSource,
)
from app.kit import clock, db
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset
from app.kit.runtime import settings

_NAMES = (
    "id", "name", "description", "kind", "is_enabled", "is_first_party", "is_declared", "source", "initial_token_id",
    "owner_id", "redirect_uris", "post_logout_redirect_uris", "grant_types", "scopes", "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg", "jwks", "jwks_uri", "allowed_audiences", "token_exchange_clients",
    "resource_uris", "id_token_signed_response_alg", "access_token_ttl_seconds", "refresh_token_ttl_seconds",
    "require_pkce", "require_mfa", *PROTOCOL_FIELDS, "client_uri", "logo_uri", "tos_uri", "policy_uri", "contacts",
    "created_at", "updated_at",
)  # fmt: skip
_SECRETS = """
(SELECT coalesce(jsonb_agg(jsonb_build_object(
    'id', s.id, 'hash', encode(s.secret_hash, 'hex'), 'hint', s.hint,
    'created_at', s.created_at, 'expires_at', s.expires_at, 'last_used_at', s.last_used_at
 ) ORDER BY s.created_at, s.id), '[]') FROM clients_secret s WHERE s.client_id = c.id) AS secrets
"""
# A row that the reader's own open transaction wrote may still be rolled back.
_UNCOMMITTED = "coalesce(c.xmin = pg_current_xact_id_if_assigned()::xid, FALSE) AS is_uncommitted"
_COLUMNS = f"{', '.join(f'c.{name}' for name in _NAMES)}, {_SECRETS}, {_UNCOMMITTED}"
_NAME_KEY = "lower(c.name) AS name_key"
_INDEXED_SEARCH_LENGTH = 3

_BY_ID = f"SELECT {_COLUMNS} FROM clients_client c WHERE c.id = $1"
_BY_IDS = f"SELECT {_COLUMNS} FROM clients_client c WHERE c.id = ANY($1)"
_LOCK = "SELECT id FROM clients_client WHERE id = $1 FOR UPDATE"
_BY_CREATION_KEY = f"SELECT c.creation_digest, {_COLUMNS} FROM clients_client c WHERE c.creation_key = $1"
_LOCK_CREATION_KEY = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))"
_LOCK_DECLARATIONS = "SELECT pg_advisory_xact_lock(6025117340198846127)"
_LOCK_RESOURCES = "SELECT pg_advisory_xact_lock(4716390286550177031)"
_RESOURCE_OWNERS = """
SELECT uri, c.id FROM clients_client c, unnest(c.resource_uris) AS uri
WHERE c.resource_uris && $1::text[] AND c.resource_uris <> '{}' AND uri = ANY($1)
"""
_DELETE = "DELETE FROM clients_client WHERE id = $1"
_RELEASE = """
UPDATE clients_client SET is_declared = FALSE, is_enabled = FALSE, updated_at = $2
WHERE is_declared AND id <> ALL($1) RETURNING id
"""
# Not EXISTS: hoping for an early hit, the planner would scan the table for an origin that is not there.
_HAS_ORIGIN = "SELECT count(*) > 0 FROM clients_client WHERE origins @> ARRAY[$1] AND is_enabled"
_INSERT_SECRET = """
INSERT INTO clients_secret (id, client_id, secret_hash, hint, created_at) VALUES ($1, $2, $3, $4, $5)
"""
_LIMIT_SECRET = "UPDATE clients_secret SET expires_at = least(expires_at, $2) WHERE id = $1"
_DELETE_OTHER_SECRETS = "DELETE FROM clients_secret WHERE client_id = $1 AND id <> ALL($2)"
# SKIP LOCKED: noting a use never makes a request wait for another one.
_TOUCH_SECRET = """
UPDATE clients_secret SET last_used_at = $2
WHERE id = (SELECT id FROM clients_secret WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $3)
            FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret with its SHA-256."""

    secret: ClientSecret
    hash: bytes

    def works_at(self, moment: datetime) -> bool:
        return self.secret.expires_at is None or self.secret.expires_at > moment


@dataclass(frozen=True, slots=True)
class StoredClient:
    """A client with the hashes of its secrets, and its row for those who change it."""

    client: Client
    secrets: tuple[StoredSecret, ...]
    columns: Mapping[str, object]
    is_uncommitted: bool


async def find_client(client_id: str) -> StoredClient | None:
    row = await db.fetch_row(_BY_ID, client_id)
    return _to_stored(row) if row else None


async def lock_client(client_id: str) -> StoredClient | None:
    """The client, which nobody else changes until our unit of work ends.

    Read in a second statement: one that waits for the lock sees the row anew, but the secrets as they were before.
    """
    await db.fetch_value(_LOCK, client_id)
    row = await db.fetch_row(_BY_ID, client_id)
    return _to_stored(row) if row else None


async def find_clients(ids: Sequence[str]) -> dict[str, Client]:
    return {row["id"]: _to_stored(row).client for row in await db.fetch(_BY_IDS, list(ids))}


async def find_by_creation_key(key: bytes) -> tuple[bytes, Client] | None:
    """The client made under this idempotency key; another request with the key waits until ours ends."""
    await db.fetch_value(_LOCK_CREATION_KEY, key)
    row = await db.fetch_row(_BY_CREATION_KEY, key)
    return (row["creation_digest"], _to_stored(row).client) if row else None


async def lock_declarations() -> None:
    """Wait until no other process declares clients."""
    await db.fetch_value(_LOCK_DECLARATIONS)


async def insert_client(columns: Mapping[str, object]) -> None:
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    await db.execute(f"INSERT INTO clients_client ({', '.join(columns)}) VALUES ({places})", *columns.values())


async def update_columns(client_id: str, columns: Mapping[str, object]) -> None:
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=2))
    await db.execute(f"UPDATE clients_client SET {assignments} WHERE id = $1", client_id, *columns.values())


async def delete_client(client_id: str) -> None:
    await db.execute(_DELETE, client_id)


async def release_declared(kept_ids: Sequence[str]) -> list[str]:
    """Disable declared clients that are not among these and make them ordinary ones; their ids."""
    return [row["id"] for row in await db.fetch(_RELEASE, list(kept_ids), clock.now())]


async def insert_secret(client_id: str, secret_id: str, secret_hash: bytes, hint: str) -> None:
    await db.execute(_INSERT_SECRET, secret_id, client_id, secret_hash, hint, clock.now())


async def limit_secret(secret_id: str, expires_at: datetime) -> None:
    """Let a secret end then, unless it ends earlier."""
    await db.execute(_LIMIT_SECRET, secret_id, expires_at)


async def delete_other_secrets(client_id: str, kept_ids: Sequence[str]) -> None:
    await db.execute(_DELETE_OTHER_SECRETS, client_id, list(kept_ids))


async def touch_secret(secret_id: str, *, unless_since: datetime) -> None:
    await db.execute(_TOUCH_SECRET, secret_id, clock.now(), unless_since)


async def has_origin(origin: str) -> bool:
    found: bool = await db.fetch_value(_HAS_ORIGIN, origin)
    return found


async def lock_resources() -> None:
    """Wait until nobody else names resources; until the transaction ends, nobody else does."""
    await db.execute(_LOCK_RESOURCES)


async def find_resource_owners(uris: Sequence[str]) -> dict[str, str]:
    """The clients that these URIs name, by URI, whether these are enabled or not."""
    return {row["uri"]: row["id"] for row in await db.fetch(_RESOURCE_OWNERS, list(uris))}


async def list_clients(wanted: ClientFilter, sort: Sort, page: PageRequest) -> list[tuple[Client, str]]:
    """One row more than the page holds; beside each client its name as it is sorted by."""
    conditions, arguments = _conditions(wanted)
    keys = keyset(sort, page, first_parameter=len(arguments) + 1)
    sql = (
        f"SELECT {_COLUMNS}, {_NAME_KEY} FROM clients_client c"
        f" WHERE {conditions} AND {keys.where} ORDER BY {keys.order} LIMIT {keys.limit}"
    )
    return [(_to_stored(row).client, row["name_key"]) for row in await db.fetch(sql, *arguments, *keys.args)]


async def count_clients(wanted: ClientFilter) -> int:
    """How many match, counted up to one past `COUNT_BOUND`."""
    conditions, arguments = _conditions(wanted)
    sql = f"SELECT count(*) FROM (SELECT FROM clients_client c WHERE {conditions} LIMIT {COUNT_BOUND + 1}) matching"
    total: int = await db.fetch_value(sql, *arguments)
    return total


def _conditions(wanted: ClientFilter) -> tuple[str, list[object]]:
    clauses: list[str] = ["TRUE"]
    arguments: list[object] = []
    term = (wanted.search or "").strip()
    if term:
        escaped = term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        is_indexed = len(term) >= _INDEXED_SEARCH_LENGTH
        arguments += [f"%{escaped}%" if is_indexed else f"{escaped}%", f"{escaped}%"]
        name = "lower(c.name)" if is_indexed else 'lower(c.name) COLLATE "C"'
        clauses.append(f"({name} LIKE lower($1) OR c.id LIKE $2)")
    if wanted.kind is not None:
        arguments.append(wanted.kind.value)
        clauses.append(f"c.kind = ${len(arguments)}")
    if wanted.is_enabled is not None:
        clauses.append("c.is_enabled" if wanted.is_enabled else "NOT c.is_enabled")
    if wanted.is_dynamic is not None:
        clauses.append("c.source <> 'operator'" if wanted.is_dynamic else "c.source = 'operator'")
    return " AND ".join(clauses), arguments


def _to_stored(row: db.Row) -> StoredClient:
    columns = {name: _plain(row[name]) for name in _NAMES}
    secrets = tuple(_to_secret(item) for item in db.load_json(row["secrets"]))
    now = clock.now()
    working = tuple(stored.secret for stored in secrets if stored.works_at(now))
    return StoredClient(_to_client(columns, working), secrets, columns, row["is_uncommitted"])


def _to_client(columns: Mapping[str, Any], secrets: tuple[ClientSecret, ...]) -> Client:
    chosen, values = settings(), dict(columns)
    access, refresh = values.pop("access_token_ttl_seconds"), values.pop("refresh_token_ttl_seconds")
    alg = values.pop("id_token_signed_response_alg") or chosen.default_id_token_alg
    kind, source = ClientKind(values.pop("kind")), ClientSource(values.pop("source"))
    return Client(
        **values,
        kind=kind,
        source=source,
        response_types=("code",) if AUTHORIZATION_CODE in values["grant_types"] else (),
        id_token_signed_response_alg=alg,
        access_token_ttl=timedelta(seconds=access) if access is not None else chosen.access_token_ttl,
        refresh_token_ttl=timedelta(seconds=refresh) if refresh is not None else chosen.refresh_token_ttl,
        secrets=secrets,
    )


def _to_secret(item: Mapping[str, Any]) -> StoredSecret:
    secret = ClientSecret(
        item["id"],
        item["hint"],
        datetime.fromisoformat(item["created_at"]),
        _moment(item["expires_at"]),
        _moment(item["last_used_at"]),
    )
    return StoredSecret(secret, bytes.fromhex(item["hash"]))


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
