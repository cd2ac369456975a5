"""Models as JSON: our form, the older one of a single type, OpenFGA's; and what is said of documents that are none."""

from __future__ import annotations

from typing import Any

import pytest

from app.authz.language.json_form import model_from_json, model_to_json, model_to_openfga
from app.authz.language.problems import ModelProblems
from app.authz.language.text import parse_model
from tests.authz.language.support import HEAD

DEFAULT = "[user, apikey, client, group#member]"


def test_our_form() -> None:
    document = {
        "types": {
            "folder": {},
            "document": {
                "relations": {
                    "owner": {"subjects": ["user"]},
                    "editor": {"subjects": ["user", "group#member"], "implies": ["viewer"]},
                    "viewer": {"subjects": ["user:*", "user with in_office"], "rewrite": "owner or viewer from parent"},
                    "parent": {"subjects": ["folder", "document"], "hierarchy": True},
                    "auditor": {},
                    "can_x": {"rewrite": "viewer from parent and (owner but not [user])"},
                    "can_y": {"subjects": ["user"], "rewrite": "viewer and owner"},
                },
                "permissions": {"read": {"relation": "viewer", "policy": "business_hours"}, "edit": "editor"},
            },
        },
        "conditions": {
            "in_office": {"parameters": {"ip": "ipaddress", "n": "list<map<int>>"}, "expression": "ip != '' # no"}
        },
        "assertions": [
            {
                "subject": "user:anne",
                "action": "read",
                "entity": "document:1",
                "expected": None,
                "given": [
                    "document:1#owner@user:anne",
                    {"tuple": "document:1#viewer@user:bob", "condition": "in_office", "context": {"ip": "::1"}},
                ],
                "context": {"n": [1]},
            }
        ],
    }

    assert model_from_json(document) == parse_model(
        f"""model
  schema 1.1
type folder
type document
  relations
    define owner: [user]
    define editor: [user, group#member]
    define viewer: [user:*, user with in_office] or owner or viewer from parent or editor
    define parent: [folder, document] hierarchy
    define auditor: {DEFAULT}
    define can_x: viewer from parent and (owner but not [user])
    define can_y: [user] or (viewer and owner)
  permissions
    define read: viewer policy business_hours
    define edit: editor
condition in_office(ip: ipaddress, n: list<map<int>>) {{ ip != '' }}
assertions
  given
    document:1#owner@user:anne
    document:1#viewer@user:bob with in_office {{"ip": "::1"}}
  check user:anne read document:1 with {{"n": [1]}} is undecided
"""
    )


def test_the_older_form_of_one_type() -> None:
    document = {
        "relations": {"viewer": {}, "editor": {"union": ["viewer"]}, "admin": {"union": ["editor"]}},
        "permissions": {"read": {"relation": "viewer"}, "edit": {"relation": "editor", "policy": None}},
    }

    assert model_from_json(document, type_name="invoice") == parse_model(
        f"""model
  schema 1.1
type invoice
  relations
    define viewer: {DEFAULT} or editor
    define editor: {DEFAULT} or admin
    define admin: {DEFAULT}
  permissions
    define read: viewer
    define edit: editor
"""
    )


