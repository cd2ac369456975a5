"""What is kept is dropped by the change that touches it, and by no other."""

from __future__ import annotations

from collections.abc import Collection, Set

import pytest

from app.authz.engine.index import Index
from app.authz.engine.index.closures import Closures, Shelf
from app.authz.engine.resolve import Ruleset
from tests.authz.index.support import drop, is_allowed, make_index, make_schema, put, row

DRIVE = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
type folder
  relations
    define parent: [folder]
    define viewer: [user, group#member, folder#viewer] or viewer from parent
type doc
  relations
    define parent: [folder]
    define blocked: [user]
    define viewer: [user, group#member, folder#viewer] or viewer from parent
    define reader: viewer but not blocked
    define secret: [user] and viewer
"""
)


def ask(index: Index, action: str = "viewer", subject: str = "user:anne") -> bool:
    """The same question three times: what is kept must not differ from what is found."""
    answers = {is_allowed(index, subject, action, "doc:d") for _ in range(3)}
    assert len(answers) == 1
    return answers.pop()


def test_a_member_more_or_less_changes_the_answer_at_once() -> None:
    index = make_index(DRIVE, "doc:d#viewer@group:g#member")
    assert not ask(index)

    put(index, "group:g#member@user:anne")
    assert ask(index)
    assert not ask(index, subject="user:bea")

    drop(index, "group:g#member@user:anne")
    assert not ask(index)


def test_a_group_within_a_group_changes_the_answer_of_its_members() -> None:
    index = make_index(DRIVE, "doc:d#viewer@group:top#member", "group:low#member@user:anne")
    assert not ask(index)

    put(index, "group:top#member@group:middle#member", "group:middle#member@group:low#member")
    assert ask(index)

    drop(index, "group:middle#member@group:low#member")
    assert not ask(index)


def test_a_group_of_everyone_reaches_those_whom_no_tuple_names() -> None:
    index = make_index(DRIVE, "doc:d#viewer@group:top#member", "group:top#member@group:all#member")
    assert not ask(index, subject="user:nobody")

    put(index, "group:all#member@user:*")
    assert ask(index, subject="user:nobody")

    drop(index, "group:top#member@group:all#member")
    assert not ask(index, subject="user:nobody")


def test_a_folder_moved_takes_its_documents_along() -> None:
    index = make_index(DRIVE, "doc:d#parent@folder:low", "folder:low#parent@folder:a", "folder:a#viewer@user:anne")
    assert ask(index)

    drop(index, "folder:low#parent@folder:a")
    assert not ask(index)

    put(index, "folder:low#parent@folder:b", "folder:b#parent@folder:a")
    assert ask(index)


def test_usersets_of_folders_follow_the_folders_above() -> None:
    index = make_index(DRIVE, "doc:d#viewer@folder:low#viewer", "folder:top#viewer@user:anne")
    assert not ask(index)

    put(index, "folder:low#parent@folder:top")
    assert ask(index)

    drop(index, "folder:low#parent@folder:top")
    assert not ask(index)


def test_a_tuple_about_every_entity_counts_for_all_of_them() -> None:
    index = make_index(DRIVE, "doc:d#parent@folder:f")
    assert not ask(index)

    put(index, "folder:*#viewer@user:anne")
    assert ask(index)
    assert is_allowed(index, "user:anne", "viewer", "folder:unheard_of")

    drop(index, "folder:*#viewer@user:anne")
    assert not ask(index)


def test_a_member_of_every_group_is_in_each_of_them() -> None:
    index = make_index(DRIVE, "doc:d#viewer@group:g#member")

    put(index, "group:*#member@user:anne")
    assert ask(index)

    drop(index, "group:*#member@user:anne")
    assert not ask(index)


def test_exceptions_and_intersections_follow_both_sides() -> None:
    index = make_index(DRIVE, "doc:d#viewer@user:anne")
    assert ask(index, "reader")
    assert not ask(index, "secret")

    put(index, "doc:d#blocked@user:anne", "doc:d#secret@user:anne")
    assert not ask(index, "reader")
    assert ask(index, "secret")

    drop(index, "doc:d#blocked@user:anne", "doc:d#viewer@user:anne")
    assert not ask(index, "reader")
    assert not ask(index, "secret")


def test_a_tuple_deleted_and_written_in_one_step_stands() -> None:
    index = make_index(DRIVE, "doc:d#viewer@user:anne")
    assert ask(index)

    drop(index, "doc:d#viewer@user:anne")
    put(index, "doc:d#viewer@user:anne")

    assert ask(index)
    assert index.revision == 3
    assert index.statistics()["tuples"] == 1


def test_circles_converge() -> None:
    index = make_index(
        DRIVE,
        "group:a#member@group:b#member",
        "group:b#member@group:a#member",
        "folder:x#parent@folder:y",
        "folder:y#parent@folder:x",
        "doc:d#parent@folder:x",
        "folder:y#viewer@group:a#member",
        "group:b#member@user:anne",
    )
    assert ask(index)

    drop(index, "group:b#member@user:anne")
    assert not ask(index)


def test_tuples_of_a_model_gone_count_again_when_it_is_back() -> None:
    narrow = make_schema(
        """
model
  schema 1.1
type user
type group
type folder
type doc
  relations
    define viewer: [user]
"""
    )
    index = make_index(DRIVE, "doc:d#viewer@group:g#member", "group:g#member@user:anne", "doc:d#viewer@user:bea")
    assert ask(index)

    index.recompile(Ruleset(narrow))
    assert not ask(index)
    assert ask(index, subject="user:bea")
    assert index.statistics()["ignored"] == 2

    index.recompile(Ruleset(DRIVE))
    assert ask(index)
    assert index.statistics()["ignored"] == 0


def test_five_thousand_groups_and_folders_deep_is_no_limit() -> None:
    index = make_index(
        DRIVE,
        *(f"group:{n}#member@group:{n + 1}#member" for n in range(5_000)),
        *(f"folder:{n}#parent@folder:{n + 1}" for n in range(5_000)),
        "group:5000#member@user:anne",
        "folder:5000#viewer@group:0#member",
        "doc:d#parent@folder:0",
    )

    assert ask(index)
    assert ask(index, "reader")
    assert not ask(index, subject="user:bea")
    assert is_allowed(index, "user:anne", "member", "group:0")


@pytest.mark.parametrize("big", [5, 1_500])
def test_what_many_tuples_of_one_write_touch_is_looked_up_once(monkeypatch: pytest.MonkeyPatch, big: int) -> None:
    looked: list[int] = []
    members, forget_any = Closures._members, Shelf.forget_any

    def look_below(closures: Closures, nodes: Collection[int]) -> set[int] | None:
        looked.append(len(nodes))
        return members(closures, nodes)

    def look_through(shelf: Shelf, nodes: Set[int]) -> None:
        looked.append(-1)
        forget_any(shelf, nodes)

    monkeypatch.setattr(Closures, "_members", look_below)
    monkeypatch.setattr(Shelf, "forget_any", look_through)
    index = make_index(
        DRIVE,
        "doc:d#viewer@group:3#member",
        "doc:d#viewer@folder:f#viewer",
        *(f"group:big#member@user:u{n}" for n in range(big)),
    )
    assert not ask(index, subject="user:u1")
    assert not ask(index, subject="user:other")

    put(index, *(f"group:{n}#member@group:big#member" for n in range(200)))

    # One look at what is below, and where that is too much, one at what is kept of users.
    assert looked == ([1] if big == 5 else [1, -1])
    assert ask(index, subject="user:u1")
    assert not ask(index, subject="user:other")


def test_nothing_is_looked_up_where_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    index = make_index(DRIVE, "doc:d#viewer@group:top#member", "group:low#member@user:anne")
    monkeypatch.setattr(Closures, "_members", lambda *_: pytest.fail("looked up"))

    put(index, "group:top#member@group:low#member", "folder:a#parent@folder:b")

    assert len(index.compiled.closures) == 0
    assert ask(index)


def test_ways_that_break_at_several_places_at_once_are_forgotten() -> None:
    chain = ["doc:d#viewer@group:a#member", *(f"group:{x}#member@group:{y}#member" for x, y in ("ab", "bc", "cd"))]
    index = make_index(DRIVE, *chain, "group:d#member@user:anne")
    assert ask(index)

    drop(index, *chain[1:])
    assert not ask(index)

    put(index, *chain[1:])
    assert ask(index)

    schema = index.rules.schema
    moved = ["group:a#member@group:c#member", "group:x#member@group:d#member"]
    index.apply(9, [row(schema, each) for each in chain[1:3]], [row(schema, each) for each in moved])
    assert ask(index)
    drop(index, moved[0], chain[3])
    assert not ask(index)
