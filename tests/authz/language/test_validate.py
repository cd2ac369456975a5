"""What is wrong with models whose form is right: each kind of problem, its place and its words."""

from __future__ import annotations

import pytest

from app.authz.language.problems import ModelProblem
from app.authz.language.text import parse_model
from app.authz.language.validate import find_problems
from app.authz.types import (
    Assertion,
    Condition,
    Direct,
    DirectType,
    Model,
    Permission,
    Relation,
    TypeDefinition,
)
from tests.authz.language.support import HEAD, places, problems_of

MOVE = "Move the recursion into a relation of its own, made of `or` only."
PERHAPS = "Perhaps a `[user]` is missing."


@pytest.mark.parametrize(
    ("definitions", "place", "reason", "hint"),
    [
        (
            "    define a: [usr]\n",
            ("unknown_type", 6, 16),
            "There is no type `usr`.",
            "Did you mean `user`?",
        ),
        ("    define a: [robot]\n", ("unknown_type", 6, 16), "There is no type `robot`.", None),
        (
            "    define viewer: [user]\n    define b: [user] or veiwer\n",
            ("unknown_relation", 7, 25),
            "`doc` has no relation `veiwer`.",
            "Did you mean `viewer`?",
        ),
        (
            "    define a: [user, group#members]\n",
            ("unknown_relation", 6, 22),
            "`group` has no relation `members`.",
            "Did you mean `member`?",
        ),
        (
            "    define a: [user] or x from parnt\n    define parent: [doc]\n",
            ("unknown_relation", 6, 32),
            "`doc` has no relation `parnt`.",
            "Did you mean `parent`?",
        ),
        (
            "    define parent: [user, doc]\n    define viewer: [user] or veiwer from parent\n",
            ("unknown_relation", 7, 30),
            "No type that `doc#parent` leads to (`user`, `doc`) has a relation `veiwer`.",
            "Did you mean `viewer`?",
        ),
        (
            "    define a: [user]\n    define b: [user] or read\n  permissions\n    define read: a\n",
            ("unknown_relation", 7, 25),
            "`read` is a permission of `doc`; name the relation that it needs.",
            None,
        ),
        (
            "    define viewer: [user]\n  permissions\n    define read: viewers\n",
            ("unknown_relation", 8, 18),
            "`doc` has no relation `viewers`.",
            "Did you mean `viewer`?",
        ),
        (
            "    define viewer: [user]\n  permissions\n    define read: viewer\n    define get: read\n",
            ("unknown_relation", 9, 17),
            "`read` is a permission of `doc`; name the relation that it needs.",
            None,
        ),
        (
            "    define viewer: [user]\n  permissions\n    define viewer: viewer\n",
            ("name_taken", 8, 12),
            "`doc` has a relation `viewer` already; a permission needs another name.",
            None,
        ),
        (
            "    define viewer: [user]\n  permissions\n    define read: viewer policy Office\n",
            ("policy_name", 8, 18),
            "`Office` cannot name a policy: a small letter, then those, digits, `_` and `-`.",
            None,
        ),
        (
            "    define a: [user]\n    define a: [user]\n",
            ("duplicate", 7, 12),
            "`doc` defines the relation `a` already in line 6.",
            None,
        ),
        (
            "    define a: [user]\ntype doc\n",
            ("duplicate", 7, 6),
            "The model defines the type `doc` already in line 4.",
            None,
        ),
        (
            "    define a: [user]\n  permissions\n    define b: a\n    define b: a\n",
            ("duplicate", 9, 12),
            "`doc` defines the permission `b` already in line 8.",
            None,
        ),
        (
            "    define a: [user with c]\ncondition c() { true }\ncondition c() { true }\n",
            ("duplicate", 8, 17),
            "The model defines the condition `c` already in line 7.",
            None,
        ),
        (
            "    define a: [user with c]\ncondition c(x: int, x: int) { x > 1 }\n",
            ("duplicate", 7, 21),
            "`c` defines the parameter `x` already in line 7.",
            None,
        ),
        (
            "    define a: [user with in_ofice]\n    define b: [user with in_office]\ncondition in_office() { true }\n",
            ("unknown_condition", 6, 16),
            "There is no condition `in_ofice`.",
            "Did you mean `in_office`?",
        ),
        (
            "    define a: [user with c]\ncondition c(x: itn) { x > 1 }\n",
            ("parameter_type", 7, 13),
            "A parameter of `c` has the type `itn`, which there is not.",
            "Did you mean `int`?",
        ),
        (
            "    define a: [user with c]\ncondition c(x: list) { x == [] }\n",
            ("parameter_type", 7, 13),
            "A parameter of `c` is a `list` of nothing; say of what, as in `list<string>`.",
            None,
        ),
        (
            "    define a: [user with c]\ncondition c(x: list<int<string>>) { true }\n",
            ("parameter_type", 7, 13),
            "A parameter of `c` is a `int<string>`, but a `int` has no items.",
            None,
        ),
        (
            "    define a: [user with c]\ncondition c(a-b: int) { true }\n",
            ("name", 7, 13),
            "`a-b` cannot name a parameter: letters, digits and `_`, at most 50, no digit first.",
            None,
        ),
        (
            "    define a: [doc]\n    define p: [doc] or a\n    define v: [user] or v from p\n",
            ("tupleset", 8, 32),
            "`from` follows stored tuples only, but `doc#p` is more than `[…]`.",
            None,
        ),
        (
            "    define p: [doc, doc#p]\n    define v: [user] or v from p\n",
            ("tupleset", 7, 32),
            "`from` follows single entities only, but `doc#p` allows `doc#p`.",
            None,
        ),
        (
            "    define p: [doc, doc:*]\n    define v: [user] or v from p\n",
            ("tupleset", 7, 32),
            "`from` follows single entities only, but `doc#p` allows `doc:*`.",
            None,
        ),
        (
            "    define a: [user] hierarchy\n",
            ("hierarchy", 6, 12),
            "`doc#a` is no hierarchy: no tuple of it can lead to another.",
            "Expected `doc` or `doc#a` in its `[ ]`.",
        ),
        (
            "    define b: [user]\n    define a: [doc:*, doc#b, user] hierarchy\n",
            ("hierarchy", 7, 12),
            "`doc#a` is no hierarchy: no tuple of it can lead to another.",
            "Expected `doc` or `doc#a` in its `[ ]`.",
        ),
        (
            "    define a: [user] or [group]\n",
            ("direct_twice", 6, 25),
            "`doc#a` lists types twice; put them into one pair of `[ ]`.",
            None,
        ),
        (
            "    define self: [user]\n",
            ("reserved_name", 6, 12),
            "`self` is reserved and cannot name a relation.",
            None,
        ),
        (
            "    define a: [user]\ntype this\n",
            ("reserved_name", 7, 6),
            "`this` is reserved and cannot name a type.",
            None,
        ),
        (
            f"    define {'a' * 51}: [user]\n",
            ("name", 6, 12),
            "The name of this relation has 51 characters; at most 50 may be.",
            None,
        ),
        (
            f"    define a: [user]\ntype {'a' * 255}\n",
            ("name", 7, 6),
            "The name of this type has 255 characters; at most 254 may be.",
            None,
        ),
        (
            "    define a: [doc#a]\n",
            ("never_holds", 6, 12),
            "Nobody can ever be `a` of a `doc`: no type of subject leads to it.",
            PERHAPS,
        ),
        (
            "    define p: [doc]\n    define v: v from p\n",
            ("never_holds", 7, 12),
            "Nobody can ever be `v` of a `doc`: no type of subject leads to it.",
            PERHAPS,
        ),
        (
            "    define a: [user]\n    define v: [user, doc#v] and a\n",
            ("recursion_and", 7, 22),
            "`doc#v` is needed by `doc#v` and depends on itself: recursion through `and`.",
            MOVE,
        ),
        (
            "    define a: [user]\n    define p: [doc]\n    define v: [user] or (v from p and a)\n",
            ("recursion_and", 8, 26),
            "`doc#v` is needed by `doc#v` and depends on itself: recursion through `and`.",
            MOVE,
        ),
        (
            "    define a: [user] but not b\n    define b: [user, doc#a]\n",
            ("recursion_but_not", 6, 30),
            "`doc#b` is subtracted from `doc#a` and depends on `doc#a` in turn: recursion through `but not`.",
            MOVE,
        ),
    ],
)
def test_a_model_that_makes_no_sense(
    definitions: str, place: tuple[str, int, int], reason: str, hint: str | None
) -> None:
    [problem] = problems_of(definitions)

    assert places([problem]) == [place]
    assert (problem.reason, problem.hint, problem.is_warning) == (reason, hint, False)
    assert problem.message == f"Line {place[1]}, column {place[2]}: {reason}"


