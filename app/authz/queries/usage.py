"""SQL that counts what stands by how it looks to a model: for changes of models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.kit import db

_STANDS = 9223372036854775807
_SHAPES = f"""
SELECT entity_type, relation, subject_type, subject_relation, subject_id = '*' AS is_wildcard, condition,
       count(*) AS count, (array_agg(entity_id || chr(9) || subject_id ORDER BY id))[1:5] AS samples
FROM authz_tuple
WHERE deleted_rev = {_STANDS} AND (entity_type = ANY($1) OR subject_type = ANY($1))
GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""
_IDS = """
SELECT DISTINCT entity_id FROM authz_tuple WHERE entity_type = $1 AND deleted_rev = 9223372036854775807
ORDER BY entity_id LIMIT $2
"""
_WITH_POLICIES = f"""
SELECT entity_type, condition, count(*) AS count FROM authz_tuple
WHERE deleted_rev = {_STANDS} AND condition LIKE 'policy:%' AND condition = ANY($1) AND entity_type = ANY($2)
GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """Standing tuples that are alike to a model: how many, and entity and subject ids of some."""

    entity_type: int
    relation: str
    subject_type: int
    subject_relation: str
    is_wildcard: bool
    condition: str | None
    count: int
    samples: tuple[tuple[str, str], ...]


async def list_shapes(type_ids: Sequence[int]) -> list[Shape]:
    """The shapes of all standing tuples in which one of these types is the entity's or the subject's."""
    return [_to_shape(row) for row in await db.fetch(_SHAPES, list(type_ids))]


async def list_entity_ids(type_id: int, limit: int) -> list[str]:
    """Ids of the entities of a type that stand in a tuple, in their order."""
    return [row["entity_id"] for row in await db.fetch(_IDS, type_id, limit)]


def _to_shape(row: db.Row) -> Shape:
    pairs = tuple(tuple(sample.split("\t", 1)) for sample in row["samples"])
    return Shape(
        row["entity_type"], row["relation"], row["subject_type"], row["subject_relation"], row["is_wildcard"],
        row["condition"], row["count"], pairs,
    )  # fmt: skip


async def count_with_policies(names: Sequence[str], type_ids: Sequence[int]) -> list[tuple[int, str, int]]:
    """For each type of entity and policy, as conditions say it (`policy:NAME`), how many tuples stand."""
    rows = await db.fetch(_WITH_POLICIES, list(names), list(type_ids))
    return [(row["entity_type"], row["condition"], row["count"]) for row in rows]
