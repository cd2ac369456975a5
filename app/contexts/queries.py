"""SQL of the contexts room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from app.authz.engine.schema import full_name
from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.types.writes import Offer
from app.contexts.errors import ContextClientUnknown, SlugTaken
from app.contexts.types import Context, ContextFilter, Entry, Grant
from app.kit import clock, db
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset

_NAMES = (
    "id", "slug", "name", "description", "client_id", "allowed_origins", "allowed_domains", "is_enabled", "created_at",
    "updated_at",
)  # fmt: skip
_GRANTS = """(
    SELECT coalesce(
        jsonb_agg(jsonb_build_array(g.type_id, t.scope, t.name, g.entity_id, g.relation) ORDER BY g.id), '[]'
    )
    FROM contexts_grant g LEFT JOIN authz_type t ON t.id = g.type_id WHERE g.context_id = c.id
) AS grants"""
_COLUMNS = f"{', '.join(f'c.{name}' for name in _NAMES)}, {_GRANTS}"
_BY_IDS = f"SELECT {_COLUMNS} FROM contexts_context c WHERE id = ANY($1)"
_BY_SLUG = f"SELECT {_COLUMNS} FROM contexts_context c WHERE slug = $1"
_LOCK = f"SELECT {_COLUMNS} FROM contexts_context c WHERE id = $1 FOR UPDATE OF c"
_OF_CLIENT = f"SELECT {_COLUMNS} FROM contexts_context c WHERE client_id = $1 ORDER BY id FOR UPDATE OF c"
_LOCK_CREATION_KEY = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))"
_BY_CREATION_KEY = f"SELECT creation_digest, {_COLUMNS} FROM contexts_context c WHERE creation_key = $1"
_DELETE = "DELETE FROM contexts_context WHERE id = $1"
_ADD_GRANTS = """
INSERT INTO contexts_grant (context_id, type_id, entity_id, relation)
SELECT $1, g.type_id, g.entity_id, g.relation
FROM unnest($2::int[], $3::text[], $4::text[]) WITH ORDINALITY AS g (type_id, entity_id, relation, place)
ORDER BY g.place
"""
_DROP_GRANTS = "DELETE FROM contexts_grant WHERE context_id = $1"
_OFFERS = """
SELECT DISTINCT c.slug, g.type_id, g.entity_id, g.relation
FROM contexts_grant g JOIN contexts_context c ON c.id = g.context_id WHERE g.type_id = ANY($1) ORDER BY 1, 2, 3, 4
"""
_COUNT_APPLIED = """
SELECT wanted.id, (SELECT count(*) FROM contexts_application a WHERE a.context_id = wanted.id) AS users
FROM unnest($1::text[]) AS wanted (id)
"""
# Whoever changes or deletes one meanwhile waits, or is waited for. In one order, so that nobody waits in a circle. Whom
# it means is judged again: PostgreSQL holds the WHERE against the row as it is when the wait is over.
_APPLY = """
WITH wanted AS (
    SELECT id FROM contexts_context WHERE id = ANY($1) AND is_enabled
      AND (allowed_domains = '{}' OR $4::text = ANY (allowed_domains))
      AND (allowed_origins = '{}' OR $5::text = ANY (allowed_origins))
    ORDER BY id FOR SHARE
)
INSERT INTO contexts_application (context_id, user_id, applied_at) SELECT id, $2, $3 FROM wanted
ON CONFLICT (context_id, user_id) DO NOTHING RETURNING context_id
"""
_OF_USER: Final = """
SELECT a.id, c.id AS context_id, c.slug, c.name, a.applied_at
FROM contexts_application a JOIN contexts_context c ON c.id = a.context_id WHERE a.user_id = $1 ORDER BY a.id
"""
_IS_NEW = "NOT EXISTS (SELECT FROM contexts_application o WHERE o.user_id = $2 AND o.context_id = a.context_id)"
_COUNT_NEW = f"""
SELECT count(*) FILTER (WHERE {_IS_NEW}) AS moving, count(*) FILTER (WHERE NOT {_IS_NEW}) AS staying
FROM contexts_application a WHERE a.user_id = $1
"""
_MOVE_NEW = f"UPDATE contexts_application a SET user_id = $2 WHERE a.user_id = $1 AND {_IS_NEW}"


def pending_ids(*, user: str, clients: str, domain: str, origin: str, of_platform: str = "FALSE") -> str:
    """SQL of an array: ids of the contexts that mean somebody and were not applied to them yet.

    For other statements that a hot path makes anyway.

    Args:
        user, clients, domain, origin: SQL of a user's id and of the parts of their `Entry`.
        of_platform: SQL of whether those without a client count.
    """
    return f"""ARRAY(
        SELECT c.id FROM contexts_context c
        WHERE c.is_enabled AND (c.client_id = ANY ({clients}::text[]) OR (c.client_id IS NULL AND {of_platform}))
          AND (c.allowed_domains = '{{}}' OR {domain}::text = ANY (c.allowed_domains))
          AND (c.allowed_origins = '{{}}' OR {origin}::text = ANY (c.allowed_origins))
          AND NOT EXISTS (SELECT FROM contexts_application a WHERE a.context_id = c.id AND a.user_id = {user})
    )"""


_PENDING = f"SELECT {pending_ids(user='$1', clients='$2', domain='$3', origin='$4', of_platform='$5::boolean')}"


async def find_pending(user_id: str, entry: Entry, *, of_platform: bool) -> list[str]:
    """Ids of the contexts that mean a user who comes so, and were not applied to them yet."""
    args = (user_id, list(entry.clients), entry.domain, entry.origin, of_platform)
    return list(await db.fetch_value(_PENDING, *args))


async def note_applied(context_ids: Sequence[str], user_id: str, entry: Entry) -> list[str]:
    """Note that contexts are applied to a user who comes so; which of them still mean them, and had not been.

    One of many callers wins. They stay as they are until our unit of work ends.
    """
    rows = await db.fetch(_APPLY, list(context_ids), user_id, clock.now(), entry.domain, entry.origin)
    return sorted(row["context_id"] for row in rows)


async def find_contexts(ids: Sequence[str]) -> dict[str, Context]:
    return {row["id"]: _to_context(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def find_by_slug(slug: str) -> Context | None:
    row = await db.fetch_row(_BY_SLUG, slug)
    return _to_context(row) if row else None


async def lock_context(context_id: str) -> Context | None:
    """The context; nobody else changes or applies it until our unit of work ends."""
    row = await db.fetch_row(_LOCK, context_id)
    return _to_context(row) if row else None


async def lock_of_client(client_id: str) -> list[Context]:
    return [_to_context(row) for row in await db.fetch(_OF_CLIENT, client_id)]


async def find_by_creation_key(key: bytes) -> tuple[bytes, Context] | None:
    """The context made under this idempotency key; another request with the key waits until ours ends."""
    await db.fetch_value(_LOCK_CREATION_KEY, key)
    row = await db.fetch_row(_BY_CREATION_KEY, key)
    return (row["creation_digest"], _to_context(row)) if row else None


async def insert_context(columns: Mapping[str, object]) -> None:
    """Raises:
    SlugTaken, ContextClientUnknown.
    """
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    try:
        await db.execute(f"INSERT INTO contexts_context ({', '.join(columns)}) VALUES ({places})", *columns.values())
    except asyncpg.UniqueViolationError as error:
        raise SlugTaken from error
    except asyncpg.ForeignKeyViolationError as error:
        raise ContextClientUnknown from error


async def update_context(context_id: str, columns: Mapping[str, object]) -> None:
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=2))
    await db.execute(f"UPDATE contexts_context SET {assignments} WHERE id = $1", context_id, *columns.values())


async def set_grants(context_id: str, grants: Sequence[Offer]) -> None:
    """Let a context give these, and nothing else."""
    await db.execute(_DROP_GRANTS, context_id)
    types, entities, relations = ([each[place] for each in grants] for place in range(3))
    await db.execute(_ADD_GRANTS, context_id, types, entities, relations)


async def delete_context(context_id: str) -> None:
    await db.execute(_DELETE, context_id)


async def list_contexts(wanted: ContextFilter, sort: Sort, page: PageRequest) -> list[Context]:
    """One row more than the page holds."""
    condition, args = _condition(wanted)
    keys = keyset(sort, page, first_parameter=len(args) + 1)
    sql = (
        f"SELECT {_COLUMNS} FROM contexts_context c WHERE {condition} AND {keys.where} ORDER BY {keys.order}"
        f" LIMIT {keys.limit}"
    )
    return [_to_context(row) for row in await db.fetch(sql, *args, *keys.args)]


async def count_contexts(wanted: ContextFilter) -> int:
    """How many match, counted up to one past `COUNT_BOUND`."""
    condition, args = _condition(wanted)
    sql = f"SELECT count(*) FROM (SELECT FROM contexts_context c WHERE {condition} LIMIT {COUNT_BOUND + 1}) m"
    total: int = await db.fetch_value(sql, *args)
    return total


async def count_applied(context_ids: Sequence[str]) -> dict[str, int]:
    return {row["id"]: row["users"] for row in await db.fetch(_COUNT_APPLIED, list(context_ids))}


async def list_offers(type_ids: Sequence[int]) -> list[tuple[str, Offer]]:
    """Everything that contexts give on entities of these types, with the slug of the context."""
    rows = await db.fetch(_OFFERS, list(type_ids))
    return [(row["slug"], (row["type_id"], row["entity_id"], row["relation"])) for row in rows]


async def list_applied_to(user_id: str) -> list[db.Row]:
    """What was applied to a user, and when."""
    return await db.fetch(_OF_USER, user_id)


async def count_new(source_id: str, target_id: str) -> tuple[int, int]:
    """How many contexts were applied to one user and not to another, and how many to both."""
    row = await db.fetch_row(_COUNT_NEW, source_id, target_id)
    return (row["moving"], row["staying"]) if row else (0, 0)


async def move_new(source_id: str, target_id: str) -> int:
    """Let contexts count as applied to another user; how many that had not been."""
    return await db.execute(_MOVE_NEW, source_id, target_id)


def _condition(wanted: ContextFilter) -> tuple[str, list[object]]:
    parts, args = ["TRUE"], list[object]()
    if wanted.client_id is not None:
        args.append(wanted.client_id)
        parts.append(f"c.client_id = ${len(args)}")
    if wanted.is_platform_wide is not None:
        parts.append(f"c.client_id IS {'' if wanted.is_platform_wide else 'NOT '}NULL")
    if wanted.is_enabled is not None:
        parts.append("c.is_enabled" if wanted.is_enabled else "NOT c.is_enabled")
    return " AND ".join(parts), args


_SYSTEM_NAMES: Final = {number: name for name, number in SYSTEM_TYPE_IDS.items()}


def _to_context(row: db.Row) -> Context:
    values = {name: row[name] for name in _NAMES}
    for name in ("allowed_origins", "allowed_domains"):
        values[name] = tuple(values[name])
    grants = tuple(
        Grant(_SYSTEM_NAMES.get(number) or full_name(scope, name), relation, entity_id)
        for number, scope, name, entity_id, relation in db.load_json(row["grants"])
    )
    return Context(**values, grants=grants)
