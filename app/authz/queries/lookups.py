"""Tuples of one snapshot read by SQL: each call of the reader is one statement, however many look-ups it has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.authz.engine.lookups import Fact, Holding, Lookup
from app.authz.engine.schema import Schema
from app.authz.errors import WorkExceeded
from app.authz.types.tuples import ConditionRef, TupleKey
from app.kit import db

# Facts that one look-up may give.
MAX_FACTS: Final = 50_000

_COLUMNS = "t.entity_id, t.subject_type, t.subject_id, t.subject_relation, t.condition, t.condition_context"
_HOLDS = """
t.created_rev <= $1 AND t.deleted_rev > $1
AND (t.starts_at IS NULL OR t.starts_at <= $2) AND (t.expires_at IS NULL OR t.expires_at > $2)
"""
_OF_NODE = "t.entity_type = q.entity_type AND t.entity_id IN (q.entity_id, '*') AND t.relation = q.relation"
# Three ways into the index, of which a look-up takes one or two: named subjects, usersets, everybody.
_READ = f"""
SELECT q.n, f.* FROM
    unnest($4::int[], $5::text[], $6::text[], $7::int[], $8::text[], $9::text[], $10::bool[], $11::bool[])
    WITH ORDINALITY
    AS q (entity_type, entity_id, relation, subject_type, subject_id, subject_relation, usersets, everybody, n)
CROSS JOIN LATERAL (
    (SELECT {_COLUMNS} FROM authz_tuple t
     WHERE q.subject_type > 0 AND {_OF_NODE} AND t.subject_relation = q.subject_relation
       AND t.subject_type = q.subject_type AND t.subject_id IN (q.subject_id, '*') AND {_HOLDS})
    UNION ALL
    (SELECT {_COLUMNS} FROM authz_tuple t
     WHERE q.usersets AND {_OF_NODE} AND t.subject_relation > '' AND {_HOLDS} LIMIT $3)
    UNION ALL
    (SELECT {_COLUMNS} FROM authz_tuple t WHERE q.everybody AND {_OF_NODE} AND {_HOLDS} LIMIT $3)
) f
"""
_READ_HOLDINGS = f"""
SELECT q.n, f.* FROM unnest($4::int[], $5::text[], $6::text[], $7::int[], $8::text[], $9::bool[])
    WITH ORDINALITY AS q (subject_type, subject_id, subject_relation, entity_type, relation, any_id, n)
CROSS JOIN LATERAL (
    (SELECT {_COLUMNS} FROM authz_tuple t
     WHERE NOT q.any_id AND t.subject_type = q.subject_type AND t.subject_id = q.subject_id
       AND t.subject_relation = q.subject_relation AND t.entity_type = q.entity_type AND t.relation = q.relation
       AND {_HOLDS} LIMIT $3)
    UNION ALL
    (SELECT {_COLUMNS} FROM authz_tuple t
     WHERE q.any_id AND t.subject_type = q.subject_type AND t.subject_relation = q.subject_relation
       AND t.entity_type = q.entity_type AND t.relation = q.relation AND {_HOLDS} LIMIT $3)
) f
"""


class SqlReader:
    """Reads the tuples that stood at a revision and hold at a moment."""

    def __init__(self, schema: Schema, revision: int, moment: datetime) -> None:
        self._schema = schema
        self._revision = revision
        self._moment = moment

    async def read(self, lookups: Sequence[Lookup]) -> list[list[Fact]]:
        """The facts of each lookup.

        Raises:
            WorkExceeded: one has more than `MAX_FACTS`.
        """
        rows = await db.fetch(_READ, self._revision, self._moment, MAX_FACTS + 1, *self._columns(lookups))
        return self._sort(rows, [(each.node.type, each.node.relation) for each in lookups])

    async def read_holdings(self, holdings: Sequence[Holding]) -> list[list[Fact]]:
        """The facts of each holding.

        Raises:
            WorkExceeded: one has more than `MAX_FACTS`.
        """
        columns = zip(*(self._holding_row(each) for each in holdings), strict=True)
        rows = await db.fetch(_READ_HOLDINGS, self._revision, self._moment, MAX_FACTS + 1, *map(list, columns))
        return self._sort(rows, [(each.type, each.relation) for each in holdings])

    def _columns(self, lookups: Sequence[Lookup]) -> list[list[object]]:
        return [list(column) for column in zip(*map(self._lookup_row, lookups), strict=True)]

    def _lookup_row(self, lookup: Lookup) -> tuple[object, ...]:
        node, subject = lookup.node, lookup.subject
        is_named = subject is not None and not lookup.everybody
        # A userset that is looked for among all usersets is found there.
        if subject is None or not is_named or (lookup.usersets and subject.relation):
            named: tuple[object, ...] = (0, "", "")
        else:
            named = (self._schema.types[subject.type].id, subject.id, subject.relation)
        entity_type = self._schema.types[node.type].id
        usersets = lookup.usersets and not lookup.everybody
        return (entity_type, node.id, node.relation, *named, usersets, lookup.everybody)

    def _holding_row(self, holding: Holding) -> tuple[object, ...]:
        types, subject = self._schema.types, holding.subject
        return (
            types[subject.type].id, subject.id, subject.relation, types[holding.type].id, holding.relation,
            holding.any_id,
        )  # fmt: skip

    def _sort(self, rows: Sequence[db.Row], places: Sequence[tuple[str, str]]) -> list[list[Fact]]:
        found: list[list[Fact]] = [[] for _ in places]
        for row in rows:
            number = row["n"] - 1
            fact = self._fact(row, places[number])
            if fact is not None:
                found[number].append(fact)
            if len(found[number]) > MAX_FACTS:
                raise WorkExceeded
        return found

    def _fact(self, row: db.Row, place: tuple[str, str]) -> Fact | None:
        subject_type = self._schema.by_id.get(row["subject_type"])
        if subject_type is None:
            return None
        key = TupleKey(
            place[0], row["entity_id"], place[1], subject_type.full_name, row["subject_id"], row["subject_relation"]
        )
        condition = row["condition"]
        if condition is None:
            return Fact(key)
        return Fact(key, ConditionRef(condition, db.load_json(row["condition_context"]) or {}))
