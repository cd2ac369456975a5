"""The engine agrees with a resolver that is slow and obvious, in small random worlds."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, note, settings

from app.authz.engine.listing import FoundObject, FoundSubject, ObjectQuery, SubjectQuery, list_objects, list_subjects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.resolve import Ruleset, resolve
from app.authz.engine.schema import Schema
from app.authz.types import Check, Decision, RelationTuple
from tests.authz.engine.generators import World, assert_agreement, describe, worlds


class InMemory:
    """The engine over tuples in memory."""

    def __init__(self, schema: Schema, tuples: Sequence[RelationTuple]) -> None:
        self.rules, self.graph, self.reader = Ruleset(schema), build_graph(schema), FactReader(tuples)

    async def check(self, checks: Sequence[Check]) -> list[Decision]:
        return [each.decision for each in await resolve(self.rules, self.reader, checks)]

    async def list_objects(self, query: ObjectQuery) -> list[FoundObject]:
        return await list_objects(self.rules, self.graph, self.reader, query)

    async def list_subjects(self, query: SubjectQuery) -> list[FoundSubject]:
        return await list_subjects(self.rules, self.graph, self.reader, query)


async def make_checker(schema: Schema, tuples: Sequence[RelationTuple]) -> InMemory:
    return InMemory(schema, tuples)


@given(worlds())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
async def test_the_engine_agrees_with_the_reference(world: World) -> None:
    note(describe(world))

    await assert_agreement(make_checker, world)