def test_the_form_of_openfgas_api() -> None:
    document: dict[str, Any] = {
        "id": "01HVMMBCMGZNT3SED4CT2KA89Q",
        "schema_version": "1.1",
        "type_definitions": [
            {"type": "user", "relations": {}, "metadata": None},
            {
                "type": "doc",
                "relations": {
                    "parent": {"this": {}},
                    "owner": {"this": {}},
                    "viewer": {
                        "union": {
                            "child": [
                                {"this": {}},
                                {"computedUserset": {"object": "", "relation": "owner"}},
                                {
                                    "tupleToUserset": {
                                        "tupleset": {"relation": "parent"},
                                        "computedUserset": {"relation": "viewer"},
                                    }
                                },
                            ]
                        }
                    },
                    "both": {
                        "difference": {
                            "base": {
                                "intersection": {
                                    "child": [
                                        {"computed_userset": {"relation": "owner"}},
                                        {"computedUserset": {"relation": "viewer"}},
                                    ]
                                }
                            },
                            "subtract": {"union": {"child": [{"computedUserset": {"relation": "parent"}}]}},
                        }
                    },
                },
                "metadata": {
                    "relations": {
                        "parent": {"directly_related_user_types": [{"type": "doc", "condition": ""}]},
                        "owner": {"directly_related_user_types": [{"type": "user", "condition": "late"}]},
                        "viewer": {
                            "directly_related_user_types": [
                                {"type": "user", "wildcard": {}},
                                {"type": "doc", "relation": "owner"},
                            ]
                        },
                        "both": {"directly_related_user_types": []},
                    },
                    "module": "core",
                },
            },
        ],
        "conditions": {
            "late": {
                "name": "late",
                "expression": "t > 1 && {'a': 1}.a == 1",
                "parameters": {
                    "t": {"type_name": "TYPE_NAME_INT"},
                    "l": {"type_name": "TYPE_NAME_LIST", "generic_types": [{"type_name": "TYPE_NAME_STRING"}]},
                },
            }
        },
    }

    assert model_from_json(document) == parse_model(
        HEAD
        + """    define parent: [doc]
    define owner: [user with late]
    define viewer: [user:*, doc#owner] or owner or viewer from parent
    define both: (owner and viewer) but not parent
condition late(t: int, l: list<string>) { t > 1 && {'a': 1}.a == 1 }
"""
    )


def test_permissions_become_relations_for_openfga() -> None:
    model = parse_model(
        HEAD + "    define viewer: [user with c]\n  permissions\n    define read: viewer policy hours\n"
    )

    assert model_to_openfga(model) == {
        "schema_version": "1.1",
        "type_definitions": [
            {"type": "user", "relations": {}, "metadata": None},
            {
                "type": "doc",
                "relations": {"viewer": {"this": {}}, "read": {"computedUserset": {"relation": "viewer"}}},
                "metadata": {
                    "relations": {
                        "viewer": {"directly_related_user_types": [{"type": "user", "condition": "c"}]},
                        "read": {"directly_related_user_types": []},
                    }
                },
            },
        ],
    }


def test_our_form_is_written_with_subjects_apart_where_they_stand_first() -> None:
    text = HEAD + (
        "    define a: [user]\n    define b: [user, doc#b] or a\n    define c: [user] or (a and b)\n"
        "    define d: [user] or (a or b)\n    define e: [user] and a\n    define p: [doc] hierarchy\n"
    )

    assert model_to_json(parse_model(text)) == {
        "types": {
            "user": {},
            "doc": {
                "relations": {
                    "a": {"subjects": ["user"]},
                    "b": {"subjects": ["user", "doc#b"], "rewrite": "a"},
                    "c": {"subjects": ["user"], "rewrite": "a and b"},
                    "d": {"rewrite": "[user] or (a or b)"},
                    "e": {"rewrite": "[user] and a"},
                    "p": {"subjects": ["doc"], "hierarchy": True},
                }
            },
        }
    }


def relations(**found: object) -> dict[str, object]:
    return {"types": {"doc": {"relations": found}}}


def assertion(**changed: object) -> dict[str, object]:
    found = {"subject": "user:a", "action": "b", "entity": "c:d", "expected": True} | changed
    return {"types": {}, "assertions": [{name: value for name, value in found.items() if value != "-"}]}


def openfga(rewrite: object, **metadata: object) -> dict[str, object]:
    return {"type_definitions": [{"type": "doc", "relations": {"a": rewrite}, "metadata": metadata}]}


FIELDS = "expected `subjects`, `rewrite`, `implies`, `union`, `hierarchy`"
KINDS = "`this`, `computedUserset`, `tupleToUserset`, `union`, `intersection`, `difference`"
BOTH = {"type": "x", "relation": "r", "wildcard": {}}
SUBJECT = "Expected one type such as `user`, `user:*`, `group#member` or `user with condition`."


