"""The index answers what the engine answers from tuples where permissions and tuples have policies."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.authz.engine.grants import find_grants, pack
from app.authz.engine.listing import list_objects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.policies import bind_policies
from app.authz.engine.resolve import Ruleset, resolve
from app.authz.types import RelationTuple
from tests.authz.engine.generators import PolicyTable, World, assert_agreement, describe, worlds
from tests.authz.index.support import index_of, make_checker, row_of, said

_SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
_WORLDS = st.one_of(worlds(with_policies=True), worlds(with_policies=True, with_gates=False))


@pytest.fixture(autouse=True)
def policies() -> Iterator[None]:
    before = bind_policies(PolicyTable())
    yield
    bind_policies(before)


@given(_WORLDS)
@_SETTINGS
async def test_the_index_agrees_with_the_reference_about_policies(world: World) -> None:
    note(describe(world))

    await assert_agreement(make_checker, world)


@given(_WORLDS)
@_SETTINGS
async def test_answers_with_policies_are_those_of_the_walk_to_the_last_word(world: World) -> None:
    note(describe(world))
    schema = world.schema()
    rules, graph, reader = Ruleset(schema), build_graph(schema), FactReader(world.tuples)
    index = index_of(schema, world.tuples)

    found = await index.check_many(world.checks)

    assert said(found) == said([(await resolve(rules, reader, [each]))[0] for each in world.checks])
    for query in world.objects:
        listed = await list_objects(rules, graph, reader, query)
        assert await index.list_objects(query, limit=1_000) == (listed, len(listed))
    for subject in dict.fromkeys(each.subject for each in (*world.checks, *world.objects)):
        expected, _ = await find_grants(rules, graph, reader, subject, list(schema.types.values()))
        granted, is_cut = await index.find_grants(subject, list(schema.types))
        assert (pack(granted), is_cut) == (pack(expected), False), subject


@given(_WORLDS, st.randoms(use_true_random=False))
@settings(_SETTINGS, max_examples=25)
async def test_policies_come_and_go_with_their_tuples(world: World, random: Random) -> None:
    note(describe(world))
    schema = world.schema()
    index = index_of(schema, ())
    present: dict[object, RelationTuple] = {}
    steps = [*world.tuples, *world.tuples]
    random.shuffle(steps)
    for revision, each in enumerate(steps, start=2):
        if each.key in present:
            del present[each.key]
            index.apply(revision, [row_of(schema, each)], [])
        else:
            present[each.key] = each
            index.apply(revision, [], [row_of(schema, each)])
        fresh = index_of(schema, present.values())
        assert index.statistics() == fresh.statistics()
        assert said(await index.check_many(world.checks)) == said(await fresh.check_many(world.checks))
        for query in world.objects:
            assert await index.list_objects(query, limit=100) == await fresh.list_objects(query, limit=100)
