"""Large models cost what they are long, not its square: work is counted in calls, what is kept in entries."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from functools import partial
from itertools import product
from random import Random
from types import FrameType

import pytest

from app.authz.engine import turns
from app.authz.engine.index import Index, fans, plans
from app.authz.engine.index.containers import each_of
from app.authz.engine.index.plans import Compiled
from app.authz.engine.index.programs import Program
from app.authz.engine.listing import ObjectQuery
from app.authz.engine.resolve import Ruleset
from app.authz.engine.schema import Schema
from app.authz.types import SubjectRef
from tests.authz.index.support import drop, is_allowed, make_index, make_schema, put, row

ANNE = SubjectRef("user", "anne")
HEAD = "model\n  schema 1.1\ntype user\n"


def count_calls(work: Callable[[], object]) -> int:
    """The functions that are called, those of C among them."""
    count = 0

    def note(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def arrows(count: int) -> Schema:
    """One relation with so many arrows behind one tupleset of two types."""
    kinds = "".join(
        f"type {kind}\n  relations\n" + "".join(f"    define a{n}: [user]\n" for n in range(count)) for kind in "st"
    )
    union = " or ".join(f"a{n} from p" for n in range(count))
    return make_schema(HEAD + kinds + f"type doc\n  relations\n    define p: [s, t]\n    define v: {union}\n")


def test_many_arrows_of_one_relation_are_compared_by_look_ups() -> None:
    few, many = make_index(arrows(50)), make_index(arrows(200))

    costs = [count_calls(partial(index.recompile, index.rules)) for index in (few, many)]

    assert costs[1] < 6 * costs[0]


def test_arrows_that_others_cover_are_not_followed() -> None:
    schema = make_schema(
        HEAD
        + """type s
  relations
    define a: [user] or b
    define b: [user] or a
    define c: [user]
    define d: b or c
    define e: [user]
type t
  relations
    define a: [user] or b
    define b: [user] or a
    define d: [user] or a
type doc
  relations
    define p: [s, t]
    define q: [s]
    define v: a from p or b from p or c from p or c from p or d from p or c from q or e from q or d from q
