"""Texts and documents that were made to hurt."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import pytest

from app.authz.language.json_form import model_from_json
from app.authz.language.problems import ModelProblem, ModelProblems
from app.authz.language.text import parse_expression, parse_model, parse_rewrite
from app.authz.language.validate import find_problems
from tests.authz.language.support import HEAD, places, refused


def refused_json(document: object) -> list[ModelProblem]:
    with pytest.raises(ModelProblems) as caught:
        model_from_json(document)
    return list(caught.value.problems)


def nested(levels: int, leaf: object) -> Any:
    for _ in range(levels):
        leaf = {"union": {"child": [leaf, {"computedUserset": {"relation": "a"}}]}}
    return leaf


@pytest.mark.parametrize("text", ["#" + "x" * 256 * 1024, "#" + "é" * 128 * 1024])
def test_a_text_is_at_most_256_kib(text: str) -> None:
    [problem] = refused(text)

    assert places([problem]) == [("too_large", 0, 0)]
    assert problem.message == "The text is larger than 256 KiB."
    assert places(refused("#" + "x" * (256 * 1024 - 1)))[0][0] == "syntax"


def test_fifty_brackets_nest_and_no_more() -> None:
    assert parse_rewrite("(" * 50 + "a" + ")" * 50) == parse_rewrite("a")
    assert places(refused(HEAD + "    define a: " + "(" * 51 + "b" + ")" * 51)) == [("nesting", 6, 65)]
    assert places(refused(HEAD + "    define a: " + "(" * 100_000)) == [("nesting", 6, 65)]


@pytest.mark.parametrize("bracket", ["(", "[", "{", "(["])
def test_brackets_in_conditions_nest_no_deeper(bracket: str) -> None:
    [problem] = refused(HEAD + "condition c() { " + bracket * 100_000)

    assert places([problem]) == [("nesting", 6, 66)]
    assert problem.reason == "Brackets nest deeper than 50 levels here."


def test_json_in_assertions_nests_no_deeper() -> None:
    text = HEAD + "assertions\n  check user:a b c:d with " + '{"a": ' * 30_000

    assert places(refused(text))[0][0] == "nesting"
    assert places(refused(HEAD + "condition c(x: " + "list<" * 50_000))[0][0] == "nesting"


def test_json_documents_nest_no_deeper() -> None:
    this = {"this": {}}
    types = [{"type": "user"}]
    metadata = {"relations": {"b": {"directly_related_user_types": types}}}

    def document(levels: int) -> dict[str, Any]:
        relations = {"a": {"computedUserset": {"relation": "b"}}, "b": nested(levels, this)}
        return {"type_definitions": [*types, {"type": "doc", "relations": relations, "metadata": metadata}]}

    assert find_problems(model_from_json(document(50))) == []
    [problem] = refused_json(document(51))
    assert problem.code == "authz_model_nesting"
    assert refused_json(document(5000))[0].code == "authz_model_nesting"
    context: dict[str, Any] = {}
    for _ in range(5000):
        context = {"a": context}
    question = {"subject": "user:a", "action": "b", "entity": "c:d", "expected": True, "context": context}
    assert refused_json({"types": {}, "assertions": [question]})[0].code == "authz_model_nesting"


@pytest.mark.parametrize("char", list("\x00\x07\x1b\x7f\x85\u2028\u202e\u2066\ud800\ufeff"))
def test_control_characters_are_refused_wherever_they_stand(char: str) -> None:
    for text in (f"{HEAD}    define a: [user] # x{char}", f'{HEAD}condition c() {{\n  "{char}" }}'):
        [problem] = refused(text)
        assert problem.code == "authz_model_character"
        assert problem.reason == f"The character U+{ord(char):04X} may not stand in a model."
        assert problem.excerpt is not None
        assert char not in problem.excerpt
    assert refused_json({"types": {"a": {"relations": {"b": {"rewrite": f"c{char}"}}}}})[0].code == (
        "authz_model_character"
    )


def test_names_of_other_scripts_are_refused() -> None:
    # The first letter of `owner` is Cyrillic.
    [problem] = refused(HEAD + "    define \u043ewner: [user]\n")

    assert places([problem]) == [("syntax", 6, 12)]
    assert problem.reason == "Found `\u043e` (U+043E, cyrillic small letter o); expected a name."
    [problem] = refused_json({"types": {"\u043ewner": {}}})
    assert (problem.code, problem.reason) == ("authz_model_name", "`\u043ewner` cannot name a type.")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("model\n  schema 1.1\n" + "type a\n" * 501, "There are 501 types; at most 500 may be."),
        (HEAD + "    define a: [user]\n" * 201, "There are 201 relations in `doc`; at most 200 may be."),
        (
            HEAD + "  permissions\n" + "    define a: b\n" * 201,
            "There are 201 permissions in `doc`; at most 200 may be.",
        ),
        (
            HEAD + "    define a: [user]\n    define b: a" + " or a from c" * 500 + "\n",
            "There are 501 parts in `doc#b`; at most 500 may be.",
        ),
        (HEAD + "condition c() { x }\n" * 501, "There are 501 conditions; at most 500 may be."),
        (
            HEAD + "assertions\n" + "  check user:a b c:d is true\n" * 2001,
            "There are 2001 assertions; at most 2000 may be.",
        ),
        (
            HEAD + f"condition c() {{ {'x' * 4097} }}\n",
            "There are 4097 characters in the expression of `c`; at most 4096 may be.",
        ),
    ],
)
def test_there_is_a_bound_to_everything(text: str, reason: str) -> None:
    [problem] = refused(text)

    assert (problem.code, problem.reason) == ("authz_model_too_many", reason)


def test_parts_are_counted_in_brackets_and_of_each_relation_alone() -> None:
    one = " or ".join(["a", "(a and b from c)"] * 125 + ["(a but not b)", "a"] * 40 + ["a"] * 5)
    most = HEAD + "    define a: [user]\n" + f"    define b: {one}\n    define c: {one}\n"

    [problem] = refused(most.replace("c: a", "c: a or a"))

    assert parse_model(most).types
    assert places([problem]) == [("too_many", 8, 12)]


def test_bounds_hold_for_json_too() -> None:
    [problem] = refused_json({"types": {f"t{n}": {} for n in range(501)}})

    assert (problem.code, problem.reason) == ("authz_model_too_many", "There are 501 types; at most 500 may be.")


def test_an_expression_cannot_end_its_condition_and_begin_another() -> None:
    with pytest.raises(ModelProblems):
        parse_expression("true }\ncondition other() { true")
    assert parse_expression(" x == '}' // }") == "x == '}' // }"


def test_a_chain_over_the_whole_model_does_not_recurse_out() -> None:
    chain = "".join(f"    define r{n}: r{n + 1}\n" for n in range(199))
    types = "".join(f"type t{n}\n  relations\n{chain}    define r199: [user, t{(n + 1) % 60}#r0]\n" for n in range(60))
    model = parse_model("model\n  schema 1.1\ntype user\n" + types)

    assert find_problems(model) == []


def test_a_message_does_not_repeat_a_name_of_any_length() -> None:
    [problem] = refused(HEAD + "    define a: b " + "x" * 200_000)
    model = parse_model(HEAD + f"    define a: [user] or {'x' * 200_000}\n")

    assert len(problem.message) < 1000
    assert len(problem.excerpt or "") < 1000
    assert all(len(each.message) < 1000 for each in find_problems(model))


def test_problems_are_counted_out_but_errors_are_never_hidden_by_warnings() -> None:
    text = HEAD + "    define a: [" + "user, " * 1000 + "nobody" * 1 + "]\n"

    problems = find_problems(parse_model(text))

    assert [problem.code for problem in problems if not problem.is_warning] == ["authz_model_unknown_type"]
    assert len(problems) == 201


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "    define a: b" + " or b" * 50_000,
        HEAD + "    define a: [user" + ", user" * 40_000 + "]",
        HEAD + "    define a b\n" * 15_000,
        HEAD + 'condition c() { "' + "\\" * 200_000,
        HEAD + "condition c() { '''" + "r'''" * 50_000,
        HEAD + "assertions\n  check " + "a" * 250_000,
        HEAD + "assertions\n  given\n    " + "a:b#c@" * 40_000,
        HEAD + "\n" * 250_000,
        HEAD + " #" * 120_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    with suppress(ModelProblems):
        find_problems(parse_model(text))

    assert time.process_time() - began < 5


def test_five_hundred_lines_are_read_in_a_moment() -> None:
    define = "".join(f"    define r{n}: [user, doc#r{n}] or r{(n + 1) % 8} or r1 from r2\n" for n in range(8))
    text = "model\n  schema 1.1\ntype user\n" + "".join(f"type t{n}\n  relations\n{define}" for n in range(50))
    assert text.count("\n") > 500
    parse_model(text)

    times = []
    for _ in range(3):
        began = time.process_time()
        parse_model(text)
        times.append(time.process_time() - began)

    assert min(times) < 0.15
