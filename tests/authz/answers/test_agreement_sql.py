"""Answers by SQL agree with a resolver that is slow and obvious, in small random worlds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.authz.engine.listing import FoundObject, FoundSubject, ObjectQuery, SubjectQuery, list_objects, list_subjects
from app.authz.engine.paths import build_graph
from app.authz.engine.policies import bind_policies
from app.authz.engine.resolve import Ruleset, resolve
from app.authz.engine.schema import Schema
from app.authz.queries.lookups import SqlReader
from app.authz.queries.rows import COLUMNS, STANDS, to_row
from app.authz.types import Check, Decision, RelationTuple
from app.kit import clock, db
from tests.authz.engine.generators import PolicyTable, World, assert_agreement, describe, worlds

_INSERT = f"""
INSERT INTO authz_tuple ({COLUMNS}, created_rev, deleted_rev)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


class BySql:
    """The engine over stored tuples, of which some have ended and some have not begun at its revision."""

    def __init__(self, schema: Schema) -> None:
        self.rules, self.graph = Ruleset(schema), build_graph(schema)
        self.reader = SqlReader(schema, 3, clock.now())

    async def check(self, checks: Sequence[Check]) -> list[Decision]:
        return [each.decision for each in await resolve(self.rules, self.reader, checks)]

    async def list_objects(self, query: ObjectQuery) -> list[FoundObject]:
        return await list_objects(self.rules, self.graph, self.reader, query)

    async def list_subjects(self, query: SubjectQuery) -> list[FoundSubject]:
        return await list_subjects(self.rules, self.graph, self.reader, query)


async def make_checker(schema: Schema, tuples: Sequence[RelationTuple]) -> BySql:
    ids = {name: compiled.id for name, compiled in schema.types.items()}
    rows = [to_row(each, ids) for each in tuples if {each.key.entity_type, each.key.subject_type} <= ids.keys()]
    await db.execute("DELETE FROM authz_tuple")
    for n, row in enumerate(rows):
        await db.execute(_INSERT, *row, 2 + n % 2, STANDS)
        # The same one stood before, and will stand again.
        await db.execute(_INSERT, *row, 1, 2)
        await db.execute(_INSERT, *row, 4, 9)
    return BySql(schema)


@pytest.fixture(autouse=True)
def policies() -> Iterator[None]:
    before = bind_policies(PolicyTable())
    yield
    bind_policies(before)


@given(st.one_of(worlds(), worlds(with_policies=True)))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
async def test_sql_agrees_with_the_reference(world: World) -> None:
    note(describe(world))

    await assert_agreement(make_checker, world)
