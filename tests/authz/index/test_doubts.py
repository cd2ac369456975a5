"""Lists and grants where tuples may have conditions: what is certain, what is undecided, whatever their number."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from app.authz.engine.grants import pack
from app.authz.engine.index import Index
from app.authz.engine.index.doubts import MAX_CONDITIONS, reach
from app.authz.engine.listing import ObjectQuery
from app.authz.engine.resolve import Ruleset
from app.authz.engine.turns import Turns
from app.authz.language.tuple_text import parse_tuple
from app.authz.types import ConditionRef, Context, RelationTuple, SubjectRef
from tests.authz.index.support import make_schema, row_of

SCHEMA = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type folder
  relations
    define parent: [folder, folder with by_day]
    define viewer: [user, user with by_day, group#member with by_day] or viewer from parent
type doc
  relations
    define folder: [folder]
    define owner: [user]
    define viewer: [user, user with by_day] or owner or viewer from folder
  permissions
    define read: viewer
    define approve: viewer policy four_eyes
condition by_day(hour: int) {
  hour > 7
}
"""
)
ANNE = SubjectRef("user", "anne")
DAY, NIGHT = {"hour": 9}, {"hour": 3}


def index_of(*tuples: str) -> Index:
    return Index.build(Ruleset(SCHEMA), [row_of(SCHEMA, each) for each in _read(tuples)], 1)


def _read(tuples: Iterable[str]) -> Iterable[RelationTuple]:
    for each in tuples:
        key, _, named = each.partition(" with ")
        name, _, context = named.partition(" ")
        yield RelationTuple(parse_tuple(key), ConditionRef(name, json.loads(context or "{}")) if name else None)


async def listed(index: Index, context: Context) -> dict[str, bool]:
    """What is listed, and of each whether it is decided."""
    found, total = await index.list_objects(ObjectQuery(ANNE, "viewer", "doc", context), limit=1_000)
    assert len(found) == total
    return {each.id: each.is_decided for each in found}


async def granted(index: Index) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    found, is_cut = await index.find_grants(ANNE, ["doc"])
    assert not is_cut
    packed = pack(found)
    return dict(packed.permissions), dict(packed.abac_required)


CASES = {
    "a condition on the entity": (
        ("doc:a#viewer@user:anne with by_day", "doc:b#viewer@user:anne"),
        {"b": True, "a": False}, {"a": True, "b": True}, {"b": True},
    ),
    "a condition on a group's folder, above others": (
        (
            "group:g#member@user:anne", "folder:top#viewer@group:g#member with by_day", "folder:in#parent@folder:top",
            "doc:a#folder@folder:in", "doc:b#folder@folder:in", "doc:b#owner@user:anne",
        ),
        {"a": False, "b": True}, {"a": True, "b": True}, {"b": True},
    ),
    "a condition on the way between folders": (
        ("folder:top#viewer@user:anne", "folder:in#parent@folder:top with by_day", "doc:a#folder@folder:in"),
        {"a": False}, {"a": True}, {},
    ),
    "a condition on every entity": (
        ("doc:*#viewer@user:anne with by_day", "doc:a#owner@user:anne", "doc:b#viewer@user:anne with by_day"),
        {"*": False, "a": True, "b": False}, {"*": True, "a": True, "b": True}, {"a": True},
    ),
    "a condition on every entity that is open, one on a single entity that is not met": (
        ("doc:*#viewer@user:anne with by_day", 'doc:b#viewer@user:anne with by_day {"hour": 3}'),
        {"*": False, "b": False}, {"*": True, "b": True}, {},
    ),
    "every entity, and one with a condition": (
        ("doc:*#owner@user:anne", "doc:b#viewer@user:anne with by_day"),
        {"*": True, "b": True}, {"*": True, "b": True}, {"*": True, "b": True},
    ),
    "somebody else's conditions": (("doc:a#viewer@user:bob with by_day",), {}, {}, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
async def test_what_a_condition_leaves_open_is_listed_as_undecided(name: str) -> None:
    tuples, undecided, by_day, by_night = CASES[name]
    index = index_of(*tuples)

    assert await listed(index, {}) == undecided
    assert await listed(index, DAY) == by_day
    assert await listed(index, NIGHT) == by_night


@pytest.mark.parametrize("count", [MAX_CONDITIONS, MAX_CONDITIONS + 1])
async def test_many_conditions_change_nothing_but_the_way(count: int) -> None:
    names = [f"{number:03d}" for number in range(count)]
    index = index_of("doc:mine#owner@user:anne", *(f"doc:{each}#viewer@user:anne with by_day" for each in names))

    assert await listed(index, {}) == {"mine": True, **dict.fromkeys(names, False)}
    assert await listed(index, DAY) == dict.fromkeys([*names, "mine"], True)
    assert await listed(index, NIGHT) == {"mine": True}
    permissions, doubtful = await granted(index)
    both = ("approve", "read")
    assert permissions == {**{f"doc:{each}": both for each in names}, "doc:mine": both}
    assert doubtful == {**{f"doc:{each}": both for each in names}, "doc:mine": ("approve",)}


async def test_a_condition_that_holds_needs_no_policy() -> None:
    index = index_of(
        'doc:met#viewer@user:anne with by_day {"hour": 9}',
        "doc:open#viewer@user:anne with by_day",
        "doc:p#owner@user:anne",
    )

    permissions, doubtful = await granted(index)

    both = ("approve", "read")
    assert permissions == {"doc:met": both, "doc:open": both, "doc:p": both}
    assert doubtful == {"doc:open": both, "doc:p": ("approve",)}


async def test_when_a_slice_is_used_up_a_search_goes_on_and_finds_the_same() -> None:
    index = index_of("doc:a#viewer@user:anne with by_day", "doc:b#owner@user:anne")
    compiled, turns = index.compiled, Turns()
    plan, shelf = compiled.plan("doc", "viewer"), compiled.closures.shelves["user"]
    nodes = shelf.find("anne")
    assert plan is not None
    assert nodes is not None
    assert reach(compiled, plan, nodes, DAY, turns) is not None

    while not turns.is_over:
        pass

    assert reach(compiled, plan, nodes, DAY, turns) is None
    assert await listed(index, DAY) == {"a": True, "b": True}
