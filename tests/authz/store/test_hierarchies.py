"""Hierarchies have no circles, whoever writes what at which moment."""

from __future__ import annotations

import asyncio

import pytest

from app.authz.types import RelationTuple, TupleKey
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.errors import AppError
from tests.authz.store.support import HOUR, NOW, fact, key, problems, refuse, save_app, standing, touch, write
from tests.support import counted_statements

AB, BC, CA = (f"folder:{child}#parent@folder:{parent}" for child, parent in ("ab", "bc", "ca"))


@pytest.fixture(autouse=True)
async def model(database: None) -> None:
    await save_app()


async def test_a_tuple_that_closes_a_circle_is_refused_and_the_circle_named() -> None:
    await touch(AB, BC)

    found = await refuse(touch=(fact(CA),))

    assert problems(found) == [("authz_hierarchy_cycle", ("touch", "0", "subject"))]
    message = found[0].message.replace("cli_app:", "")
    assert all(f"folder:{name}" in message for name in "abc")


async def test_nothing_is_its_own_parent() -> None:
    found = await refuse(touch=(fact("folder:a#parent@folder:a"),))

    assert [each.code for each in found] == ["authz_hierarchy_cycle"]


async def test_a_circle_within_one_write_is_refused_once() -> None:
    found = await refuse(touch=(fact(AB), fact(BC), fact(CA)))

    assert [each.code for each in found] == ["authz_hierarchy_cycle"]


async def test_nested_groups_have_no_circles_either() -> None:
    await touch("team:a#member@team:b#member", "team:b#member@user:ann")

    found = await refuse(touch=(fact("team:b#member@team:a#member"),))

    assert problems(found) == [("authz_hierarchy_cycle", ("touch", "0", "subject"))]


async def test_the_groups_of_auther_itself_neither() -> None:
    def nested(outer: str, inner: str) -> TupleKey:
        return TupleKey("group", outer, "member", "group", inner, "member")

    await write(touch=(RelationTuple(nested("a", "b")), RelationTuple(nested("b", "c"))))

    assert [each.code for each in await refuse(touch=(RelationTuple(nested("c", "a")),))] == ["authz_hierarchy_cycle"]


async def test_two_ways_to_the_same_place_are_no_circle() -> None:
    await touch("folder:a#parent@folder:b", "folder:a#parent@folder:c")

    await touch("folder:b#parent@folder:d", "folder:c#parent@folder:d")

    assert len(await standing()) == 4


async def test_relations_that_are_no_hierarchy_may_lead_in_circles() -> None:
    await touch("folder:a#viewer@team:x#member", "team:x#member@user:ann", "document:1#parent@folder:a")

    assert len(await standing()) == 3


async def test_a_circle_that_the_same_write_opens_elsewhere_is_none() -> None:
    await touch(AB, BC)

    await write(touch=(fact(CA),), delete=(key(AB),))

    assert await standing() == [BC, CA]


async def test_a_hierarchy_can_be_turned_around_in_one_write() -> None:
    await touch(AB)

    await write(touch=(fact("folder:b#parent@folder:a"),), delete=(key(AB),))

    assert await standing() == ["folder:b#parent@folder:a"]


async def test_what_has_expired_closes_nothing() -> None:
    with clock.frozen(NOW):
        await write(touch=(fact(AB, expires_at=NOW + HOUR), fact(BC)))
        assert [each.code for each in await refuse(touch=(fact(CA),))] == ["authz_hierarchy_cycle"]
    with clock.frozen(NOW + HOUR):
        await write(touch=(fact(CA),))
        assert [each.code for each in await refuse(touch=(fact(AB),))] == ["authz_hierarchy_cycle"]


async def test_what_begins_later_counts_already() -> None:
    with clock.frozen(NOW):
        await write(touch=(fact(AB, starts_at=NOW + HOUR), fact(BC)))
        assert [each.code for each in await refuse(touch=(fact(CA),))] == ["authz_hierarchy_cycle"]


async def test_of_writes_at_once_that_close_a_circle_together_one_is_refused() -> None:
    answers = await asyncio.gather(*(touch(each) for each in (AB, BC, CA)), return_exceptions=True)

    refused = [each for each in answers if isinstance(each, AppError)]
    assert [each.code for each in refused] == ["authz_hierarchy_cycle"]
    assert len(await standing()) == 2


async def test_a_long_hierarchy_takes_no_more_statements_than_a_short_one() -> None:
    await touch("folder:x0#parent@folder:x1")
    await touch(*(f"folder:n{n}#parent@folder:n{n + 1}" for n in range(900)))
    counts = []
    for child, parent in (("top", "x0"), ("top", "n0")):
        with counted_statements() as statements:
            await touch(f"folder:{child}#parent@folder:{parent}")
        counts.append(len(statements))

    assert counts[0] == counts[1]
    found = await refuse(SYSTEM, touch=(fact("folder:n900#parent@folder:n0"),))
    assert [each.code for each in found] == ["authz_hierarchy_cycle"]
    assert len(found[0].message) < 1_000


async def test_what_is_above_every_folder_is_above_itself() -> None:
    found = await refuse(touch=(fact("folder:*#parent@folder:root"),))

    assert [each.code for each in found] == ["authz_hierarchy_cycle"]
