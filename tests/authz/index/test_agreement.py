"""The index answers what the engine answers from tuples, in small random worlds."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.authz.engine.grants import find_grants, pack
from app.authz.engine.listing import list_objects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.resolve import Ruleset, resolve
from app.authz.types import RelationTuple
from tests.authz.engine.generators import World, assert_agreement, describe, worlds
from tests.authz.index.support import index_of, make_checker, row_of, said

_SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@given(worlds())
@_SETTINGS
async def test_the_index_agrees_with_the_reference(world: World) -> None:
    note(describe(world))

    await assert_agreement(make_checker, world)


@given(st.one_of(worlds(), worlds(with_gates=False)))
@_SETTINGS
async def test_answers_are_those_of_the_walk_to_the_last_word(world: World) -> None:
    note(describe(world))
    schema = world.schema()
    rules, graph, reader = Ruleset(schema), build_graph(schema), FactReader(world.tuples)
    index = index_of(schema, world.tuples)

    found = await index.check_many(world.checks)

    assert said(found) == said([(await resolve(rules, reader, [each]))[0] for each in world.checks])
    for query in world.objects:
        listed = await list_objects(rules, graph, reader, query)
        assert await index.list_objects(query, limit=1_000) == (listed, len(listed))


@given(worlds(), st.randoms(use_true_random=False))
@settings(_SETTINGS, max_examples=25)
async def test_changes_lead_where_building_anew_leads(world: World, random: Random) -> None:
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
    assert index.statistics()["tuples"] == 0


@given(worlds(), st.randoms(use_true_random=False))
@settings(_SETTINGS, max_examples=25)
async def test_many_changes_at_once_lead_where_building_anew_leads(world: World, random: Random) -> None:
    note(describe(world))
    schema = world.schema()
    index = index_of(schema, ())
    present: dict[object, RelationTuple] = {}
    for revision in range(2, 10):
        some = {each.key: each for each in world.tuples if random.random() < 0.4}
        ended = [present.pop(key) for key in some if key in present]
        begun = [each for key, each in some.items() if key not in {each.key for each in ended}]
        present |= {each.key: each for each in begun}
        index.apply(revision, [row_of(schema, each) for each in ended], [row_of(schema, each) for each in begun])
        fresh = index_of(schema, present.values())
        assert said(await index.check_many(world.checks)) == said(await fresh.check_many(world.checks))
        for query in world.objects:
            assert await index.list_objects(query, limit=100) == await fresh.list_objects(query, limit=100)


@given(worlds(), worlds())
@_SETTINGS
async def test_another_model_counts_as_if_built_with_it(first: World, second: World) -> None:
    note(describe(first))
    before, after = first.schema(), second.schema()
    index = index_of(before, first.tuples)
    await index.check_many(first.checks)

    index.recompile(Ruleset(after))

    fresh = index_of(after, first.tuples)
    assert index.statistics() == fresh.statistics()
    assert said(await index.check_many(second.checks)) == said(await fresh.check_many(second.checks))
    index.recompile(Ruleset(before))
    fresh = index_of(before, first.tuples)
    assert index.statistics() == fresh.statistics()
    assert said(await index.check_many(first.checks)) == said(await fresh.check_many(first.checks))


@given(st.one_of(worlds(), worlds(with_gates=False)))
@_SETTINGS
async def test_tokens_hold_what_the_search_finds(world: World) -> None:
    note(describe(world))
    schema = world.schema()
    rules, graph, reader = Ruleset(schema), build_graph(schema), FactReader(world.tuples)
    index = index_of(schema, world.tuples)

    for subject in dict.fromkeys(each.subject for each in (*world.checks, *world.objects)):
        expected, is_cut = await find_grants(rules, graph, reader, subject, list(schema.types.values()))
        assert not is_cut
        found = await index.find_grants(subject, list(schema.types))
        assert (pack(found[0]), found[1]) == (pack(expected), False), subject
