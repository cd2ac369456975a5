"""Pages of who has a relation to an entity: all of them, however many there are, with the shortest way to each."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.authz.engine.index import Index
from app.authz.engine.listing import Bounds, FoundSubject, SubjectQuery, list_subjects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.resolve import Ruleset
from app.authz.errors import WorkExceeded
from app.authz.types import Direct, EntityRef, RelationTuple, Rewrite, Union
from app.authz.types.tuples import TupleKey
from tests.authz.engine.generators import World, describe, worlds
from tests.authz.index.support import EVERYTHING, drop, index_of, make_index, make_schema, put, row
from tests.authz.index.test_turns import interrupted

DRIVE = make_schema(
    """
model
  schema 1.1
type user
type app
type group
  relations
    define member: [user, app, group#member]
type folder
  relations
    define parent: [folder]
    define viewer: [user, user:*, group#member] or viewer from parent
type doc
  relations
    define parent: [folder]
    define owner: [user]
    define viewer: [user, group#member, folder#viewer] or owner or viewer from parent
  permissions
    define read: viewer
"""
)
COUNT, LATE, LIMIT = 150_000, 30_000, 100
BIG = EntityRef("doc", "big")


def who(entity: EntityRef = BIG, kind: str = "user", relation: str = "", action: str = "read") -> SubjectQuery:
    return SubjectQuery(entity, action, kind, relation, {})


async def page(index: Index, query: SubjectQuery, bounds: Bounds) -> tuple[list[str], int]:
    ((found, total),) = await index.list_subjects([query], bounds=bounds)
    return [each.subject.id for each in found], total


async def ways(index: Index, query: SubjectQuery, limit: int = 100) -> dict[str, list[str]]:
    ((found, total),) = await index.list_subjects([query], bounds=Bounds(limit))
    assert total == len(found)
    return {each.subject.id: [str(fact.key) for fact in each.way] for each in found}


def name(n: int) -> str:
    return f"u{n:06}"


@pytest.fixture(scope="module")
def big() -> Index:
    """A document that more users can read than a search may touch, a fifth of whom came later in any order."""
    order = list(range(COUNT))
    random.Random(5).shuffle(order)
    fact = row(DRIVE, "doc:big#viewer@user:x")
    rows = [fact._replace(subject_id=name(n)) for n in order]
    rest = ["doc:big#viewer@group:g#member", "group:g#member@user:zoe", "group:g#member@app:a"]
    index = Index.build(Ruleset(DRIVE), [*rows[LATE:], *(row(DRIVE, each) for each in rest)], 1)
    index.apply(2, [], rows[:LATE])
    return index


@pytest.mark.parametrize("middle", [0, 1, 74_999, 75_000, COUNT - LIMIT])
async def test_any_page_of_a_big_entity_is_exact(big: Index, middle: int) -> None:
    after = name(middle - 1) if middle else None

    forward = await page(big, who(), Bounds(LIMIT, after))
    backward = await page(big, who(), Bounds(LIMIT, name(middle + LIMIT), is_backward=True))

    expected = [name(n) for n in range(middle, middle + LIMIT)]
    assert forward == (expected, COUNT + 1)
    assert backward == (expected[::-1], COUNT + 1)


async def test_the_ends_of_a_big_list(big: Index) -> None:
    last, total = await page(big, who(), Bounds(3, is_backward=True))

    assert (last, total) == (["zoe", name(COUNT - 1), name(COUNT - 2)], COUNT + 1)
    assert await page(big, who(), Bounds(3, name(COUNT - 1))) == (["zoe"], total)
    assert await page(big, who(), Bounds(3, "zoe")) == ([], total)
    assert await page(big, who(), Bounds(3, name(0), is_backward=True)) == ([], total)


async def test_ways_lead_to_those_of_the_page(big: Index) -> None:
    ((found, _),) = await big.list_subjects([who()], bounds=Bounds(2, name(COUNT - 2)))

    assert [[str(fact.key) for fact in each.way] for each in found] == [
        [f"doc:big#viewer@user:{name(COUNT - 1)}"],
        ["doc:big#viewer@group:g#member", "group:g#member@user:zoe"],
    ]


async def test_all_kinds_come_from_one_question(big: Index) -> None:
    kinds = [who(), who(kind="group", relation="member"), who(kind="app"), who(kind="folder", relation="viewer")]

    found = await big.list_subjects(kinds, bounds=Bounds(1))

    assert [([each.subject.id for each in rows], total) for rows, total in found] == [
        ([name(0)], COUNT + 1),
        (["g"], 1),
        (["a"], 1),
        ([], 0),
    ]


async def test_folders_and_groups_lead_to_whom_they_name() -> None:
    index = make_index(
        DRIVE,
        "doc:1#parent@folder:low",
        "folder:low#parent@folder:top",
        "folder:top#viewer@group:all#member",
        "folder:top#viewer@user:*",
        "group:all#member@group:some#member",
        "group:some#member@user:ann",
        "group:some#member@user:bob",
        "doc:1#owner@user:bob",
        "doc:*#owner@user:eve",
    )
    one = EntityRef("doc", "1")
    down = ["doc:1#parent@folder:low", "folder:low#parent@folder:top"]

    assert await ways(index, who(one)) == {
        "*": [*down, "folder:top#viewer@user:*"],
        "ann": [
            *down,
            "folder:top#viewer@group:all#member",
            "group:all#member@group:some#member",
            "group:some#member@user:ann",
        ],
        "bob": ["doc:1#owner@user:bob"],
        "eve": ["doc:*#owner@user:eve"],
    }
    assert await ways(index, who(one, "folder", "viewer")) == {"low": down[:1], "top": down}
    assert await ways(index, who(one, "doc", "owner")) == {"1": []}
    assert await ways(index, who(one, "doc", "viewer")) == {}
    assert await ways(index, who(EntityRef("doc", "unknown"))) == {"eve": ["doc:*#owner@user:eve"]}
    assert await ways(index, who(EntityRef("doc", "unknown"), "doc", "owner")) == {"unknown": []}
    assert await ways(index, who(EntityRef("doc", "*"))) == {"eve": ["doc:*#owner@user:eve"]}


async def test_of_equally_short_ways_it_is_that_of_the_least_entity_whatever_came_first() -> None:
    groups = [f"g{n}" for n in range(20)]
    random.Random(1).shuffle(groups)
    index = make_index(DRIVE)
    put(index, *(f"group:{each}#member@user:ann" for each in groups))
    put(index, *(f"doc:1#viewer@group:{each}#member" for each in groups))

    assert await ways(index, who(EntityRef("doc", "1"))) == {
        "ann": ["doc:1#viewer@group:g0#member", "group:g0#member@user:ann"]
    }


async def test_a_circle_ends() -> None:
    index = make_index(
        DRIVE, "doc:1#viewer@group:a#member", "group:a#member@group:b#member", "group:b#member@group:a#member"
    )

    assert list(await ways(index, who(EntityRef("doc", "1"), "group", "member"))) == ["a", "b"]
    assert await ways(index, who(EntityRef("group", "a"), "group", "member", "member")) == {
        "a": ["group:a#member@group:b#member", "group:b#member@group:a#member"],
        "b": ["group:a#member@group:b#member"],
    }


async def test_a_long_chain_of_groups_has_no_end_too_deep() -> None:
    depth = 20_000
    index = make_index(
        DRIVE,
        "doc:1#viewer@group:0#member",
        *(f"group:{n}#member@group:{n + 1}#member" for n in range(depth)),
        f"group:{depth}#member@user:ann",
    )

    found = await ways(index, who(EntityRef("doc", "1")))

    assert [len(way) for way in found.values()] == [depth + 2]


async def test_too_many_usersets_are_too_much_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.authz.engine.index.downward.MAX_FOUND", 4)
    index = make_index(DRIVE, *(f"doc:1#viewer@group:{n}#member" for n in range(3)))
    one = EntityRef("doc", "1")
    assert len(await ways(index, who(one, "group", "member"))) == 3

    put(index, "doc:1#viewer@group:4#member")

    with pytest.raises(WorkExceeded):
        await ways(index, who(one, "group", "member"))


async def test_the_next_page_is_of_what_was_found_for_the_first_until_it_changes() -> None:
    index = make_index(DRIVE, *(f"doc:1#viewer@user:{each}" for each in "abc"), "doc:2#parent@folder:f")
    query, number = who(EntityRef("doc", "1")), DRIVE.types["doc"].id
    number = index.store.numbers.kinds[number].numbers["1"]
    assert await page(index, query, Bounds(2)) == (["a", "b"], 3)
    first = index.compiled.members.find(("doc", "viewer"), number)

    assert await page(index, query, Bounds(2, "b")) == (["c"], 3)
    assert first is not None
    assert index.compiled.members.find(("doc", "viewer"), number) is first

    put(index, "doc:1#owner@user:d", "doc:1#parent@folder:f", "folder:f#viewer@user:e")
    assert await page(index, query, Bounds(9)) == (["a", "b", "c", "d", "e"], 5)
    drop(index, "doc:1#viewer@user:a", "folder:f#viewer@user:e")
    assert await page(index, query, Bounds(9)) == (["b", "c", "d"], 3)


SHARED = make_schema(
    """
model
  schema 1.1
type user
type team
  relations
    define member: [user]
type doc
  relations
    define owner: [user]
    define banned: [user]
    define editor: [user, team#member, team#member with in_time] or owner
    define reader: editor but not banned
condition in_time(hour: int) {
  hour > 8
}
"""
)


async def test_conditions_count_only_where_tuples_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.authz.engine.subjects.MAX_FOUND", 4)
    index = make_index(SHARED, *(f"doc:{each}#editor@user:{n}" for each in (1, 2) for n in range(9)))
    put(index, "team:t#member@user:x")
    one, two = (who(EntityRef("doc", each), action="editor") for each in "12")
    assert await page(index, one, Bounds(2)) == (["0", "1"], 9)
    assert await page(index, two, Bounds(2)) == (["0", "1"], 9)

    condition = row(SHARED, "doc:2#editor@team:t#member")._replace(condition="in_time")
    index.apply(9, [], [condition])

    assert await page(index, one, Bounds(2)) == (["0", "1"], 9)
    with pytest.raises(WorkExceeded):
        await page(index, two, Bounds(2))
    monkeypatch.setattr("app.authz.engine.subjects.MAX_FOUND", 40)
    ((found, total),) = await index.list_subjects([two], bounds=Bounds(2, "7"))
    assert ([(each.subject.id, each.is_decided) for each in found], total) == ([("8", True), ("x", False)], 10)
    index.apply(10, [condition], [])
    monkeypatch.setattr("app.authz.engine.subjects.MAX_FOUND", 4)
    assert await page(index, two, Bounds(2)) == (["0", "1"], 9)


async def test_whoever_is_excepted_is_not_found() -> None:
    index = make_index(SHARED, *(f"doc:1#editor@user:{each}" for each in "abc"), "doc:1#banned@user:b")

    assert await page(index, who(EntityRef("doc", "1"), action="reader"), Bounds(5)) == (["a", "c"], 2)


class TestWithOthers:
    """Others have their turn wherever they may."""

    @pytest.fixture(autouse=True)
    def shortest_slices(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("app.authz.engine.turns.SLICE_SECONDS", 0)
            yield

    async def test_others_have_their_turn_while_many_are_found(self) -> None:
        index = make_index(DRIVE, *(f"doc:big#viewer@group:{n:03}#member" for n in range(200)))

        found, turns = await interrupted(
            index.list_subjects([who(kind="group", relation="member")], bounds=Bounds(2)), ()
        )

        assert [total for _, total in found] == [200]
        assert turns > 200

    @pytest.mark.parametrize("after", [0, 1, 3])
    async def test_more_than_a_search_may_touch_are_of_one_state(
        self, monkeypatch: pytest.MonkeyPatch, after: int
    ) -> None:
        monkeypatch.setattr("app.authz.engine.subjects.MAX_FOUND", 5)
        index = make_index(DRIVE, *(f"doc:big#viewer@group:{n:03}#member" for n in range(50)), "group:0#member@user:a")
        kinds = [who(kind="group", relation="member"), who()]

        def write() -> None:
            put(index, "doc:big#owner@user:b", "doc:big#viewer@group:new#member")
            drop(index, "doc:big#viewer@group:000#member")

        found, turns = await interrupted(index.list_subjects(kinds, bounds=Bounds(1)), [write], after=after)

        assert turns > after
        assert [([each.subject.id for each in rows], total) for rows, total in found] == [(["001"], 50), (["b"], 1)]


def plain(world: World) -> World:
    """A world without conditions, and without contextual tuples."""

    def strip(rewrite: Rewrite) -> Rewrite:
        if isinstance(rewrite, Direct):
            return Direct(tuple(dict.fromkeys(replace(each, condition=None) for each in rewrite.types)))
        return Union(tuple(map(strip, rewrite.parts))) if isinstance(rewrite, Union) else rewrite

    types = [
        replace(kind, relations=tuple(replace(each, rewrite=strip(each.rewrite)) for each in kind.relations))
        for kind in world.model.types
    ]
    return replace(
        world,
        model=replace(world.model, types=tuple(types)),
        tuples=tuple(replace(each, condition=None) for each in world.tuples),
        subjects=tuple(replace(each, contextual=()) for each in world.subjects),
    )


@given(st.one_of(worlds(with_gates=False).map(plain), worlds()), st.integers(1, 3))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
async def test_pages_are_the_list_that_a_search_finds(world: World, size: int) -> None:
    note(describe(world))
    schema = world.schema()
    rules, graph, reader = Ruleset(schema), build_graph(schema), FactReader(world.tuples)
    index = index_of(schema, world.tuples)

    for query in world.subjects:
        expected = await list_subjects(rules, graph, reader, query)
        forward = await _all_pages(index, query, size)
        backward = await _all_pages(index, query, size, is_backward=True)
        assert [_short(each) for each in forward] == [_short(each) for each in expected]
        assert backward == forward[::-1]
        stored = {each.key: each for each in (*world.tuples, *query.contextual)}
        for each in forward:
            _assert_leads(each, query, stored)


async def _all_pages(index: Index, query: SubjectQuery, size: int, *, is_backward: bool = False) -> list[FoundSubject]:
    found: list[FoundSubject] = []
    totals = set()
    while True:
        place = found[-1].subject.id if found else None
        ((rows, total),) = await index.list_subjects([query], bounds=Bounds(size, place, is_backward))
        totals.add(total)
        found += rows
        if len(rows) < size:
            assert totals == {len(found)}
            return found


def _short(each: FoundSubject) -> tuple[object, ...]:
    return each.subject, each.is_decided, len(each.way)


def _assert_leads(found: FoundSubject, query: SubjectQuery, stored: Mapping[TupleKey, RelationTuple]) -> None:
    """Each tuple of the way is there, and speaks of what the one before it names."""
    place = (query.entity.type, query.entity.id)
    for fact in found.way:
        assert fact.key in stored
        assert (fact.key.entity_type, fact.key.entity_id) in {place, (place[0], "*")}
        place = (fact.key.subject_type, fact.key.subject_id)
    assert place == (found.subject.type, found.subject.id)


@given(worlds(with_gates=False).map(plain), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
async def test_changes_lead_where_building_anew_leads(world: World, random: random.Random) -> None:
    note(describe(world))
    schema = world.schema()
    index = index_of(schema, ())
    present: dict[TupleKey, RelationTuple] = {}
    steps = [*world.tuples, *world.tuples]
    random.shuffle(steps)
    for each in steps:
        if present.pop(each.key, None) is not None:
            drop(index, str(each.key))
        else:
            present[each.key] = each
            put(index, str(each.key))
        fresh = index_of(schema, present.values())
        assert await _listed(index, world.subjects) == await _listed(fresh, world.subjects)


async def _listed(index: Index, queries: Sequence[SubjectQuery]) -> object:
    found = await index.list_subjects(queries, bounds=Bounds(EVERYTHING))
    return [([_short(each) for each in rows], total) for rows, total in found]
