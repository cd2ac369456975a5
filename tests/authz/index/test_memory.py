"""How much a tuple takes: counted in allocations, which do not depend on the machine."""

from __future__ import annotations

import gc
import sys
import tracemalloc

from app.authz.engine.index import Index, Row
from app.authz.engine.resolve import Ruleset
from tests.authz.index.support import make_index, make_schema

GROUPS = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
    define owner: [group#member]
"""
)
BLOCKS, WIDTH = 60, 81


def rows() -> list[Row]:
    """Groups of 81 groups, each with one more in it: an entity and a userset for every tuple."""
    group, user = GROUPS.types["group"].id, GROUPS.types["user"].id
    found = []
    for block in range(BLOCKS):
        for n in range(WIDTH):
            middle, low = f"middle-{block}-{n}", f"lowest-{block}-{n}"
            found.append(Row(group, f"top-{block}", "member", group, middle, "member"))
            found.append(Row(group, middle, "member", group, low, "member"))
        found.append(Row(group, f"lowest-{block}-0", "member", user, f"user-{block}"))
    return found


def test_a_tuple_of_nested_groups_takes_less_than_a_third_of_a_kilobyte() -> None:
    Index.build(Ruleset(GROUPS), rows()[:10], 1)
    gc.collect()
    tracemalloc.start()
    try:
        count = len(rows())
        before = tracemalloc.get_traced_memory()[0]
        index = Index.build(Ruleset(GROUPS), rows(), 1)
        gc.collect()
        size = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert index.statistics()["tuples"] == count
    assert size / count < 320


def test_sets_have_no_more_room_than_they_need() -> None:
    index = Index.build(Ruleset(GROUPS), rows(), 1)

    members = index.store.table(GROUPS.types["group"].id, "member")
    sets = [each for each in members.grants.values() if isinstance(each, set)]
    assert len(sets) == BLOCKS
    assert {sys.getsizeof(each) for each in sets} == {sys.getsizeof(set().union(sets[0]))}


def test_a_userset_is_one_number_whatever_names_it() -> None:
    index = make_index(GROUPS, "group:a#member@group:b#member", "group:a#owner@group:b#member")

    group = GROUPS.types["group"].id
    first, second = (next(iter(index.store.table(group, name).held)) for name in ("member", "owner"))
    assert first is second