@pytest.mark.parametrize(
    ("definitions", "place", "reason"),
    [
        (
            "    define a: [user]\ncondition c() { true }\n",
            ("unused_condition", 7, 17),
            "The condition `c` is not used.",
        ),
        ("    define a: [user, user]\n", ("repeated", 6, 22), "`doc#a` lists `user` twice."),
        (
            "    define a: [user]\n    define b: a or (a and a)\n",
            ("repeated", 7, 27),
            "`doc#b` names the same thing twice beside one operator.",
        ),
    ],
)
def test_what_is_allowed_and_hardly_meant_is_a_warning(
    definitions: str, place: tuple[str, int, int], reason: str
) -> None:
    [problem] = problems_of(definitions)

    assert places([problem]) == [place]
    assert (problem.reason, problem.is_warning) == (reason, True)
    assert problem.render("m.fga").startswith(f"m.fga:{place[1]}:{place[2]}: warning: ")


@pytest.mark.parametrize(
    ("lines", "place", "reason", "hint"),
    [
        (
            "  check user:anne edti doc:1 is true\n",
            ("unknown_relation", 11, 9),
            "`doc` has neither a permission nor a relation `edti`.",
            "Did you mean `edit`?",
        ),
        (
            "  check user:a edit dco:1 is true\n",
            ("unknown_type", 11, 9),
            "There is no type `dco`.",
            "Did you mean `doc`?",
        ),
        (
            "  check usr:a edit doc:1 is true\n",
            ("unknown_type", 11, 9),
            "There is no type `usr`.",
            "Did you mean `user`?",
        ),
        (
            "  check group:g#membr edit doc:1 is true\n",
            ("unknown_relation", 11, 9),
            "`group` has no relation `membr`.",
            "Did you mean `member`?",
        ),
        (
            "  given\n    doc:1#onwer@user:a\n  check user:a edit doc:1 is true\n",
            ("unknown_relation", 13, 9),
            "The given tuple `doc:1#onwer@user:a` names the relation `onwer`, which `doc` has not.",
            "Did you mean `owner`?",
        ),
        (
            "  given\n    doc:1#owner@user:*\n  check user:a edit doc:1 is true\n  check user:b edit doc:1 is true\n",
            ("assertion_tuple", 13, 9),
            "The model does not allow the given tuple `doc:1#owner@user:*`.",
            "`doc#owner` takes [user with late].",
        ),
        (
            "  given\n    doc:1#owner@user:a\n  check user:a edit doc:1 is true\n",
            ("assertion_tuple", 13, 9),
            "The model does not allow the given tuple `doc:1#owner@user:a`.",
            "`doc#owner` takes [user with late].",
        ),
        (
            "  given\n    doc:1#editor@user:a\n  check user:a edit doc:1 is true\n",
            ("assertion_tuple", 13, 9),
            "The model does not allow the given tuple `doc:1#editor@user:a`.",
            "That relation takes no tuples.",
        ),
    ],
)
def test_an_assertion_that_asks_what_the_model_has_no_words_for(
    lines: str, place: tuple[str, int, int], reason: str, hint: str
) -> None:
    text = HEAD + (
        "    define owner: [user with late]\n    define editor: owner\n  permissions\n    define edit: editor\n"
        "assertions\n"
    )

    [problem] = find_problems(parse_model(text + lines + "condition late() { true }\n"))

    assert places([problem]) == [place]
    assert (problem.reason, problem.hint) == (reason, hint)


