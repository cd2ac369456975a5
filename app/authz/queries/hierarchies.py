"""SQL that follows hierarchies: what lies above the subjects of tuples that are to be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.authz.queries.rows import STANDS
from app.kit import clock, db

# A node is a type, an id and the relation by which one goes on.
NodeRow = tuple[int, str, str]

_EDGES = f"""
WITH RECURSIVE kinds AS (
    SELECT entity_type, relation COLLATE "C" AS relation, subject_type, subject_relation COLLATE "C" AS subject_relation
    FROM unnest($4::int[], $5::text[], $6::int[], $7::text[])
      AS k (entity_type, relation, subject_type, subject_relation)
), edge AS (
    SELECT 0::bigint AS id, 0 AS from_type, '' COLLATE "C" AS from_id, '' COLLATE "C" AS from_relation,
           n.type AS to_type, n.node_id COLLATE "C" AS to_id, n.relation COLLATE "C" AS to_relation
    FROM unnest($1::int[], $2::text[], $3::text[]) AS n (type, node_id, relation)
    UNION
    SELECT t.id, t.entity_type, t.entity_id::text, t.relation::text, t.subject_type, t.subject_id::text,
           coalesce(nullif(t.subject_relation, ''), t.relation)::text
    FROM edge e
    JOIN kinds k ON k.entity_type = e.to_type AND k.relation = e.to_relation
    JOIN authz_tuple t
      ON t.entity_type = e.to_type AND t.entity_id IN (e.to_id, '*') AND t.relation = e.to_relation
     AND t.subject_relation = k.subject_relation AND t.subject_type = k.subject_type
     AND t.deleted_rev = {STANDS} AND (t.expires_at IS NULL OR t.expires_at > $8)
)
SELECT * FROM edge WHERE id > 0 LIMIT $9
"""


@dataclass(frozen=True, slots=True)
class Edge:
    """A stored tuple of a hierarchy: from its entity to its subject."""

    id: int
    source: NodeRow
    target: NodeRow


async def find_edges(nodes: Sequence[NodeRow], kinds: Sequence[tuple[int, str, int, str]], *, limit: int) -> list[Edge]:
    """All tuples of hierarchies that can be reached from some nodes, at most `limit`.

    Args:
        kinds: which tuples belong to hierarchies: type and relation of the entity, type and relation of the subject.
    """
    columns = [list(column) for column in zip(*nodes, strict=True)]
    kind_columns = [list(column) for column in zip(*kinds, strict=True)]
    rows = await db.fetch(_EDGES, *columns, *kind_columns, clock.now(), limit)
    return [
        Edge(
            row["id"],
            (row["from_type"], row["from_id"], row["from_relation"]),
            (row["to_type"], row["to_id"], row["to_relation"]),
        )
        for row in rows
    ]
