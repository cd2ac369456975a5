"""Entities that many sets of subjects reach: one test in place of many, and it follows every change."""

from __future__ import annotations

from random import Random

import pytest

from app.authz.engine.index import Index, crowds
from app.authz.engine.overlay import FactReader
from app.authz.engine.resolve import Ruleset, resolve
from app.authz.language.tuple_text import parse_tuple
from app.authz.types import Check, EntityRef, RelationTuple, SubjectRef
from tests.authz.index.support import drop, is_allowed, make_index, make_schema, put, said

FILES = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
type org
  relations
    define group: [group]
    define member: member from group
type file
  relations
    define org: [org]
    define viewer: [user]
    define view: viewer or member from org
"""
)


def wide(groups: int, members: int) -> list[str]:
    """A file of some organizations, each with a group of some members."""
    facts = [f"file:f#org@org:{n}" for n in range(groups)]
    facts += [f"org:{n}#group@group:{n}" for n in range(groups)]
    return facts + [f"group:{n}#member@user:{n}_{each}" for n in range(groups) for each in range(members)]


def warmed(*facts: str) -> Index:
    """An index that was asked about the file so often that it holds a crowd."""
    index = make_index(FILES, *facts)
    for _ in range(4):
        assert not is_allowed(index, "user:stranger", "view", "file:f")
    assert count_crowds(index) == 1
    return index


def count_crowds(index: Index) -> int:
    plan = index.compiled.plan("file", "view")
    assert plan is not None
    return len(plan.ask.__self__._crowds)  # type: ignore[attr-defined]


def test_members_of_every_set_are_in_it_and_nobody_else() -> None:
    index = warmed(*wide(30, 20))

    for n in range(30):
        assert is_allowed(index, f"user:{n}_7", "view", "file:f")
        assert not is_allowed(index, f"user:{n}_20", "view", "file:f")


@pytest.mark.parametrize(
    "fact",
    [
        "group:3#member@user:new",
        "group:3#member@user:*",
        "group:3#member@group:other#member",
        "org:3#group@group:other",
        "file:f#org@org:other",
        "file:f#viewer@user:new",
    ],
)
def test_what_comes_and_goes_counts_at_once(fact: str) -> None:
    index = warmed(*wide(30, 20), "group:other#member@user:new", "org:other#group@group:other")

    for _ in range(3):
        assert not is_allowed(index, "user:new", "view", "file:f")
        put(index, fact)
        for _ in range(4):
            assert is_allowed(index, "user:new", "view", "file:f")
        assert count_crowds(index) == 1
        drop(index, fact)


def test_large_sets_stay_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "_LARGE", 30)
    index = warmed(*wide(20, 20), *(f"group:0#member@user:more_{n}" for n in range(300)))

    assert is_allowed(index, "user:more_299", "view", "file:f")
    assert is_allowed(index, "user:9_0", "view", "file:f")
    drop(index, "group:0#member@user:more_299")
    assert not is_allowed(index, "user:more_299", "view", "file:f")


def test_there_is_none_where_members_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "MAX_MEMBERS", 100)
    index = make_index(FILES, *wide(30, 20))

    for _ in range(5):
        assert is_allowed(index, "user:29_19", "view", "file:f")
        assert not is_allowed(index, "user:stranger", "view", "file:f")
    assert count_crowds(index) == 0


@pytest.mark.parametrize("seed", range(3))
async def test_answers_are_those_of_the_walk_while_everything_changes(seed: int) -> None:
    chance = Random(seed)
    facts = wide(12, 30)
    index, present = make_index(FILES, *facts), dict.fromkeys(facts)
    names = [f"{n}_{each}" for n in range(12) for each in (0, 29)]
    checks = [Check(SubjectRef("user", each), "view", EntityRef("file", "f")) for each in names]
    for _ in range(40):
        fact = chance.choice([*facts, f"group:{chance.randrange(12)}#member@group:{chance.randrange(12)}#member"])
        if fact in present:
            del present[fact]
            drop(index, fact)
        else:
            present[fact] = None
            put(index, fact)
        for _ in range(chance.randrange(4)):
            expected = await resolve(
                Ruleset(FILES), FactReader([RelationTuple(parse_tuple(x)) for x in present]), checks
            )
            assert said(await index.check_many(checks)) == said(expected)