"""
    )
    index = make_index(schema, "doc:1#p@t:1", "doc:2#p@s:2", "t:1#b@user:anne", "s:2#c@user:bob")

    program = index.compiled.program_of(schema.types["doc"].id, "v")

    assert program is not None
    links = sorted((table.relation, name) for table, name in program.links)
    assert links == [("p", "c"), ("p", "d"), ("q", "d"), ("q", "e")]
    assert is_allowed(index, "user:anne", "v", "doc:1")
    assert is_allowed(index, "user:bob", "v", "doc:2")
    assert not is_allowed(index, "user:bob", "v", "doc:1")


def circle(relations: int, types: int) -> str:
    """Relations that all rest on each other."""
    kinds = (
        f"type t{k}\n  relations\n    define p: [t{(k + 1) % types}]\n"
        f"    define r0: [user] or r{relations - 1} from p\n"
        + "".join(f"    define r{n}: r{n - 1}\n" for n in range(1, relations))
        for k in range(types)
    )
    return HEAD + "".join(kinds)


async def ask_and_list(index: Index, keys: Iterable[tuple[str, str]]) -> None:
    for kind, relation in keys:
        index.check("user", "anne", "", relation, kind, "1")
        await index.list_objects(ObjectQuery(ANNE, relation, kind, {}), limit=10)


async def test_relations_that_rest_on_each_other_share_what_they_rest_on() -> None:
    index = make_index(make_schema(circle(20, 3)), "t0:1#r0@user:anne", "t1:1#p@t2:1")
    keys = [(f"t{k}", f"r{n}") for k in range(3) for n in range(20)]

    await ask_and_list(index, keys)

    compiled = index.compiled
    made = [plan for key in keys if (plan := compiled.plan(*key))]
    assert len(made) == len(keys)
    assert len({id(compiled.places_of(plan)) for plan in made}) == 1
    assert watched(compiled) <= 4 * len(keys)


async def test_what_rests_on_very_much_is_watched_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "_MOST_WATCHED", 10)
    chain = "".join(f"    define r{n}: [user] or r{n - 1}\n" for n in range(1, 40))
    schema = make_schema(HEAD + "type doc\n  relations\n    define r0: [user]\n" + chain)
    index = make_index(schema, "doc:1#r0@user:anne")
    await ask_and_list(index, [("doc", f"r{n}") for n in range(40)])

    assert watched(index.compiled) <= 10 * 10 + 40
    put(index, "doc:2#r0@user:anne", "doc:3#r39@user:anne")
    for n, ids in ((0, ["1", "2"]), (5, ["1", "2"]), (38, ["1", "2"]), (39, ["1", "2", "3"])):
        found, _ = await index.list_objects(ObjectQuery(ANNE, f"r{n}", "doc", {}), limit=10)
        assert [each.id for each in found] == ids


@pytest.mark.parametrize("relation", ["r0", "r7", "r19"])
async def test_a_kept_list_is_outdated_by_whatever_it_comes_round_to(relation: str) -> None:
    index = make_index(make_schema(circle(20, 3)), "t0:1#r0@user:anne")
    query = ObjectQuery(ANNE, relation, "t2", {})
    assert (await index.list_objects(query, limit=10))[1] == 0

    put(index, "t2:9#p@t0:1")
    found, _ = await index.list_objects(query, limit=10)
    put(index, "t1:2#p@t2:9", "t0:3#p@t1:2", "t2:4#p@t0:3")
    more, _ = await index.list_objects(query, limit=10)
    drop(index, "t0:1#r0@user:anne")

    assert [each.id for each in found] == ["9"]
    assert [each.id for each in more] == ["4", "9"]
    assert (await index.list_objects(query, limit=10))[1] == 0


def watched(compiled: Compiled) -> int:
    """Entries that say what is outdated by what."""
    return sum(map(len, compiled.lists._by_place.values()))


def ladder(types: int, relations: int) -> Schema:
    """Each relation of each type follows arrows to the one below it, of all types."""
    parents = ", ".join(f"t{k}" for k in range(types))
    kinds = (
        f"type t{k}\n  relations\n    define p: [{parents}]\n    define r0: [user] or r0 from p\n"
        + "".join(f"    define r{n}: [user] or r{n - 1} from p\n" for n in range(1, relations))
        + "  permissions\n"
        + "".join(f"    define d{n}: r{n}\n" for n in range(relations))
        for k in range(types)
    )
    return make_schema(HEAD + "".join(kinds))


async def test_lists_of_many_relations_share_their_arrows() -> None:
    index = make_index(ladder(6, 12), "t0:1#r0@user:anne", "t1:2#p@t0:1", "t2:3#p@t1:2")

    grants, is_cut = await index.find_grants(ANNE, [f"t{k}" for k in range(6)])

    kept = [index.compiled.fans(program) for program in programs(index.compiled, 6, 12)]
    assert len({id(each.above) for each in kept}) == 11
    # Eleven relations of six types are followed to, behind six tables.
    assert sum(map(len, index.compiled.listings.arrows._down.values())) == 11 * 6 * 6
    assert not is_cut
    assert {f"{each.type}:{each.id} {each.action}" for each in grants} == {
        "t0:1 d0", "t1:2 d0", "t2:3 d0", "t1:2 d1", "t2:3 d1", "t2:3 d2",
    }  # fmt: skip


async def test_fans_of_all_relations_together_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fans, "_MOST_IN_ALL", 40 * 31)
    chain = [f"t0:{n}#p@t0:{n - 1}" for n in range(1, 9)]
    index = make_index(ladder(2, 12), *(f"t0:0#r{n}@user:anne" for n in range(12)), *chain)
    kept = [index.compiled.fans(program) for program in programs(index.compiled, 2, 12)]

    for n in range(12):
        found, _ = await index.list_objects(ObjectQuery(ANNE, f"r{n}", "t0", {}), limit=20)

        assert [each.id for each in found] == [f"{each}" for each in range(9)]
        assert sum(map(len, kept)) <= 40


async def test_others_have_their_turn_while_grants_are_found_by_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SLICE_SECONDS", 0)
    index = make_index(ladder(2, 12), "t0:1#r0@user:anne")
    asked = asyncio.ensure_future(index.find_grants(ANNE, ["t0", "t1"]))
    count = 0

    while not asked.done():
        await asyncio.sleep(0)
        count += 1

    assert count > 24
    assert len(asked.result()[0]) == 1


@pytest.mark.parametrize("after", [2, 10, 20])
async def test_grants_are_of_one_state(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SLICE_SECONDS", 0)
    index = make_index(ladder(2, 12), *(f"t1:1#r{n}@user:anne" for n in range(12)))
    asked = asyncio.ensure_future(index.find_grants(ANNE, ["t0", "t1"]))

    for _ in range(after):
        await asyncio.sleep(0)
    drop(index, *(f"t1:1#r{n}@user:anne" for n in range(12)))
    put(index, "t0:2#p@t1:1")

    assert not asked.done()
    assert {(each.id, each.action) for each in (await asked)[0]} == {("1", f"d{n}") for n in range(12)}
    assert await index.find_grants(ANNE, ["t0", "t1"]) == ([], False)


def programs(compiled: Compiled, types: int, relations: int) -> list[Program]:
    """Those of all relations of a ladder."""
    found = [compiled.plan(f"t{k}", f"r{n}") for k in range(types) for n in range(relations)]
    return [plan.program for plan in found if plan]


def shelf(kinds: str) -> Schema:
    return make_schema(
        HEAD
        + f"type group\n  relations\n    define member: [user]\ntype doc\n  relations\n    define viewer: [{kinds}]\n"
        + "condition open(x: int) {\n  x == 1\n}\n"
    )


@pytest.mark.parametrize("kinds", ["user, user:*, group#member", "user:*"])
def test_tuples_whose_kind_stays_are_not_looked_at_for_other_models(kinds: str) -> None:
    stays = "user:*" if kinds == "user:*" else "user"
    before, after = shelf("user, user:*"), shelf(kinds)
    costs = []
    for count in (10, 1_000):
        kept = [f"doc:{n}#viewer@{'user:*' if stays == 'user:*' else f'user:u{n % 3}'}" for n in range(count)]
        index = make_index(before, *kept, "doc:x#viewer@user:anne", "doc:x#viewer@group:g#member")

        costs.append(count_calls(partial(index.recompile, Ruleset(after))))

        assert index.statistics()["tuples"] == count + (0 if kinds == "user:*" else 2)

    assert costs[1] < costs[0] + 200


def test_whatever_models_come_tuples_count_as_in_an_index_of_their_own() -> None:
    kinds = ["user", "user:*", "group#member", "user with open", "user:* with open", "group#member with open", "group"]
    tuples = ["user:a", "user:b", "user:*", "group:g#member", "group:h#member", "group:g"]
    conditions = [None, None, "open", "policy:p"]
    random = Random(7)
    rows = [
        row(shelf("user, group"), f"doc:{n}#viewer@{each}")._replace(condition=condition)
        for n, (each, condition) in enumerate(product(tuples, conditions))
    ]
    index = Index.build(Ruleset(shelf("user")), rows, 1)

    for _ in range(60):
        rules = Ruleset(shelf(", ".join(random.sample(kinds, random.randint(1, 5)))))
        index.recompile(rules)
        fresh = Index.build(rules, rows, 1)

        assert index.statistics() == fresh.statistics()
        assert state(index) == state(fresh)


def state(index: Index) -> dict[str, object]:
    """The tuples of all tables in words, and those aside."""
    store = index.store
    name = store.numbers.name_of
    found: dict[str, object] = {
        f"{kind} {relation}": (
            sorted((*name(entity), *name(node), str(condition)) for entity, node, condition in table.tuples()),
            sorted((*name(entity), *name(node)) for node, held in table.held.items() for entity in each_of(held)),
            sorted((*name(entity), *name(node)) for entity, held in table.open.items() for node in each_of(held)),
            table.policies,
        )
        for (kind, relation), table in store.tables.items()
    }
    return found | {"aside": {place: sorted(map(str, entries.values())) for place, entries in store.aside.items()}}
