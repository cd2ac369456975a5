"""What our language has beyond OpenFGA's: hierarchies, permissions, policies, assertions."""

from __future__ import annotations

from app.authz.language.printer import print_model
from app.authz.language.text import parse_model
from app.authz.language.validate import find_problems
from app.authz.types import (
    Assertion,
    ConditionRef,
    Permission,
    Position,
    RelationTuple,
    TupleKey,
)

TEXT = """model
  schema 1.1

type user

type folder

type document
  relations
    define parent: [folder]
    define above: [document] hierarchy
    define owner: [user]
    define editor: [user, group#member with in_office] or owner
    define viewer: [user, user:*] or editor or viewer from above
  permissions
    define read: viewer
    define edit: editor policy business_hours

condition in_office(ip: ipaddress) {
  ip.in_cidr("10.0.0.0/8")
}

assertions
  given
    document:1#owner@user:anne
    document:1#editor@group:eng#member with in_office {"ip": "10.1.2.3"}
    document:1#editor@user:carl with policy:by-night
  check user:anne edit document:1 is true
  check user:bob read document:1 with {"ip": "10.1.2.3", "n": [1, -2.5, null]} is false
  given
  check user:bob read document:1 is undecided
"""


def test_the_canonical_text_is_printed_as_it_was_read() -> None:
    assert print_model(parse_model(TEXT)) == TEXT
    assert find_problems(parse_model(TEXT)) == []


def test_hierarchies_and_permissions() -> None:
    document = parse_model(TEXT).types[2]

    assert [relation.name for relation in document.relations if relation.is_hierarchy] == ["above"]
    assert document.permissions == (Permission("read", "viewer"), Permission("edit", "editor", "business_hours"))
    assert document.permissions[1].at == Position(17, 12)
    assert document.permissions[1].relation_at == Position(17, 18)


def test_given_tuples_hold_until_the_next_given() -> None:
    given = (
        RelationTuple(TupleKey("document", "1", "owner", "user", "anne")),
        RelationTuple(
            TupleKey("document", "1", "editor", "group", "eng", "member"), ConditionRef("in_office", {"ip": "10.1.2.3"})
        ),
        RelationTuple(TupleKey("document", "1", "editor", "user", "carl"), ConditionRef("policy:by-night")),
    )

    assertions = parse_model(TEXT).assertions

    assert assertions == (
        Assertion("user:anne", "edit", "document:1", True, given),
        Assertion("user:bob", "read", "document:1", False, given, {"ip": "10.1.2.3", "n": [1, -2.5, None]}),
        Assertion("user:bob", "read", "document:1", None),
    )
    assert [assertion.at for assertion in assertions] == [Position(28, 9), Position(29, 9), Position(31, 9)]


def test_permissions_need_no_relations_above_them_and_sections_come_in_any_order() -> None:
    text = (
        "model\n  schema 1.1\nassertions\n  check user:a x doc:1 is false\ncondition c() { true }\ntype doc\n"
        "  permissions\n    define x: y\nassertions\n  check user:b x doc:1 is true\n"
    )

    model = parse_model(text)

    assert model.types[0].permissions == (Permission("x", "y"),)
    assert [assertion.subject for assertion in model.assertions] == ["user:a", "user:b"]


def test_direct_types_may_stand_anywhere_and_lines_break_within_brackets() -> None:
    head = "model\n  schema 1.1\ntype user\ntype d\n  relations\n    define b: [user]\n"
    broken = head + "    define a: (\n b\n or\n [user]\n )\n"
    plain = head + "    define a: b or [user]\n"

    assert parse_model(broken) == parse_model(plain)
    assert find_problems(parse_model(broken)) == []


def test_ids_in_assertions_may_hold_signs() -> None:
    text = "model\n  schema 1.1\ntype given\nassertions\n  given\n    given:a:b@x#check@user:anne@example.com\n"
    text += "  check user:* check given:{} is true\n"

    [assertion] = parse_model(text).assertions

    assert assertion.given == (RelationTuple(TupleKey("given", "a:b@x", "check", "user", "anne@example.com")),)
    assert (assertion.subject, assertion.entity) == ("user:*", "given:{}")
