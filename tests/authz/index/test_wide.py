"""Where too many are found to be put together, sets stand for themselves, and the answers are the same."""

from __future__ import annotations

import random

import pytest

from app.authz.engine.index import Index
from app.authz.engine.index.reach import Reach
from tests.authz.index.support import drop, is_allowed, make_index, make_schema, put

FILES = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type org
  relations
    define group: [group]
    define member: [user] or member from group
type file
  relations
    define org: [org]
    define group: [group]
    define viewer: [user] or member from group or member from org
"""
)
GROUPS, MEMBERS = 30, 20


def make_wide(*more: str) -> Index:
    """A file of thirty groups of twenty users, and another of an organization of the same groups."""
    return make_index(
        FILES,
        *(f"group:g{n}#member@user:u{n}-{m}" for n in range(GROUPS) for m in range(MEMBERS)),
        *(f"file:wide#group@group:g{n}" for n in range(GROUPS)),
        *(f"org:o#group@group:g{n}" for n in range(GROUPS)),
        "file:deep#org@org:o",
        "file:deep#viewer@user:owner",
        *more,
    )


def may_view(index: Index, user: str, file: str) -> bool:
    """The same question three times: what is kept must not differ from what is found."""
    answers = {is_allowed(index, f"user:{user}", "viewer", f"file:{file}") for _ in range(3)}
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize("file", ["wide", "deep"])
def test_every_member_and_nobody_else(file: str) -> None:
    index = make_wide("group:other#member@user:eve")

    assert all(may_view(index, f"u{n}-{m}", file) for n in range(GROUPS) for m in range(MEMBERS))
    assert not may_view(index, "eve", file)
    assert may_view(index, "owner", file) is (file == "deep")


@pytest.mark.parametrize("file", ["wide", "deep"])
def test_changes_show_at_once(file: str) -> None:
    index = make_wide()
    assert not may_view(index, "new", file)

    put(index, "group:g7#member@user:new")
    assert may_view(index, "new", file)

    drop(index, "group:g7#member@user:new", "group:g3#member@user:u3-3")
    assert not may_view(index, "new", file)
    assert not may_view(index, "u3-3", file)
    assert may_view(index, "u3-4", file)

    edge = "file:wide#group@group:g4" if file == "wide" else "org:o#group@group:g4"
    drop(index, edge)
    assert not may_view(index, "u4-1", file)


def test_small_and_large_limits_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    questions = [(f"u{n}-{m}", file) for n in range(0, 40, 3) for m in (0, 19) for file in ("wide", "deep", "none")]
    random.Random(1).shuffle(questions)
    answers = []
    for most in (0, 10_000):
        monkeypatch.setattr(f"{Reach.__module__}._MOST_TOGETHER", most)
        index = make_wide()
        answers.append([may_view(index, *each) for each in questions])

    assert answers[0] == answers[1]
    assert True in answers[0]
    assert False in answers[0]
