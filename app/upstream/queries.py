"""SQL of the upstream room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg

from app.kit import clock, db
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset
from app.upstream.errors import SlugTaken
from app.upstream.types import IDENTITY_SORT, Identity, Provider, ProviderFilter, ProviderKind

_NAMES = (
    "id", "slug", "name", "kind", "is_enabled", "issuer", "authorization_endpoint", "token_endpoint",
    "userinfo_endpoint", "emails_endpoint", "client_id", "token_endpoint_auth_method", "scopes", "claims",
    "trusts_email", "can_sign_up", "created_at", "updated_at",
)  # fmt: skip
_COLUMNS = f"{', '.join(_NAMES)}, client_secret IS NOT NULL AS has_secret"
_BY_IDS = f"SELECT {_COLUMNS} FROM upstream_provider WHERE id = ANY($1)"
_BY_SLUG = f"SELECT {_COLUMNS} FROM upstream_provider WHERE slug = $1"
_LOCK = f"SELECT {_COLUMNS}, client_secret FROM upstream_provider WHERE id = $1 FOR UPDATE"
_LOCK_CREATION_KEY = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))"
_BY_CREATION_KEY = f"SELECT creation_digest, {_COLUMNS} FROM upstream_provider WHERE creation_key = $1"
_ENABLED = f"SELECT {_COLUMNS} FROM upstream_provider WHERE is_enabled ORDER BY lower(name), id LIMIT $1"
_SECRET = "SELECT client_secret FROM upstream_provider WHERE id = $1"
_DELETE = "DELETE FROM upstream_provider WHERE id = $1"

_IDENTITY = "id, provider_id, subject, user_id, email, created_at, last_used_at"
_INSERT_IDENTITY = f"""
INSERT INTO upstream_identity (id, provider_id, subject, user_id, email, created_at, last_used_at)
VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (provider_id, subject) DO NOTHING RETURNING {_IDENTITY}
"""
_FIND_IDENTITY = f"SELECT {_IDENTITY} FROM upstream_identity WHERE provider_id = $1 AND subject = $2"
_READ_IDENTITIES = f"SELECT {_IDENTITY} FROM upstream_identity WHERE id = ANY($1)"
_OF_USERS = f"""
SELECT i.* FROM unnest($1::text[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT {_IDENTITY} FROM upstream_identity WHERE user_id = wanted.id AND {{where}} ORDER BY {{order}} LIMIT {{limit}}
) i ORDER BY {{order}}
"""
_COUNT_OF_USERS = """
SELECT wanted.id, (SELECT count(*) FROM upstream_identity i WHERE i.user_id = wanted.id) AS identities
FROM unnest($1::text[]) AS wanted (id)
"""
_USE_IDENTITY = "UPDATE upstream_identity SET last_used_at = $2, email = coalesce($3, email) WHERE id = $1"
_DELETE_IDENTITY = "DELETE FROM upstream_identity WHERE id = $1"
_MOVE_IDENTITIES = "UPDATE upstream_identity SET user_id = $2 WHERE user_id = $1"
_HAS_IDENTITIES = "SELECT EXISTS (SELECT FROM upstream_identity WHERE provider_id = $1)"
_COUNT_OTHERS = """
SELECT count(*) FROM upstream_identity i JOIN upstream_provider p ON p.id = i.provider_id
WHERE i.user_id = $1 AND i.id <> $2 AND p.is_enabled
"""
_LOCK_USER = "SELECT FROM users_user WHERE id = $1 FOR UPDATE"

_INSERT_ATTEMPT = """
INSERT INTO upstream_attempt (id, provider_id, browser_hash, secrets, flow_id, next, user_id, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_SPEND_ATTEMPT = """
DELETE FROM upstream_attempt WHERE id = $1 AND browser_hash = $2 AND provider_id = $3
RETURNING secrets, flow_id, next, user_id, expires_at
"""
_SWEEP = "DELETE FROM upstream_attempt WHERE expires_at < $1"


async def find_providers(ids: Sequence[str]) -> dict[str, Provider]:
    return {row["id"]: _to_provider(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def find_by_slug(slug: str) -> Provider | None:
    row = await db.fetch_row(_BY_SLUG, slug)
    return _to_provider(row) if row else None


async def find_by_creation_key(key: bytes) -> tuple[bytes, Provider] | None:
    """The provider made under this idempotency key; another request with the key waits until ours ends."""
    await db.fetch_value(_LOCK_CREATION_KEY, key)
    row = await db.fetch_row(_BY_CREATION_KEY, key)
    return (row["creation_digest"], _to_provider(row)) if row else None


async def list_enabled(limit: int) -> list[Provider]:
    return [_to_provider(row) for row in await db.fetch(_ENABLED, limit)]


async def lock_provider(provider_id: str) -> tuple[Provider, bytes | None] | None:
    """The provider and its sealed secret; nobody else changes it until our unit of work ends."""
    row = await db.fetch_row(_LOCK, provider_id)
    return (_to_provider(row), row["client_secret"]) if row else None


async def read_secret(provider_id: str) -> bytes | None:
    secret: bytes | None = await db.fetch_value(_SECRET, provider_id)
    return secret


async def insert_provider(columns: Mapping[str, object]) -> None:
    """Raises:
    SlugTaken.
    """
    places = ", ".join(f"${n}{'::jsonb' if name == 'claims' else ''}" for n, name in enumerate(columns, start=1))
    sql = f"INSERT INTO upstream_provider ({', '.join(columns)}) VALUES ({places})"
    try:
        await db.execute(sql, *columns.values())
    except asyncpg.UniqueViolationError as error:
        raise SlugTaken from error


async def update_provider(provider_id: str, columns: Mapping[str, object]) -> None:
    assignments = ", ".join(
        f"{name} = ${n}{'::jsonb' if name == 'claims' else ''}" for n, name in enumerate(columns, start=2)
    )
    await db.execute(f"UPDATE upstream_provider SET {assignments} WHERE id = $1", provider_id, *columns.values())


async def delete_provider(provider_id: str) -> None:
    await db.execute(_DELETE, provider_id)


async def list_providers(wanted: ProviderFilter, sort: Sort, page: PageRequest) -> list[tuple[Provider, str]]:
    """One row more than the page holds; beside each provider its name as it is sorted by."""
    keys = keyset(sort, page, first_parameter=1)
    sql = (
        f"SELECT {_COLUMNS}, lower(name) AS name_key FROM upstream_provider"
        f" WHERE {_condition(wanted)} AND {keys.where} ORDER BY {keys.order} LIMIT {keys.limit}"
    )
    return [(_to_provider(row), row["name_key"]) for row in await db.fetch(sql, *keys.args)]


async def count_providers(wanted: ProviderFilter) -> int:
    """How many match, counted up to one past `COUNT_BOUND`."""
    sql = f"SELECT count(*) FROM (SELECT FROM upstream_provider WHERE {_condition(wanted)} LIMIT {COUNT_BOUND + 1}) m"
    total: int = await db.fetch_value(sql)
    return total


def _condition(wanted: ProviderFilter) -> str:
    if wanted.is_enabled is None:
        return "TRUE"
    return "is_enabled" if wanted.is_enabled else "NOT is_enabled"


async def insert_identity(
    identity_id: str, provider_id: str, subject: str, user_id: str, email: str | None
) -> Identity | None:
    """The new identity; None when this account of the provider is somebody's already."""
    row = await db.fetch_row(_INSERT_IDENTITY, identity_id, provider_id, subject, user_id, email, clock.now())
    return Identity(*row.values()) if row else None


async def find_identity(provider_id: str, subject: str) -> Identity | None:
    row = await db.fetch_row(_FIND_IDENTITY, provider_id, subject)
    return Identity(*row.values()) if row else None


async def move_identities(source_id: str, target_id: str) -> int:
    """Make one user's links another's; how many."""
    return await db.execute(_MOVE_IDENTITIES, source_id, target_id)


async def has_identities(provider_id: str) -> bool:
    """Whether anybody is linked by the provider."""
    found: bool = await db.fetch_value(_HAS_IDENTITIES, provider_id)
    return found


async def use_identity(identity_id: str, email: str | None) -> None:
    await db.execute(_USE_IDENTITY, identity_id, clock.now(), email)


async def delete_identity(identity_id: str) -> None:
    await db.execute(_DELETE_IDENTITY, identity_id)


async def lock_links(user_id: str) -> None:
    """Links of the same user are changed one after the other until the unit of work ends."""
    await db.execute(_LOCK_USER, user_id)


async def count_other_ways(user_id: str, identity_id: str) -> int:
    """How many links to enabled providers a user has besides this one."""
    count: int = await db.fetch_value(_COUNT_OTHERS, user_id, identity_id)
    return count


async def find_identities(ids: Sequence[str]) -> dict[str, Identity]:
    return {row["id"]: Identity(*row.values()) for row in await db.fetch(_READ_IDENTITIES, list(ids))}


async def list_identities(user_ids: Sequence[str], page: PageRequest) -> dict[str, list[Identity]]:
    """For each user one row more than the page holds."""
    keys = keyset(IDENTITY_SORT, page, first_parameter=2)
    sql = _OF_USERS.format(where=keys.where, order=keys.order, limit=keys.limit)
    found: dict[str, list[Identity]] = {each: [] for each in user_ids}
    for row in await db.fetch(sql, list(user_ids), *keys.args):
        found[row["user_id"]].append(Identity(*row.values()))
    return found


async def count_identities(user_ids: Sequence[str]) -> dict[str, int]:
    """How many links each user has."""
    rows = await db.fetch(_COUNT_OF_USERS, list(user_ids))
    return {row["id"]: row["identities"] for row in rows}


async def insert_attempt(
    state_hash: str,
    provider_id: str,
    browser_hash: bytes,
    secrets: bytes,
    *,
    flow_id: str | None,
    next_url: str | None,
    user_id: str | None,
    expires_at: datetime,
) -> None:
    await db.execute(
        _INSERT_ATTEMPT, state_hash, provider_id, browser_hash, secrets, flow_id, next_url, user_id, expires_at
    )


async def spend_attempt(state_hash: str, browser_hash: bytes, provider_id: str) -> db.Row | None:
    """The attempt, which nobody can use again."""
    return await db.fetch_row(_SPEND_ATTEMPT, state_hash, browser_hash, provider_id)


async def sweep(now: datetime) -> int:
    return await db.execute(_SWEEP, now)


def _to_provider(row: Mapping[str, Any]) -> Provider:
    values = {name: row[name] for name in (*_NAMES, "has_secret")}
    return Provider(
        **{
            **values,
            "kind": ProviderKind(values["kind"]),
            "scopes": tuple(values["scopes"]),
            "claims": db.load_json(values["claims"]),
        }
    )
