"""Pages of entities: in the order of their ids, with the exact number of all, whenever they came."""

from __future__ import annotations

import random
from typing import Any, SupportsIndex

import pytest

from app.authz.engine.index import Index, numbers
from app.authz.engine.listing import ObjectQuery
from app.authz.engine.resolve import Ruleset
from app.authz.engine.schema import build_schema
from app.authz.language.text import parse_model
from app.authz.types import Model, SubjectRef
from tests.authz.index.support import drop, make_index, make_schema, put, row

DRIVE = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type folder
  relations
    define parent: [folder]
    define viewer: [user, group#member] or viewer from parent
type doc
  relations
    define parent: [folder]
    define blocked: [user]
    define viewer: [user, group#member] or viewer from parent
    define reader: viewer but not blocked
"""
)


async def pages(index: Index, size: int, action: str = "viewer", kind: str = "doc") -> list[str]:
    """All pages, one after the other; each says how many there are in all."""
    query = ObjectQuery(SubjectRef("user", "anne"), action, kind, {})
    found, total = await index.list_objects(query, limit=size)
    ids = [each.id for each in found]
    while len(found) == size:
        found, again = await index.list_objects(query, after=ids[-1], limit=size)
        assert again == total
        ids += [each.id for each in found]
    assert len(ids) == total
    return ids


@pytest.mark.parametrize("size", [1, 7, 100])
async def test_pages_are_the_whole_list_in_order(size: int) -> None:
    chance = random.Random(3)
    names = [f"{chance.randrange(10_000):04d}" for _ in range(90)]
    index = make_index(DRIVE, *{f"doc:{each}#viewer@user:anne" for each in names[:50]})
    put(index, *{f"doc:{each}#viewer@user:anne" for each in names[50:]})

    assert await pages(index, size) == sorted(set(names))


async def test_ids_that_come_in_order_stay_in_order_without_sorting() -> None:
    index = make_index(DRIVE, "doc:a1#viewer@user:anne")
    put(index, *(f"doc:b{n:03d}#viewer@user:anne" for n in range(50)))

    kind = index.store.numbers.kinds[DRIVE.types["doc"].id]
    assert kind.late > len(index.store.numbers.ids)
    assert await pages(index, 20) == ["a1", *(f"b{n:03d}" for n in range(50))]


@pytest.mark.parametrize("share", [1, 7, 400])
async def test_ids_that_come_late_in_any_order_are_found_in_order(monkeypatch: pytest.MonkeyPatch, share: int) -> None:
    monkeypatch.setattr(numbers, "_RUN", 50)
    names = [f"{n:04d}" for n in range(800)]
    random.Random(9).shuffle(names)
    index = make_index(DRIVE, "doc:0400a#viewer@user:anne", "doc:zzz#viewer@user:anne")

    expected = ["0400a", "zzz"]
    for start in range(0, len(names), 130):
        some = names[start : start + 130]
        put(index, *(f"doc:{each}#viewer@user:{'bea' if int(each) % share else 'anne'}" for each in some))
        expected += [each for each in some if int(each) % share == 0]
        assert await pages(index, 25) == sorted(expected)


async def test_a_page_compares_few_of_many_late_ids() -> None:
    index = make_index(DRIVE, "doc:zzz#viewer@user:anne")
    names = [f"{n:05d}" for n in range(20_000)]
    random.Random(9).shuffle(names)
    put(index, *(f"doc:{each}#viewer@user:anne" for each in names))
    query = ObjectQuery(SubjectRef("user", "anne"), "viewer", "doc", {})
    await index.list_objects(query, limit=10)
    ids = index.store.numbers.ids = Watched(index.store.numbers.ids)

    found, total = await index.list_objects(query, after="01000", limit=10)

    assert ([each.id for each in found], total) == ([f"{n:05d}" for n in range(1_001, 1_011)], 20_001)
    assert ids.reads < 200


class Watched(list[str]):
    """Ids, and how many were looked at."""

    reads = 0

    def __getitem__(self, place: SupportsIndex | slice) -> Any:
        self.reads += 1
        return super().__getitem__(place)


async def test_a_page_may_begin_after_an_id_that_nobody_has() -> None:
    index = make_index(DRIVE, *(f"doc:{each}#viewer@user:anne" for each in "aceg"))
    query = ObjectQuery(SubjectRef("user", "anne"), "viewer", "doc", {})

    found, total = await index.list_objects(query, after="d", limit=1)

    assert ([each.id for each in found], total) == (["e"], 4)
    assert await index.list_objects(query, after="z", limit=1) == ([], 4)


async def test_folders_bring_everything_below_them() -> None:
    index = make_index(
        DRIVE,
        "folder:top#viewer@group:g#member",
        "group:g#member@user:anne",
        *(f"folder:{n}#parent@folder:top" for n in range(3)),
        *(f"doc:{n}{m}#parent@folder:{n}" for n in range(3) for m in range(5)),
    )
    everything = [f"{n}{m}" for n in range(3) for m in range(5)]
    assert await pages(index, 4) == everything
    assert await pages(index, 4, kind="folder") == ["0", "1", "2", "top"]

    put(index, "doc:new#parent@folder:2")
    assert await pages(index, 4) == [*everything, "new"]

    drop(index, "folder:1#parent@folder:top")
    assert await pages(index, 4) == [each for each in [*everything, "new"] if each[0] != "1"]

    drop(index, "group:g#member@user:anne")
    assert await pages(index, 4) == []


async def test_exceptions_are_left_out_of_pages() -> None:
    index = make_index(DRIVE, *(f"doc:{each}#viewer@user:anne" for each in "abcd"), "doc:b#blocked@user:anne")

    assert await pages(index, 2, "reader") == ["a", "c", "d"]


async def test_circles_of_folders_are_listed_once() -> None:
    index = make_index(
        DRIVE,
        "folder:x#parent@folder:y",
        "folder:y#parent@folder:x",
        "doc:1#parent@folder:x",
        "doc:2#parent@folder:y",
        "folder:x#viewer@user:anne",
    )

    assert await pages(index, 10) == ["1", "2"]
    drop(index, "folder:y#parent@folder:x")
    assert await pages(index, 10) == ["1"]


def test_types_need_ids_of_their_own() -> None:
    schema = build_schema(Model(), {"": parse_model("model\n  schema 1.1\ntype user\ntype doc\n")}, {})

    with pytest.raises(ValueError, match="share an id"):
        Index.build(Ruleset(schema), [row(DRIVE, "doc:1#viewer@user:anne")], 1)
