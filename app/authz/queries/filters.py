"""SQL that lists and counts the tuples that a filter means."""

from __future__ import annotations

from collections.abc import Mapping

from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.queries.rows import COLUMNS, FIRST_STORED_TYPE, KEY_COLUMNS, STANDS, to_key, to_tuple
from app.authz.types.tuples import TupleKey
from app.authz.types.writes import StoredTuple, TupleFilter
from app.kit import db
from app.kit.paging import PageRequest, Sort, keyset

SORT_COLUMNS = ("id",)
_LIST = f"""
SELECT id, {COLUMNS}, created_rev FROM authz_tuple
WHERE deleted_rev = {STANDS} AND {{where}} ORDER BY {{order}} LIMIT {{limit}}
"""
_COUNT = f"""
SELECT count(*) FROM (
    SELECT FROM authz_tuple t WHERE t.deleted_rev = {STANDS} AND {{where}} LIMIT {{limit}}
) found
"""

_SYSTEM_KEYS = f"""
SELECT {KEY_COLUMNS} FROM authz_tuple t
WHERE t.deleted_rev = {STANDS} AND t.entity_type < {FIRST_STORED_TYPE} AND {{where}} LIMIT {{limit}}
"""

Condition = tuple[str, list[object]]


def to_conditions(wanted: TupleFilter, names: Mapping[int, str]) -> Condition | None:
    """SQL for a filter and its parameters, from `$1`; None when it names a type that never was.

    Args:
        names: full names of types by id.
    """
    ids = {name: number for number, name in names.items()}
    if any(name is not None and name not in ids for name in (wanted.entity_type, wanted.subject_type)):
        return None
    pairs: list[tuple[str, object]] = [
        ("entity_type", ids.get(wanted.entity_type or "")),
        ("entity_id", wanted.entity_id),
        ("relation", wanted.relation),
        ("subject_type", ids.get(wanted.subject_type or "")),
        ("subject_id", wanted.subject_id),
        ("subject_relation", wanted.subject_relation),
    ]
    given = [(name, value) for name, value in pairs if value is not None]
    parts = [f"{name} = ${number}" for number, (name, _) in enumerate(given, start=1)]
    return " AND ".join(["TRUE", *parts]), [value for _, value in given]


def scope_conditions(scope: str, names: Mapping[int, str]) -> list[Condition]:
    """SQL for all that speaks of a client: its types as entities and as subjects, and the client itself as both.

    Args:
        names: full names of types by id.
    """
    types = [number for number, name in names.items() if name.rpartition(":")[0] == scope]
    return [
        ("t.entity_type = ANY($1::int[])", [types]),
        ("t.subject_type = ANY($1::int[])", [types]),
        ("t.entity_type = $1 AND t.entity_id = $2", [SYSTEM_TYPE_IDS["clients"], scope]),
        ("t.subject_type = $1 AND t.subject_id = $2", [SYSTEM_TYPE_IDS["client"], scope]),
    ]


async def list_tuples(
    wanted: TupleFilter, names: Mapping[int, str], sort: Sort, page: PageRequest
) -> list[StoredTuple]:
    """Standing tuples, one more than the page holds."""
    condition = to_conditions(wanted, names)
    if condition is None:
        return []
    where, args = condition
    part = keyset(sort, page, first_parameter=len(args) + 1)
    sql = _LIST.format(where=f"{where} AND {part.where}", order=part.order, limit=part.limit)
    rows = await db.fetch(sql, *args, *part.args)
    return [StoredTuple(row["id"], to_tuple(row, names), row["created_rev"]) for row in rows]


async def count_tuples(wanted: TupleFilter, names: Mapping[int, str], bound: int) -> int:
    """How many stand; counting stops at the bound."""
    condition = to_conditions(wanted, names)
    if condition is None:
        return 0
    where, args = condition
    count: int = await db.fetch_value(_COUNT.format(where=where, limit=f"${len(args) + 1}"), *args, bound)
    return count


async def find_system_keys(wanted: TupleFilter, names: Mapping[int, str], limit: int) -> list[TupleKey]:
    """Keys of standing tuples on types that the code defines, at most `limit`."""
    condition = to_conditions(wanted, names)
    if condition is None:
        return []
    where, args = condition
    rows = await db.fetch(_SYSTEM_KEYS.format(where=where, limit=f"${len(args) + 1}"), *args, limit)
    return [to_key(row, names) for row in rows]
