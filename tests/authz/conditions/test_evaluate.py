"""What expressions give."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.authz.conditions import Verdict, compile_condition
from tests.authz.conditions.support import condition, program, value_of, verdict_of


def test_a_comparison_holds_or_not() -> None:
    assert value_of("x < 100", "int", 99) is True
    assert value_of("x < 100", "int", 100) is False


def test_the_stored_context_wins_over_the_given_one() -> None:
    less = program("x < 100", x="int")

    assert less.evaluate({"x": 1}, {"x": 200}).value is True
    assert less.evaluate({"x": 200}, {"x": 1}).value is False


def test_stored_and_given_context_complete_each_other() -> None:
    assert program("x < y", x="int", y="int").evaluate({"y": 5}, {"x": 1}) == Verdict(True)


def test_a_stored_null_does_not_let_the_given_value_through() -> None:
    verdict = program("x < 100", x="int").evaluate({"x": None}, {"x": 1})

    assert verdict == Verdict(None, (), "Parameter x has to be a whole number of 64 bits.")


def test_a_missing_parameter_leaves_it_undecided() -> None:
    assert program("x < 100", x="int").evaluate({}, {}) == Verdict(None, ("x",), "The condition needs x.")


def test_a_true_side_does_not_make_up_for_a_missing_parameter() -> None:
    either = program("x < 100 || y < 50", x="int", y="int")

    assert either.evaluate({}, {"x": 10}) == Verdict(None, ("y",), "The condition needs y.")
    assert either.evaluate({}, {"y": 10}).missing == ("x",)
    assert either.evaluate({}, {}).missing == ("x", "y")


def test_a_parameter_that_the_expression_does_not_use_may_be_missing_or_wrong() -> None:
    one = program("x < 100", x="int", y="int")

    assert one.needed == ("x",)
    assert one.evaluate({}, {"x": 1}) == Verdict(True)
    assert one.evaluate({}, {"x": 1, "y": "no number"}) == Verdict(True)


def test_what_is_not_a_parameter_does_not_count() -> None:
    assert program("x < 100", x="int").evaluate({"z": 1}, {"x": 1, "q": object()}) == Verdict(True)
    assert program("true").evaluate({}, {"x": 1}) == Verdict(True)


def test_a_value_of_the_wrong_type_leaves_it_undecided_and_names_the_parameter() -> None:
    verdict = program("x < 100 && y", x="int", y="bool").evaluate({}, {"x": "abc"})

    assert verdict == Verdict(None, ("y",), "Parameter x has to be a whole number of 64 bits.")


@pytest.mark.parametrize(
    "expression",
    [
        'x.startsWith("al") && x.endsWith("ce") && x.contains("lic")',
        'x.matches("^[a-z]+$") && matches(x, "ice")',
        'size(x) == 5 && x.size() == 5 && size("é") == 1',
        'x in ["alice", "bob"] && !(x in ["carol"])',
        'x in {"alice": 1} && {"alice": 1}[x] == 1',
        'x == "bob" ? false : true',
        '["a", "alice"].exists(name, name == x) && ["alice"].all(x, x == "alice")',
        "[1, 2, 3].filter(n, n > 1) == [2, 3] && [1, 2].map(n, n * 2) == [2, 4] && [1, 2].exists_one(n, n == 1)",
        'x + "!" == "alice!" && [x] + ["b"] == ["alice", "b"]',
        r'''x == 'alice' && x == r"alice" && x == """alice""" && "\u0061lice" == x && r"\d" != "d" && b"a" == b'a' ''',
        'x == "alice" // "and nobody else',
        'int("12") == 12 && double("1.5") == 1.5 && string(1) == "1" && uint(3) == 3u && bool("true")',
        'string(true) == "true" && string(1.5) == "1.5" && bool(x == "alice")',
        "7 / 2 == 3 && 7 % 2 == 1 && -7 + 1 == -6 && 0x10 == 16 && 1e3 == 1000.0 && .5 < 1.0",
        "type(x) == string && dyn(x) == x && x != null",
    ],
)
def test_the_language(expression: str) -> None:
    assert verdict_of(expression, "string", "alice") == Verdict(True)


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("1 / x == 1", "It divides by zero."),
        ("x - 9223372036854775807 - 2 < 0", "A number in it grows too large."),
        ("[1, 2][x + 5] == 1", "It reads something that is not there."),
        ('{"a": 1}.b == x', "It reads something that is not there."),
        ('timestamp("today") < timestamp("tomorrow")', "A function in it can not use what it was given."),
        ('dyn(x) + "a" == "0a"', "It puts values together whose types do not fit."),
        ("dyn(x)", "The condition gives something that is not true or false."),
    ],
)
def test_an_error_in_an_expression_leaves_it_undecided(expression: str, problem: str) -> None:
    assert program(expression, x="int").evaluate({}, {"x": 0}).problem == problem


def test_what_decides_anyway_outweighs_an_error() -> None:
    assert value_of("1 / x == 1 || x == 0") is True
    assert value_of("1 / x == 1 && x == 1") is False


def test_has_tells_whether_a_field_is_there() -> None:
    assert value_of("has(x.name) && x.name == 'a'", "map<string>", {"name": "a"}) is True
    assert value_of("has(x.name) && x.name == 'a'", "map<string>", {}) is False


def test_programs_are_shared_between_equal_conditions_only() -> None:
    first = compile_condition(condition("x < 7", {"x": "int"}))

    assert compile_condition(condition("x < 7", {"x": "int"})) is first
    assert compile_condition(condition("x < 7", {"x": "uint"})) is not first
    assert compile_condition(condition("x < 7", {"x": "int", "y": "int"})) is not first


def test_threads_may_share_a_program() -> None:
    shared = program('x.exists(n, n == y) && ip.in_cidr("10.0.0.0/8")', x="list<int>", y="int", ip="ipaddress")

    def ask(n: int) -> bool | None:
        return shared.evaluate({"x": [1, 2, 3]}, {"y": n % 5, "ip": "10.0.0.1" if n % 2 else "11.0.0.1"}).value

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(ask, range(2_000)))

    assert answers == [n % 5 in (1, 2, 3) and bool(n % 2) for n in range(2_000)]
