"""Models of OpenFGA: its published ones, and whatever its grammar allows."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from app.authz.language.json_form import model_from_json, model_to_openfga
from app.authz.language.printer import print_model
from app.authz.language.text import parse_model
from app.authz.language.validate import find_problems
from app.authz.types import (
    Arrow,
    Computed,
    Direct,
    DirectType,
    Exclusion,
    Intersection,
    Parameter,
    ParameterType,
    Union,
)
from tests.authz.language.support import HEAD, PUBLISHED

FILES = ("consolidated_1_1_tests.yaml", "abac_tests.yaml")
# OpenFGA takes these and answers "denied" where the recursion bites; here recursion through `and` and `but not` is
# refused when a model is saved, because its answer would depend on where one begins to read.
RECURSIVE = {
    ("list_objects_expands_wildcard_tuple", 2): {"recursion_and", "recursion_but_not"},
    ("list_objects_with_subcheck_encounters_cycle", 0): {"recursion_and"},
    ("true_butnot_cycle_return_false", 0): {"recursion_but_not"},
    ("false_butnot_cycle_return_false", 0): {"recursion_but_not"},
    ("cycle_and_cycle_return_false", 0): {"recursion_and"},
    ("cycle_and_true_return_false", 0): {"recursion_and"},
}


@cache
def published() -> list[tuple[tuple[str, int], str]]:
    """Name, number of the stage and model, of each stage of each test."""
    if not all((PUBLISHED / name).is_file() for name in FILES):
        pytest.skip(f"the published test matrices are not in {PUBLISHED}")
    tests: list[dict[str, Any]] = []
    for name in FILES:
        tests += yaml.safe_load((PUBLISHED / name).read_text("utf-8"))["tests"]
    assert len(tests) == 160
    return [((test["name"], n), stage["model"]) for test in tests for n, stage in enumerate(test["stages"])]


@pytest.mark.shared_data
def test_every_published_model_is_read_and_printed_without_loss() -> None:
    models = [(key, parse_model(text)) for key, text in published()]

    assert [key for key, model in models if parse_model(print_model(model)) != model] == []
    assert [key for key, model in models if model_from_json(model_to_openfga(model)) != model] == []


@pytest.mark.shared_data
def test_every_published_model_makes_sense_but_for_recursion_through_and_and_but_not() -> None:
    found = {}
    for key, text in published():
        if problems := find_problems(parse_model(text)):
            found[key] = {problem.code.removeprefix("authz_model_") for problem in problems}

    assert found == RECURSIVE


def test_odd_spacing_comments_and_line_ends_do_not_matter() -> None:
    plain = HEAD + "    define a: [user, doc#a] or b\n    define b: [user]\n"
    odd = (
        "\n\n# first\n   model  # here\n\t# and\n schema\t1.1   \n\n\n type   user\t# who\ntype doc\n# of it\n"
        "relations\n\n"
        "   define   a  :[ user,\n      doc#a   # member\n   ]   or\tb   # end\n# b\ndefine b:[user]\n\n   # last"
    )

    assert parse_model(odd) == parse_model(plain)
    assert parse_model(odd.replace("\n", "\r\n")) == parse_model(plain)
    assert parse_model(odd.replace("\n", "\r")) == parse_model(plain)
    assert parse_model("\ufeff" + odd) == parse_model(plain)


def test_a_model_may_hold_nothing_and_a_type_no_relations() -> None:
    assert parse_model("model\n  schema 1.1").types == ()
    assert [kind.relations for kind in parse_model("model\n  schema 1.1\ntype user\ntype robot\n").types] == [(), ()]
    assert parse_model("model\n  schema 1.2\ntype user\n") == parse_model("model\n  schema 1.1\ntype user\n")


@pytest.mark.parametrize(
    "name",
    [
        *("model", "schema", "type", "relation", "module", "extend", "permissions", "assertions", "hierarchy"),
        *("policy", "given", "check", "is", "this-one", "a.b", "a/b", "a-b", "a-", "_", "Owner2", "orders", "withal"),
    ],
)
def test_words_and_signs_that_names_may_be_made_of(name: str) -> None:
    text = (
        f"model\n  schema 1.1\ntype user\ntype {name}\n  relations\n    define {name}: [{name}] hierarchy\n"
        f"    define x: [user, {name}#{name} with {name}] or {name} or {name} from {name}\n"
        f"condition {name}({name.split('.')[0].split('/')[0]}: int) {{ true }}\n"
    )

    model = parse_model(text)

    assert model.types[1].name == name
    assert model.types[1].relations[1].rewrite == Union(
        (Direct((DirectType("user"), DirectType(name, name, False, name))), Computed(name), Arrow(name, name))
    )
    assert model.conditions[0].name == name


def test_operators_nest_by_parentheses_only() -> None:
    text = (
        "model\n  schema 1.1\ntype user\n  relations\n"
        "    define a: ((r1 or r2 or r3) but not ((r4 and r5) but not (r7   but   not r8 from p)))\n"
    )

    inner = Exclusion(Computed("r7"), Arrow("r8", "p"))
    both = Exclusion(Intersection((Computed("r4"), Computed("r5"))), inner)
    assert parse_model(text).types[0].relations[0].rewrite == Exclusion(
        Union((Computed("r1"), Computed("r2"), Computed("r3"))), both
    )


def test_a_condition_keeps_its_text_and_knows_where_it_begins() -> None:
    text = (
        "model\n  schema 1.1\ntype user\n"
        "condition c(a: list<string>,\n   b : map<int>, type:timestamp)\n{\n"
        '    a == [\'}\', """ # { """] &&  # both\n      b == {\'k\': 1} // not \'}\n}\n'
    )

    [condition] = parse_model(text).conditions

    assert condition.expression == 'a == [\'}\', """ # { """] &&\n      b == {\'k\': 1} // not \'}'
    assert condition.parameters == (
        Parameter("a", ParameterType("list", ParameterType("string"))),
        Parameter("b", ParameterType("map", ParameterType("int"))),
        Parameter("type", ParameterType("timestamp")),
    )
    assert (str(condition.at), str(condition.parameters[1].at)) == (
        "Position(line=7, column=5)",
        "Position(line=5, column=4)",
    )
