"""What differs between two versions of a model."""

from __future__ import annotations

from app.authz.language.diff import ModelDiff, PermissionChange, RelationChange, TypeChange, diff_models
from app.authz.language.text import parse_model
from app.authz.types import DirectType

OLD = """model
  schema 1.1

type user

type team

type doc
  relations
    define owner: [user]
    define editor: [user, team] or owner
    define viewer: editor
  permissions
    define read: viewer
    define edit: editor
    define share: owner

condition late() {
  true
}

condition early() {
  true
}
"""
NEW = """model
  schema 1.1

type user

type folder

type doc
  relations
    define owner: [user]
    define editor: [user, user:*] or owner
    define auditor: [user]
  permissions
    define edit: owner policy hours
    define share: owner
    define audit: auditor

condition late() {
  false
}
"""


def test_equal_models_do_not_differ() -> None:
    diff = diff_models(parse_model(OLD), parse_model(OLD.replace("\n\n", "\n")))

    assert diff == ModelDiff()


def test_what_was_added_removed_and_changed() -> None:
    diff = diff_models(parse_model(OLD), parse_model(NEW))

    assert diff.text
    assert (diff.added_types, diff.removed_types) == (("folder",), ("team",))
    assert (diff.added_conditions, diff.removed_conditions, diff.changed_conditions) == ((), ("early",), ("late",))
    assert diff.changed_types == (
        TypeChange(
            "doc",
            added_relations=("auditor",),
            removed_relations=("viewer",),
            changed_relations=(
                RelationChange(
                    "editor",
                    "define editor: [user, team] or owner",
                    "define editor: [user, user:*] or owner",
                    added_subjects=(DirectType("user", is_wildcard=True),),
                    removed_subjects=(DirectType("team"),),
                ),
            ),
            added_permissions=("audit",),
            removed_permissions=("read",),
            changed_permissions=(PermissionChange("edit", "define edit: editor", "define edit: owner policy hours"),),
        ),
    )


def test_the_text_shows_each_line() -> None:
    old = "model\n  schema 1.1\ntype user\ntype doc\n  relations\n    define a: [user]\n"

    diff = diff_models(parse_model(old), parse_model(old + "    define b: a\n"))

    assert diff.text == (
        "--- before\n+++ after\n@@ -6,3 +6,4 @@\n type doc\n   relations\n     define a: [user]\n+    define b: a"
    )


def test_order_and_assertions_are_in_the_text_only() -> None:
    old = "model\n  schema 1.1\ntype user\n  relations\n    define a: [user]\n    define b: [user]\n"
    new = "model\n  schema 1.1\ntype user\n  relations\n    define b: [user]\n    define a: [user]\n"
    new += "assertions\n  check user:x a user:y is false\n"

    diff = diff_models(parse_model(old), parse_model(new))

    assert diff == ModelDiff(text=diff.text)
    assert "+  check user:x a user:y is false" in diff.text
