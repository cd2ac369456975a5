"""SQL of model versions and of the ids of types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kit import clock, db
from app.kit.actor import Actor
from app.kit.paging import PageRequest, Sort, keyset

NAMES = "id, scope, version, revision, source, note, author_kind, author_id, created_at"
_IN_FORCE = f"SELECT DISTINCT ON (scope) {NAMES} FROM authz_model WHERE revision <= $1 ORDER BY scope, version DESC"
_LATEST = f"SELECT {NAMES} FROM authz_model WHERE scope = $1 ORDER BY version DESC LIMIT 1"
_LATEST_OF = f"""
SELECT DISTINCT ON (scope) {NAMES} FROM authz_model WHERE scope = ANY($1) ORDER BY scope, version DESC
"""
_BY_IDS = f"SELECT {NAMES} FROM authz_model WHERE id = ANY($1)"
_BY_VERSION = f"SELECT {NAMES} FROM authz_model WHERE scope = $1 AND version = $2"
_MODEL_REVISION = "SELECT coalesce(max(revision), 0) FROM authz_model WHERE revision <= $1"
_INSERT = f"""
INSERT INTO authz_model ({NAMES}, type_ids) VALUES ($1, $2::varchar, $3, $4, $5, $6, $7, $8, $9,
    (SELECT coalesce(json_object_agg(name, id), '{{}}')::text FROM authz_type WHERE scope = $2::varchar))
"""
_TYPES_IN_FORCE = """
SELECT DISTINCT ON (scope) scope, type_ids FROM authz_model WHERE revision <= $1 ORDER BY scope, version DESC
"""
_TYPES = "SELECT id, scope, name FROM authz_type"
_ADD_TYPES = """
INSERT INTO authz_type (scope, name) SELECT $1, name FROM unnest($2::text[]) AS name
ON CONFLICT (scope, name) DO NOTHING
"""
_RENAME_TYPE = "UPDATE authz_type SET name = $3 WHERE scope = $1 AND name = $2"


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A version of a model as it is stored; `source` is its canonical text."""

    id: str
    scope: str
    version: int
    revision: int
    source: str
    note: str | None
    author_kind: str
    author_id: str | None
    created_at: datetime


async def list_in_force(revision: int) -> list[StoredModel]:
    """The newest version of each scope's model at a revision."""
    return [to_model(row) for row in await db.fetch(_IN_FORCE, revision)]


async def find_latest(scope: str) -> StoredModel | None:
    row = await db.fetch_row(_LATEST, scope)
    return to_model(row) if row else None


async def find_latest_of(scopes: Sequence[str]) -> dict[str, StoredModel]:
    """The newest versions by scope."""
    return {row["scope"]: to_model(row) for row in await db.fetch(_LATEST_OF, list(scopes))}


async def find_models(ids: Sequence[str]) -> dict[str, StoredModel]:
    return {row["id"]: to_model(row) for row in await db.fetch(_BY_IDS, list(ids))}


async def find_version(scope: str, version: int) -> StoredModel | None:
    row = await db.fetch_row(_BY_VERSION, scope, version)
    return to_model(row) if row else None


async def insert_model(
    actor: Actor, model_id: str, *, scope: str, version: int, revision: int, source: str, note: str | None
) -> StoredModel:
    stored = StoredModel(model_id, scope, version, revision, source, note, actor.kind.value, actor.id, clock.now())
    await db.execute(
        _INSERT, stored.id, scope, version, revision, source, note, stored.author_kind, stored.author_id,
        stored.created_at,
    )  # fmt: skip
    return stored


async def list_versions(scope: str, sort: Sort, page: PageRequest) -> list[StoredModel]:
    """One row more than the page holds."""
    keys = keyset(sort, page, first_parameter=2)
    sql = f"SELECT {NAMES} FROM authz_model WHERE scope = $1 AND {keys.where} ORDER BY {keys.order} LIMIT {keys.limit}"
    return [to_model(row) for row in await db.fetch(sql, scope, *keys.args)]


async def read_type_ids_at(revision: int) -> dict[tuple[str, str], int]:
    """Ids of types by scope and the name that they had at a revision."""
    return {
        (row["scope"], name): number
        for row in await db.fetch(_TYPES_IN_FORCE, revision)
        for name, number in db.load_json(row["type_ids"]).items()
    }


async def read_type_ids() -> dict[tuple[str, str], int]:
    """Ids of the stored types by scope and the name that they have now."""
    return {(row["scope"], row["name"]): row["id"] for row in await db.fetch(_TYPES)}


async def add_types(scope: str, names: Sequence[str]) -> None:
    """Give new types their ids."""
    await db.execute(_ADD_TYPES, scope, list(names))


async def rename_types(scope: str, renames: Mapping[str, str]) -> None:
    """Rename types; tuples keep them by their ids."""
    for old, new in renames.items():
        await db.execute(_RENAME_TYPE, scope, old, new)


def to_model(row: db.Row) -> StoredModel:
    """The version of a row that has `NAMES`."""
    return StoredModel(*(row[name] for name in NAMES.split(", ")))


async def find_model_revision(revision: int) -> int:
    """The last revision up to this one at which a model changed."""
    found: int = await db.fetch_value(_MODEL_REVISION, revision)
    return found
