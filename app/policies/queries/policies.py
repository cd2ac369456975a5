"""SQL of policies, their versions and samples."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import asyncpg

from app.kit import clock, db
from app.kit.actor import Actor
from app.kit.ids import new_id
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset
from app.policies.errors import PolicyClientUnknown
from app.policies.types import (
    POLICY_PREFIX,
    VERSION_PREFIX,
    Policy,
    PolicyKey,
    PolicyReview,
)

_SCOPE: Final = "coalesce(p.client_id, '')"
_POLICY: Final = (
    f"p.id, {_SCOPE} AS scope, p.name, p.description, p.version, v.id AS version_id, v.source, p.created_at,"
    " p.updated_at"
)
_FROM: Final = "policies_policy p JOIN policies_version v ON v.policy_id = p.id AND v.version = p.version"
_BY_IDS: Final = f"SELECT {_POLICY} FROM {_FROM} WHERE p.id = ANY($1)"
_BY_KEYS: Final = f"""
SELECT {_POLICY} FROM unnest($1::text[], $2::text[]) AS wanted (scope, name)
JOIN policies_policy p ON {_SCOPE} = wanted.scope AND p.name = wanted.name
JOIN policies_version v ON v.policy_id = p.id AND v.version = p.version
"""
_NAMES_IN: Final = f"SELECT p.name FROM policies_policy p WHERE {_SCOPE} = $1"
_LOCK_NAME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('policies:' || $1 || '/' || $2, 0))"
_LOCK_KEY: Final = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))"
_LOCK: Final = f"SELECT {_POLICY} FROM {_FROM} WHERE {_SCOPE} = $1 AND p.name = $2 FOR UPDATE OF p"
_LOCK_ID: Final = f"SELECT {_POLICY} FROM {_FROM} WHERE p.id = $1 FOR UPDATE OF p"
_OF_CLIENT: Final = f"SELECT {_POLICY} FROM {_FROM} WHERE p.client_id = $1 ORDER BY p.id FOR UPDATE OF p"
_INSERT: Final = """
INSERT INTO policies_policy (id, client_id, name, description, version, created_at, updated_at)
VALUES ($1, nullif($2, ''), $3, $4, 1, $5, $5)
"""
_UPDATE: Final = "UPDATE policies_policy SET version = $2, description = $3, updated_at = $4 WHERE id = $1"
_INSERT_VERSION: Final = """
INSERT INTO policies_version
    (id, policy_id, version, source, note, author_kind, author_id, creation_key, creation_digest, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_INSERT_REPEAT: Final = """
INSERT INTO policies_repeat (policy_id, creation_key, creation_digest, created_at) VALUES ($1, $2, $3, $4)
"""
_BY_CREATION_KEY: Final = """
SELECT creation_digest, policy_id FROM policies_version WHERE creation_key = $1
UNION ALL SELECT creation_digest, policy_id FROM policies_repeat WHERE creation_key = $1
"""
_DELETE: Final = "DELETE FROM policies_policy WHERE id = $1"
_MATCHES: Final = f"""
{_SCOPE} = $1 AND ($2::text IS NULL OR strpos(p.name, lower($2)) > 0
    OR strpos(lower(coalesce(p.description, '')), lower($2)) > 0)
"""


async def find_policies(ids: Sequence[str]) -> dict[str, Policy]:
    """Those that exist, by id."""
    return {row["id"]: _to_policy(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def find_by_keys(keys: Collection[PolicyKey]) -> dict[PolicyKey, Policy]:
    """Those that exist, by scope and name."""
    found = await db.fetch(_BY_KEYS, [scope for scope, _ in keys], [name for _, name in keys])
    return {policy.key: policy for policy in map(_to_policy, found)}


async def list_names(scope: str) -> frozenset[str]:
    """The names of a scope's policies."""
    return frozenset(row["name"] for row in await db.fetch(_NAMES_IN, scope))


async def lock_name(scope: str, name: str) -> Policy | None:
    """The policy of this name; nobody else makes, changes or deletes it until our unit of work ends."""
    await db.fetch_value(_LOCK_NAME, scope, name)
    row = await db.fetch_row(_LOCK, scope, name)
    return _to_policy(row) if row else None


async def lock_policy(policy_id: str) -> Policy | None:
    """The policy; nobody else changes or deletes it until our unit of work ends."""
    row = await db.fetch_row(_LOCK_ID, policy_id)
    return _to_policy(row) if row else None


async def lock_of_client(client_id: str) -> list[Policy]:
    """The same of all policies of a client."""
    return [_to_policy(row) for row in await db.fetch(_OF_CLIENT, client_id)]


async def find_by_creation_key(key: bytes) -> tuple[bytes, str] | None:
    """Digest and policy id of what was saved under an idempotency key; others with the key wait until we end."""
    await db.fetch_value(_LOCK_KEY, key)
    row = await db.fetch_row(_BY_CREATION_KEY, key)
    return (row["creation_digest"], row["policy_id"]) if row else None


async def insert_policy(scope: str, name: str, description: str | None) -> str:
    """A policy whose first version is about to be inserted; its id.

    Raises:
        PolicyClientUnknown.
    """
    policy_id = new_id(POLICY_PREFIX)
    try:
        await db.execute(_INSERT, policy_id, scope, name, description, clock.now())
    except asyncpg.ForeignKeyViolationError as error:
        raise PolicyClientUnknown from error
    return policy_id


async def update_policy(policy_id: str, version: int, description: str | None) -> None:
    """Let a version be in force."""
    await db.execute(_UPDATE, policy_id, version, description, clock.now())


async def insert_version(
    actor: Actor, policy_id: str, version: int, review: PolicyReview, *, creation: tuple[bytes, bytes] | None
) -> str:
    """Another version; its id.

    Args:
        creation: key and digest of the idempotency key that it is saved under.
    """
    version_id, (key, digest) = new_id(VERSION_PREFIX), creation or (None, None)
    await db.execute(
        _INSERT_VERSION, version_id, policy_id, version, review.draft.source, review.draft.note, actor.kind.value,
        actor.id, key, digest, clock.now(),
    )  # fmt: skip
    return version_id


async def insert_repeat(policy_id: str, key: bytes, digest: bytes) -> None:
    """Keep the idempotency key of a save that makes no version."""
    await db.execute(_INSERT_REPEAT, policy_id, key, digest, clock.now())


async def delete_policy(policy_id: str) -> None:
    """With its versions, samples and evaluations."""
    await db.execute(_DELETE, policy_id)


async def list_policies(scope: str, search: str | None, sort: Sort, page: PageRequest) -> list[Policy]:
    """One row more than the page holds."""
    keys = keyset(sort, page, first_parameter=3)
    sql = f"SELECT {_POLICY} FROM {_FROM} WHERE {_MATCHES} AND {keys.where} ORDER BY {keys.order} LIMIT {keys.limit}"
    return [_to_policy(row) for row in await db.fetch(sql, scope, search, *keys.args)]


async def count_policies(scope: str, search: str | None) -> int:
    """How many match, counted up to one past `COUNT_BOUND`."""
    sql = f"SELECT count(*) FROM (SELECT FROM policies_policy p WHERE {_MATCHES} LIMIT {COUNT_BOUND + 1}) m"
    total: int = await db.fetch_value(sql, scope, search)
    return total


def _to_policy(row: db.Row) -> Policy:
    return Policy(**dict(row))