@pytest.mark.parametrize(
    ("document", "code", "message", "hint"),
    [
        ([], "shape", "Expected an object, found a list.", None),
        (None, "shape", "Expected an object, found null.", None),
        ({}, "shape", "Expected `types`, or `type_definitions` as OpenFGA writes them.", None),
        (
            {"relations": {}},
            "shape",
            "This form is of one type and does not say its name; expected `types`.",
            None,
        ),
        (
            {"types": {}, "conditons": {}},
            "shape",
            "conditons: There is no field `conditons`; expected `types`, `conditions`, `assertions`.",
            "Did you mean `conditions`?",
        ),
        ({"types": {"a b": {}}}, "name", "types.a b: `a b` cannot name a type.", None),
        ({"types": {"from": {}}}, "name", "types.from: `from` cannot name a type.", None),
        (
            relations(a={"subject": ["user"]}),
            "shape",
            f"types.doc.relations.a.subject: There is no field `subject`; {FIELDS}.",
            "Did you mean `subjects`?",
        ),
        (
            relations(a={"subjects": "user"}),
            "shape",
            "types.doc.relations.a.subjects: Expected a list, found a string.",
            None,
        ),
        (
            relations(a={"subjects": ["user", 1]}),
            "shape",
            "types.doc.relations.a.subjects[1]: Expected a string, found a number.",
            None,
        ),
        (
            relations(a={"subjects": ["user, group"]}),
            "shape",
            f"types.doc.relations.a.subjects[0]: {SUBJECT}",
            None,
        ),
        (
            relations(a={"subjects": ["user] or [group"]}),
            "shape",
            f"types.doc.relations.a.subjects[0]: {SUBJECT}",
            None,
        ),
        (
            relations(a={"subjects": []}),
            "no_types",
            "types.doc.relations.a.subjects: Expected at least one type.",
            None,
        ),
        (
            relations(a={"rewrite": "b form c"}),
            "syntax",
            "types.doc.relations.a.rewrite: Line 1, column 3: Found `form`; expected `and`, `but not`, `from`, `or` or "
            "the end of the line.",
            "Did you mean `from`?",
        ),
        (
            relations(a={"subjects": ["user"], "rewrite": "b or [user]"}),
            "shape",
            "types.doc.relations.a.rewrite: Expected a rewrite without `[…]`, because `subjects` stands beside it.",
            None,
        ),
        (
            relations(viewer={}, editor={"implies": ["veiwer"]}),
            "unknown_relation",
            "types.doc.relations.editor.implies[0]: `editor` cannot imply `veiwer`: there is no such other relation.",
            "Did you mean `viewer`?",
        ),
        (
            relations(a={"implies": ["a"]}),
            "unknown_relation",
            "types.doc.relations.a.implies[0]: `a` cannot imply `a`: there is no such other relation.",
            None,
        ),
        (
            relations(a={"hierarchy": "yes"}),
            "shape",
            "types.doc.relations.a.hierarchy: Expected true or false, found a string.",
            None,
        ),
        (
            {"types": {"doc": {"permissions": {"read": {}}}}},
            "shape",
            "types.doc.permissions.read: Expected `relation`, the relation that the permission needs.",
            None,
        ),
        (
            {"types": {"doc": {"permissions": {"read": {"relation": "a", "policy": "x y"}}}}},
            "name",
            "types.doc.permissions.read.policy: `x y` cannot name a policy.",
            None,
        ),
        (
            {"types": {}, "conditions": {"c": {"parameters": {"x": "list<"}, "expression": "x"}}},
            "shape",
            "conditions.c.parameters.x: Expected a type such as `string` or `list<int>`.",
            None,
        ),
        (
            {"types": {}, "conditions": {"c": {"parameters": {"1": "int"}, "expression": "x"}}},
            "name",
            "conditions.c.parameters[1]: `1` cannot name a parameter.",
            None,
        ),
        ({"types": {}, "conditions": {"c": {}}}, "shape", "conditions.c: Expected `expression`, the CEL text.", None),
        (
            {"types": {}, "conditions": {"c": {"expression": "x == 'a"}}},
            "syntax",
            "conditions.c.expression: This string is not closed.",
            "Expected another `'` on the same line.",
        ),
        (assertion(entity="-"), "shape", "assertions[0]: Expected `entity`.", None),
        (
            assertion(subject="anne"),
            "shape",
            "assertions[0].subject: Expected a subject such as `user:anne`, `user:*` or `group:eng#member`.",
            None,
        ),
        (assertion(entity="d"), "shape", "assertions[0].entity: Expected an entity such as `document:1`.", None),
        (
            assertion(expected="true"),
            "shape",
            "assertions[0].expected: Expected true or false, found a string.",
            None,
        ),
        (
            assertion(given=["doc:1#owner"]),
            "shape",
            "assertions[0].given[0]: Expected a tuple such as `document:1#owner@user:anne`.",
            None,
        ),
        (
            assertion(given=[{"tuple": "a:b#c@d:e", "context": {}}]),
            "shape",
            "assertions[0].given[0].context: A context belongs to a condition, and there is none.",
            None,
        ),
        (assertion(given=[{"condition": "c"}]), "shape", "assertions[0].given[0]: Expected `tuple`.", None),
        (
            assertion(context={"x": float("nan")}),
            "shape",
            "assertions[0].context.x: Infinity and NaN are no JSON numbers.",
            None,
        ),
        (
            assertion(context={"x": ["\ud800"]}),
            "character",
            "assertions[0].context.x: NUL and halves of surrogate pairs cannot be stored.",
            None,
        ),
        (
            assertion(context={"x": {1, 2}}),
            "shape",
            "assertions[0].context.x: Expected a JSON value, found a Python set.",
            None,
        ),
        (
            {"schema_version": "1.0", "type_definitions": []},
            "version",
            "schema_version: Only schema 1.1 is supported.",
            None,
        ),
        ({"type_definitions": [{}]}, "shape", "type_definitions[0]: Expected `type`, the name.", None),
        (
            openfga({"this": {}}),
            "no_types",
            "type_definitions[0].relations.a.this: `this` needs `directly_related_user_types` in the metadata.",
            None,
        ),
        (openfga({}), "shape", f"type_definitions[0].relations.a: Expected exactly one of {KINDS}.", None),
        (
            openfga({"union": {"child": []}}),
            "shape",
            "type_definitions[0].relations.a.union: Expected at least one `child`.",
            None,
        ),
        (
            openfga({"difference": {"base": {}}}),
            "shape",
            "type_definitions[0].relations.a.difference: Expected `base` and `subtract`.",
            None,
        ),
        (
            openfga({"tupleToUserset": {"tupleset": {"relation": "p"}}}),
            "shape",
            "type_definitions[0].relations.a.tupleToUserset: Expected `tupleset` and `computedUserset`.",
            None,
        ),
        (
            openfga({"computedUserset": {}}),
            "shape",
            "type_definitions[0].relations.a.computedUserset: Expected `relation`.",
            None,
        ),
        (
            openfga({"this": {}}, relations={"a": {"directly_related_user_types": [BOTH]}}),
            "shape",
            "type_definitions[0].metadata.relations.a.directly_related_user_types[0]: A type has a `relation` or a "
            "`wildcard`, not both.",
            None,
        ),
    ],
)  # fmt: skip
def test_a_document_that_is_no_model(document: object, code: str, message: str, hint: str | None) -> None:
    with pytest.raises(ModelProblems) as caught:
        model_from_json(document)

    [problem] = caught.value.problems
    assert (problem.code, problem.message, problem.hint) == (f"authz_model_{code}", message, hint)
    assert problem.position is None
    if ":" in message.split(" ")[0]:
        assert message.startswith(problem.field[0])
