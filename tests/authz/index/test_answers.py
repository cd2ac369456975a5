"""Answers that are remembered: only where tuples alone decide, and no longer than they hold."""

from __future__ import annotations

from random import Random

import pytest

from app.authz.engine.index import Index, answers
from app.authz.engine.index import index as module
from app.authz.engine.index.plans import Compiled
from app.authz.engine.index.store import Store
from app.authz.engine.overlay import FactReader
from app.authz.engine.pending import Pending
from app.authz.engine.resolve import Ruleset, resolve
from app.authz.language.tuple_text import parse_tuple
from app.authz.rules import MAX_ID
from app.authz.types import Check, EntityRef, RelationTuple, SubjectRef
from tests.authz.index.support import drop, is_allowed, make_index, make_schema, put, row, said

FILES = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member]
type note
  relations
    define reader: [user]
type file
  relations
    define parent: [file]
    define owner: [user]
    define viewer: [user, user with is_open, group#member] or owner or viewer from parent
    define blocked: [user, group#member]
    define editor: [user, group#member] or editor from parent
    define writer: editor but not blocked
    define trusted: [user, file#writer]
  permissions
    define write: writer
    define guarded: editor policy checked
condition is_open(state: string) {
  state == "open"
}
"""
)


def ask(index: Index, action: str, *, subject: str = "anne", entity: str = "f", relation: str = "") -> None:
    index.check("user", subject, relation, action, "file", entity)


@pytest.mark.parametrize("action", ["owner", "editor", "writer", "write", "trusted"])
def test_what_tuples_alone_decide_is_remembered(action: str) -> None:
    index = make_index(FILES, "file:f#editor@user:anne")

    ask(index, action)
    ask(index, action)

    assert len(index.answers) == 1


@pytest.mark.parametrize("action", ["viewer", "guarded"])
def test_what_a_condition_or_policy_has_a_say_in_is_not(action: str) -> None:
    index = make_index(FILES, "file:f#editor@user:anne", "file:f#viewer@user:anne")

    ask(index, action)

    assert len(index.answers) == 0


@pytest.mark.parametrize(
    ("subject", "action", "entity", "expected"),
    [
        ("user:anne", "editor", "file:f", True),
        ("user:anne", "editor", "file:g", False),
        ("user:f", "editor", "file:anne", False),
        ("user:anne", "owner", "file:f", False),
        ("group:anne", "editor", "file:f", False),
        ("group:anne#member", "editor", "file:f", False),
        ("user:anne", "member", "group:f", False),
    ],
)
def test_other_questions_are_other_answers(subject: str, action: str, entity: str, *, expected: bool) -> None:
    index = make_index(FILES, "file:f#editor@user:anne", "group:g#member@user:anne")
    ask(index, "editor")
    ask(index, "editor", entity="g")

    assert is_allowed(index, subject, action, entity) is expected


def test_a_change_drops_what_rests_on_it_and_nothing_else() -> None:
    index = make_index(FILES, "file:f#editor@group:g#member", "group:g#member@user:anne", "note:n#reader@user:anne")
    ask(index, "write")
    index.check("user", "anne", "", "reader", "note", "n")

    put(index, "note:n#reader@user:bea")
    assert len(index.answers) == 1
    drop(index, "group:g#member@user:anne")
    assert len(index.answers) == 0


def test_other_models_drop_everything() -> None:
    index = make_index(FILES, "file:f#editor@user:anne")
    ask(index, "write")

    index.recompile(Ruleset(FILES))

    assert len(index.answers) == 0


def test_there_are_not_more_than_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST", 5)
    index = make_index(FILES, "file:f#editor@user:anne")

    for n in range(5 + 4 * 5):
        ask(index, "write", entity=f"e{n}")
    assert {asked[1] for asked in index.answers.known["file"]} == {f"e{n}" for n in range(5)}
    ask(index, "write", entity="other")

    assert {asked[1] for asked in index.answers.known["file"]} == {"other"}


@pytest.mark.parametrize("who", ["subject", "entity"])
def test_an_id_that_no_tuple_can_have_is_not_kept(who: str) -> None:
    index = make_index(FILES, "file:f#editor@user:anne")

    ask(index, "write", **{who: "e" * MAX_ID})
    assert len(index.answers) == 1
    ask(index, "write", **{who: "e" * (MAX_ID + 1)})

    assert len(index.answers) == 1


@pytest.mark.parametrize("seed", range(4))
async def test_answers_are_those_of_the_walk_while_everything_changes(seed: int) -> None:
    chance = Random(seed)
    users, groups, files = ("a", "b", "c"), ("g", "h"), ("1", "2", "3")
    facts = [f"group:{g}#member@user:{u}" for g in groups for u in (*users, "*")]
    facts += ["group:g#member@group:h#member", "file:2#parent@file:1", "file:3#parent@file:2"]
    facts += [f"file:{f}#{r}@group:{g}#member" for f in files for g in groups for r in ("editor", "blocked", "viewer")]
    facts += [f"file:{f}#{r}@user:{u}" for f in files for u in users for r in ("editor", "blocked", "owner", "viewer")]
    facts += [f"file:{f}#trusted@file:{other}#writer" for f in files for other in files]
    actions = ("owner", "editor", "writer", "viewer", "write", "blocked", "trusted")
    checks = [Check(SubjectRef("user", u), a, EntityRef("file", f)) for u in users for a in actions for f in files]
    index, present = make_index(FILES), dict[str, None]()
    for _ in range(60):
        fact = chance.choice(facts)
        if fact in present:
            del present[fact]
            drop(index, fact)
        else:
            present[fact] = None
            put(index, fact)
        asked = chance.sample(checks, 12)
        reader = FactReader([RelationTuple(parse_tuple(each)) for each in present])
        expected = await resolve(Ruleset(FILES), reader, asked)
        for _ in range(2):
            assert said(await index.check_many(asked)) == said(expected)


def test_the_first_policies_of_one_write_are_taken_in_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Compiled] = []

    class Counted(Compiled):
        def __init__(self, rules: Ruleset, store: Store) -> None:
            super().__init__(rules, store)
            made.append(self)

    monkeypatch.setattr(module, "Compiled", Counted)
    index = make_index(FILES, "file:f#editor@user:anne")
    ask(index, "write")
    made.clear()
    texts = [f"file:f#{relation}@user:bea" for relation in ("owner", "viewer", "editor", "blocked")]
    rows = [row(FILES, each)._replace(condition="policy:checked") for each in texts]

    index.apply(index.revision + 1, [], rows)

    assert len(made) == 1
    assert len(index.answers) == 0
    assert isinstance(index.check("user", "bea", "", "owner", "file", "f"), Pending)
