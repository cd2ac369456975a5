"""What was found for a list is kept for its next pages, and never outlives a change that it rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pyroaring import BitMap

from app.authz.engine.index import Index
from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.doubts import Reached
from app.authz.engine.index.lists import Lists
from app.authz.engine.listing import ObjectQuery
from app.authz.engine.resolve import Ruleset
from app.authz.types import SubjectRef
from app.kit import clock
from tests.authz.index.support import drop, make_index, make_schema, put, row

OFFICE = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type org
  relations
    define reader: [user, group#member]
    define banned: [user]
    define guest: reader but not banned
type doc
  relations
    define org: [org]
    define viewer: [user]
    define starred: [user]
    define hosted: guest from org
    define seen: viewer or hosted
"""
)
STRICTER = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type org
  relations
    define reader: [user, group#member]
type doc
  relations
    define viewer: [user]
    define seen: viewer
"""
)


def make_office() -> Index:
    return make_index(
        OFFICE,
        "doc:1#viewer@user:anne",
        *(f"doc:{n}#org@org:a" for n in (2, 3)),
        "org:a#reader@group:g#member",
        "group:g#member@user:anne",
    )


async def seen(index: Index, after: str | None = None, limit: int = 10, user: str = "anne") -> tuple[list[str], int]:
    query = ObjectQuery(SubjectRef("user", user), "seen", "doc", {})
    found, total = await index.list_objects(query, after=after, limit=limit)
    return [each.id for each in found], total


def kept(index: Index) -> Reached | None:
    """What is kept for the list of this user."""
    nodes = index.compiled.closures.shelves["user"].find("anne")
    assert nodes is not None
    lists = index.compiled.lists
    return lists.find(("doc", "seen"), nodes) if lists.is_watched(("doc", "seen")) else None


async def test_the_next_page_is_of_what_was_found_for_the_first() -> None:
    index = make_office()
    assert await seen(index, limit=2) == (["1", "2"], 3)
    first = kept(index)

    assert await seen(index, after="2", limit=2) == (["3"], 3)

    assert first is not None
    assert kept(index) is first


async def test_each_subject_has_a_list_of_its_own() -> None:
    index = make_office()
    put(index, "doc:4#viewer@user:bob")

    assert await seen(index) == (["1", "2", "3"], 3)
    assert await seen(index, user="bob") == (["4"], 1)
    assert await seen(index) == (["1", "2", "3"], 3)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("doc:4#viewer@user:anne", ["1", "2", "3", "4"]),
        ("doc:4#org@org:a", ["1", "2", "3", "4"]),
        ("org:a#banned@user:anne", ["1"]),
        ("doc:0#viewer@user:anne", ["0", "1", "2", "3"]),
    ],
)
async def test_a_write_shows_and_so_does_its_end(change: str, expected: list[str]) -> None:
    index = make_office()
    before = await seen(index)

    put(index, change)
    assert await seen(index) == (expected, len(expected))

    drop(index, change)
    assert await seen(index) == before


async def test_leaving_a_group_shows() -> None:
    index = make_office()
    await seen(index)

    drop(index, "group:g#member@user:anne")

    assert await seen(index) == (["1"], 1)


async def test_a_write_elsewhere_leaves_it() -> None:
    index = make_office()
    await seen(index)
    first = kept(index)

    put(index, "doc:1#starred@user:anne")

    assert first is not None
    assert kept(index) is first


async def test_what_ends_by_itself_is_no_longer_listed() -> None:
    index = make_office()
    with clock.frozen() as time:
        ends = clock.now() + timedelta(minutes=5)
        index.apply(2, [], [row(OFFICE, "doc:5#viewer@user:anne", expires_at=ends)])
        assert await seen(index) == (["1", "2", "3", "5"], 4)

        time.advance(timedelta(minutes=5))

        assert await seen(index) == (["1", "2", "3"], 3)


async def test_another_model_lists_anew() -> None:
    index = make_office()
    await seen(index)

    index.recompile(Ruleset(STRICTER))

    assert await seen(index) == (["1"], 1)


def test_what_a_subject_is_weighs_in_what_is_kept() -> None:
    lists = Lists()
    lists.watch(("doc", "viewer"), frozenset())

    for n in range(10):
        lists.keep(("doc", "viewer"), Closure.of(range(n, n + 60_000), (n,)), Reached(BitMap([n])))

    assert len(lists) == 2
