"""How values of JSON become values of parameters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.authz.conditions.support import value_of, verdict_of


@pytest.mark.parametrize(
    ("type_", "given", "expression"),
    [
        ("bool", True, "x"),
        ("string", "é", "x == 'é'"),
        ("int", 3, "x == 3"),
        ("int", 3.0, "x == 3"),
        ("int", "3", "x == 3"),
        ("int", "-3.0", "x == -3"),
        ("int", "1e2", "x == 100"),
        ("int", 9223372036854775807, "x == 9223372036854775807"),
        ("int", -9223372036854775808, "x == -9223372036854775808"),
        ("uint", 3, "x == 3u && x + 1u == 4u && x < 5"),
        ("uint", 18446744073709551615, "x == 18446744073709551615u"),
        ("uint", "7", "[x].all(y, y == x) && x * 2u == 14u"),
        ("double", 1.5, "x == 1.5"),
        ("double", 2, "x / 4.0 == 0.5"),
        ("double", "-1.5e-1", "x == -0.15"),
        ("any", {"a": [1, "b", None, True]}, 'x.a[0] == 1 && x.a[1] == "b" && x.a[2] == null && x["a"][3]'),
        ("any", 9007199254740993, "x == 9007199254740993"),
        ("list<string>", ["a", "b"], '"b" in x && size(x) == 2 && x[0] == "a"'),
        ("list<int>", ["1", 2.0], "x == [1, 2]"),
        ("map<int>", {"a": "1"}, 'x.a == 1 && x["a"] + 1 == 2 && "a" in x && !("b" in x)'),
        ("map<list<timestamp>>", {"a": ["2023-01-01T00:00:00Z"]}, 'x.a[0] == timestamp("2023-01-01T00:00:00Z")'),
        ("list<ipaddress>", ["10.0.0.1"], 'x.exists(ip, ip.in_cidr("10.0.0.0/8"))'),
        ("list<uint>", [1], "x.all(n, n + 1u == 2u)"),
    ],
)
def test_a_value_is_converted_to_its_type(type_: str, given: Any, expression: str) -> None:
    assert value_of(expression, type_, given) is True


@pytest.mark.parametrize(
    ("type_", "given", "problem"),
    [
        ("bool", "true", "has to be true or false."),
        ("bool", 1, "has to be true or false."),
        ("string", 1, "has to be a text."),
        ("string", None, "has to be a text."),
        ("string", "\ud800", "has a character that is half of one."),
        ("int", True, "has to be a whole number of 64 bits."),
        ("int", 1.5, "has to be a whole number of 64 bits."),
        ("int", "1.5", "has to be a whole number of 64 bits."),
        ("int", "abc", "has to be a whole number of 64 bits."),
        ("int", "", "has to be a whole number of 64 bits."),
        ("int", "1_000", "has to be a whole number of 64 bits."),
        ("int", "٣", "has to be a whole number of 64 bits."),
        ("int", 9223372036854775808, "has to be a whole number of 64 bits."),
        ("int", "1e9999", "has to be a whole number of 64 bits."),
        ("int", float("inf"), "has to be a whole number of 64 bits."),
        ("int", float("nan"), "has to be a whole number of 64 bits."),
        ("int", [1], "has to be a whole number of 64 bits."),
        ("uint", -1, "has to be a whole number from 0 to 2^64 - 1."),
        ("uint", 18446744073709551616, "has to be a whole number from 0 to 2^64 - 1."),
        ("double", "1.79769313486231570814527423731704356798070e+309", "has to be a number that a double can hold."),
        ("double", float("-inf"), "has to be a number that a double can hold."),
        ("double", 10**400, "has to be a number that a double can hold."),
        ("double", True, "has to be a number that a double can hold."),
        ("any", float("nan"), "has to be a number that a double can hold."),
        ("any", {"a": object()}, "has to be what JSON knows."),
        ("any", {1: 2}, "has a key that is not a text."),
        ("list<string>", "abc", "has to be a list."),
        ("list<string>", ["a", 1], "does not fit at '1': that has to be a text."),
        ("map<int>", [1], "has to be a map."),
        ("map<int>", {"ä": "b"}, "does not fit at '\\xe4': that has to be a whole number of 64 bits."),
    ],
)
def test_a_value_of_another_type_is_a_problem(type_: str, given: Any, problem: str) -> None:
    verdict = verdict_of("x == x", type_, given)

    assert (verdict.value, verdict.missing, verdict.problem) == (None, (), f"Parameter x {problem}")


def test_a_value_that_contains_itself_is_a_problem() -> None:
    endless: list[Any] = []
    endless.append(endless)

    assert verdict_of("x == x", "any", endless).value is None


def test_32_levels_of_data_are_enough() -> None:
    deep: Any = 1
    for _ in range(32):
        deep = [deep]

    assert value_of("x == x", "any", deep) is True
    assert verdict_of("x == x", "any", [deep]).problem == "Parameter x may have 32 levels at most."
