"""SQL of what hangs from subjects, clients and models: one statement for many of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.authz.queries.models import NAMES as MODEL_NAMES
from app.authz.queries.models import StoredModel, to_model
from app.authz.queries.rows import COLUMNS, STANDS, to_tuple
from app.authz.types.writes import StoredTuple
from app.kit import db
from app.kit.paging import COUNT_BOUND, PageRequest, Sort, keyset

# Which tuples belong to a wanted key.
OF_SUBJECT: Final = "t.subject_type = $2 AND t.subject_id = wanted.key AND t.subject_relation = ''"
OF_SCOPE: Final = "$2 = 0 AND t.entity_type IN (SELECT y.id FROM authz_type y WHERE y.scope = wanted.key)"

_NAMED = ", ".join(f"t.{name.strip()}" for name in COLUMNS.split(","))
_BY_IDS = f"""
SELECT t.id, {_NAMED}, t.created_rev FROM authz_tuple t WHERE t.id = ANY($1::bigint[]) AND t.deleted_rev = {STANDS}
"""
_LIST = f"""
SELECT wanted.key, found.* FROM unnest($1::text[]) AS wanted (key) CROSS JOIN LATERAL (
    SELECT t.id, {_NAMED}, t.created_rev FROM authz_tuple t
    WHERE t.deleted_rev = {STANDS} AND {{which}} AND {{where}} ORDER BY {{order}} LIMIT {{limit}}
) found ORDER BY {{order}}
"""
_COUNT = f"""
SELECT wanted.key, (SELECT count(*) FROM (
    SELECT FROM authz_tuple t WHERE t.deleted_rev = {STANDS} AND {{which}} LIMIT {COUNT_BOUND + 1}
) found) AS tuples
FROM unnest($1::text[]) AS wanted (key)
"""
_WRITES = """
SELECT revision, actor_kind, actor_id, reason, created_at FROM authz_write WHERE revision = ANY($1::bigint[])
"""
_VERSIONS = f"""
SELECT found.* FROM unnest($1::text[]) AS wanted (key) CROSS JOIN LATERAL (
    SELECT {MODEL_NAMES} FROM authz_model
    WHERE scope = wanted.key AND {{where}} ORDER BY {{order}} LIMIT {{limit}}
) found ORDER BY {{order}}
"""
_COUNT_VERSIONS = "SELECT scope, count(*) AS versions FROM authz_model WHERE scope = ANY($1::text[]) GROUP BY scope"
_BY_VERSIONS = f"""
SELECT {MODEL_NAMES} FROM authz_model
WHERE (scope, version) IN (SELECT * FROM unnest($1::text[], $2::int[]))
"""


@dataclass(frozen=True, slots=True)
class WriteNote:
    """Who made a revision, when, and why."""

    actor_kind: str
    actor_id: str | None
    reason: str | None
    created_at: datetime


async def find_tuples(ids: Sequence[int], names: Mapping[int, str]) -> dict[int, StoredTuple]:
    """Those that stand, by id."""
    return {row["id"]: _to_stored(row, names) for row in await db.fetch(_BY_IDS, list(ids))}


async def list_tuples_of(
    keys: Sequence[str], subject_type: int, names: Mapping[int, str], sort: Sort, page: PageRequest
) -> dict[str, list[StoredTuple]]:
    """One page of standing tuples, and one more, for each key: the id of a subject, or a scope when the type is 0."""
    part = keyset(sort, page, first_parameter=3)
    which = OF_SUBJECT if subject_type else OF_SCOPE
    sql = _LIST.format(which=which, where=part.where, order=part.order, limit=part.limit)
    found: dict[str, list[StoredTuple]] = {key: [] for key in keys}
    for row in await db.fetch(sql, list(keys), subject_type, *part.args):
        found[row["key"]].append(_to_stored(row, names))
    return found


async def count_tuples_of(keys: Sequence[str], subject_type: int) -> dict[str, int]:
    """How many stand for each key; counting stops one past the bound."""
    sql = _COUNT.format(which=OF_SUBJECT if subject_type else OF_SCOPE)
    return {row["key"]: row["tuples"] for row in await db.fetch(sql, list(keys), subject_type)}


async def find_writes(revisions: Sequence[int]) -> dict[int, WriteNote]:
    """What is known of revisions."""
    rows = await db.fetch(_WRITES, list(revisions))
    return {
        row["revision"]: WriteNote(row["actor_kind"], row["actor_id"], row["reason"], row["created_at"]) for row in rows
    }


async def list_versions_of(scopes: Sequence[str], sort: Sort, page: PageRequest) -> dict[str, list[StoredModel]]:
    """One page of versions, and one more, for each scope."""
    part = keyset(sort, page, first_parameter=2)
    sql = _VERSIONS.format(where=part.where, order=part.order, limit=part.limit)
    found: dict[str, list[StoredModel]] = {scope: [] for scope in scopes}
    for row in await db.fetch(sql, list(scopes), *part.args):
        found[row["scope"]].append(to_model(row))
    return found


async def count_versions_of(scopes: Sequence[str]) -> dict[str, int]:
    """How many versions each scope has."""
    return {row["scope"]: row["versions"] for row in await db.fetch(_COUNT_VERSIONS, list(scopes))}


async def find_versions(places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], StoredModel]:
    """Versions by scope and number."""
    scopes, versions = [scope for scope, _ in places], [version for _, version in places]
    found = [to_model(row) for row in await db.fetch(_BY_VERSIONS, scopes, versions)]
    return {(each.scope, each.version): each for each in found}


def _to_stored(row: db.Row, names: Mapping[int, str]) -> StoredTuple:
    return StoredTuple(row["id"], to_tuple(row, names), row["created_rev"])