def test_given_tuples_of_types_that_are_there_already_are_fine() -> None:
    text = HEAD + (
        "    define viewer: [user, group#member, user:*]\nassertions\n  given\n    group:g#member@user:a\n"
        "    doc:1#viewer@group:g#member\n    doc:1#viewer@user:*\n  check group:g#member viewer doc:1 is true\n"
    )

    assert find_problems(parse_model(text)) == []


def test_loops_of_relations_never_hold() -> None:
    assert places(problems_of("    define a: b\n    define b: c or d\n    define c: a\n    define d: d\n")) == [
        ("never_holds", 6, 12),
        ("never_holds", 7, 12),
        ("never_holds", 8, 12),
        ("never_holds", 9, 12),
    ]
    assert places(problems_of("    define a: [user]\n    define b: a and c\n    define c: [doc#c] but not a\n")) == [
        ("never_holds", 7, 12),
        ("never_holds", 8, 12),
    ]


def test_recursion_through_or_and_from_is_fine() -> None:
    text = (
        "    define p: [doc] hierarchy\n    define above: [doc, doc#above] hierarchy\n    define a: [user] or b\n"
        "    define b: [user, doc#b, group#member] or a or c from p\n    define c: [user] or c from p\n"
        "    define banned: [user]\n    define d: c but not banned\n    define e: ([user, doc#e] or d) but not banned\n"
    )

    assert problems_of(text) == []


