"""Keys for tests."""

from __future__ import annotations

from typing import Any

from app.api_keys.service import create_key, resolve_key
from app.api_keys.types import CreatedApiKey, KeyGrant, KeyUse, NewApiKey, ResolvedKey
from app.authz.types import EntityRef, TupleKey
from app.kit import db
from app.kit.actor import SYSTEM, Actor, Origin
from app.users.types import User
from tests.authz.people import give
from tests.support import ORIGIN, as_user, commit

DIRECT, EXCHANGE = KeyUse.DIRECT, KeyUse.EXCHANGE


async def make_key(owner: User, actor: Actor | None = None, **fields: Any) -> CreatedApiKey:
    """A committed key of a user, made by the user unless an actor is named."""
    new = NewApiKey(**{"name": "Backup", "owner_user_id": owner.id, **fields})
    return await commit(create_key(actor or as_user(owner), new))


async def make_client_key(client_id: str, actor: Actor = SYSTEM, **fields: Any) -> CreatedApiKey:
    """A committed key of a client."""
    return await commit(create_key(actor, NewApiKey(**{"name": "Sync", "owner_client_id": client_id, **fields})))


async def show(made: CreatedApiKey, use: KeyUse = DIRECT, origin: Origin = ORIGIN) -> ResolvedKey:
    """What comes of showing a key's secret."""
    assert made.secret is not None
    return await resolve_key(made.secret, origin, use)


async def relate(entity: str, relation: str, subject_id: str, subject_type: str = "user") -> None:
    """A tuple that stands: `relate("users:*", "admin", user.id)`."""
    kind, _, identifier = entity.rpartition(":")
    await give(TupleKey(kind, identifier, relation, subject_type, subject_id))


async def relate_all(*keys: TupleKey) -> None:
    """Tuples that stand."""
    await give(*keys)


def gift(entity: str, relation: str) -> KeyGrant:
    """A relation for a new key: `gift("users:*", "viewer")`."""
    kind, _, identifier = entity.rpartition(":")
    return KeyGrant(EntityRef(kind, identifier), relation)


async def tuples_of(key_id: str) -> set[tuple[str, str]]:
    """Entity and relation of the tuples that name a key."""
    rows = await db.fetch(
        "SELECT y.scope, y.name, t.entity_id, t.relation FROM authz_tuple t JOIN authz_type y ON y.id = t.entity_type"
        " WHERE t.subject_id = $1 AND t.deleted_rev = 9223372036854775807",
        key_id,
    )
    return {(f"{row['name']}:{row['entity_id']}", row["relation"]) for row in rows}


async def everything_stored() -> str:
    """All rows of all tables as text: a secret must not be among them."""
    tables = await db.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return "".join([repr([tuple(row) for row in await db.fetch(f'SELECT * FROM "{name}"')]) for (name,) in tables])