def test_recursion_leads_over_other_types_too() -> None:
    text = HEAD + (
        "    define owner: [folder]\n    define banned: [user] or banned from owner\n"
        "    define viewer: [user] but not banned\n"
        "type folder\n  relations\n    define of: [doc]\n    define banned: [user] or viewer from of\n"
    )

    [problem] = find_problems(parse_model(text))

    assert places([problem]) == [("recursion_but_not", 8, 35)]
    assert problem.reason.startswith("`doc#banned` is subtracted from `doc#viewer` and depends on `doc#viewer` in turn")


def test_a_target_on_some_of_the_types_suffices() -> None:
    assert problems_of("    define p: [user, doc, group]\n    define v: [user] or v from p or member from p\n") == []


def test_types_known_besides_are_what_the_caller_says() -> None:
    model = parse_model(HEAD + "    define a: [user, team#lead, group#member]\n")

    assert places(find_problems(model, known_types={"team": ("lead",)})) == [("unknown_type", 6, 33)]


def test_a_type_defined_in_the_model_replaces_the_known_one() -> None:
    text = HEAD + "    define a: [group#member, group#lead]\ntype group\n  relations\n    define lead: [user]\n"

    [problem] = find_problems(parse_model(text))

    assert problem.reason == "`group` has no relation `member`."


def test_conditions_are_tested_by_whoever_can() -> None:
    text = HEAD + "    define a: [user with c, user with d]\ncondition c() { 1 + }\ncondition d() { true }\n"

    def check(condition: Condition) -> ModelProblem | None:
        if condition.expression == "true":
            return None
        return ModelProblem("authz_model_condition", "This is no CEL.", position=condition.at)

    problems = find_problems(parse_model(text), check_condition=check)

    assert places(problems) == [("condition", 7, 17)]


def test_everything_is_reported_at_once_from_top_to_bottom() -> None:
    text = HEAD + (
        "    define viewer: [user] or editr\n    define editor: [usr]\n    define editor: [user, user]\n"
        "  permissions\n    define read: veiwer\ncondition unused(x: strin) { true }\n"
    )

    problems = [problem.show_in(text) for problem in find_problems(parse_model(text))]

    assert places(problems) == [
        ("unknown_relation", 6, 30),
        ("unknown_type", 7, 21),
        ("duplicate", 8, 12),
        ("repeated", 8, 27),
        ("unknown_relation", 10, 18),
        ("parameter_type", 11, 18),
        ("unused_condition", 11, 30),
    ]
    assert problems[0].render() == (
        "model:6:30: error: `doc` has no relation `editr`.\n    define viewer: [user] or editr\n"
        "                             ^\nDid you mean `editor`?"
    )


def test_models_that_no_reader_made() -> None:
    model = Model(
        (
            TypeDefinition(
                "doc",
                (Relation("from", Direct(())), Relation("a b", Direct((DirectType("user"),)))),
                (Permission("read", "a b"),),
            ),
        ),
        assertions=(Assertion("anne", "read", "doc:1", True),),
    )

    problems = find_problems(model)

    assert [(each.code.removeprefix("authz_model_"), each.reason) for each in problems] == [
        ("reserved_name", "`from` is a word of the language and cannot name a relation."),
        ("name", "`a b` cannot name a relation: letters, digits, `_`, `-`, `.` and `/`, first a letter or `_`."),
        ("no_types", "`doc#from` has `[ ]` without a type."),
        ("assertion", "`anne` is not of the form `type:id`."),
    ]
    assert places(find_problems(Model(tuple(TypeDefinition(f"t{n}") for n in range(501))))) == [("too_many", 0, 0)]
