"""What is refused when a condition is compiled, and where."""

from __future__ import annotations

import pytest

from app.authz.conditions import ConditionInvalid, compile_condition
from app.authz.types import Condition, Parameter, ParameterType, Position
from tests.authz.conditions.support import condition, kind

TYPES = {
    "x": "int", "s": "string", "b": "bool", "t": "timestamp", "d": "duration", "ip": "ipaddress", "a": "any",
    "l": "list<string>", "m": "map<string>", "u": "uint",
}  # fmt: skip


def refusal(expression: str) -> tuple[str, int, int]:
    with pytest.raises(ConditionInvalid) as caught:
        compile_condition(condition(expression, TYPES, Position(1, 1)))
    place = f"Condition tested, line {caught.value.at.line}, column {caught.value.at.column}: "
    assert caught.value.message.startswith(place)
    return caught.value.message.removeprefix(place), caught.value.at.line, caught.value.at.column


@pytest.mark.parametrize(
    ("expression", "reason", "column"),
    [
        ("", "The expression ends too early.", 1),
        ("x <", "The expression ends too early.", 4),
        ("x = 1", "'=' does not belong into an expression. To compare, write ==.", 3),
        ("x == 1)", ") is unexpected here.", 7),
        ("(x == 1", "The expression ends too early. ) is missing.", 8),
        ('s == "abc', "This string does not end.", 6),
        ("x @ 1", "'@' does not belong into an expression.", 3),
        ("b ? true", "The expression ends too early. : is missing.", 9),
        ("a.1 == 1", ".1 is unexpected here.", 2),
        ("a.(b)", "( is unexpected here. A name is missing.", 3),
        ("size(s,) == 1", ") is unexpected here.", 8),
    ],
)
def test_what_is_not_cel(expression: str, reason: str, column: int) -> None:
    assert refusal(expression) == (reason, 1, column)


@pytest.mark.parametrize(
    ("expression", "reason", "column"),
    [
        ("x < 1 && y < 2", "y is not a parameter of the condition.", 10),
        ("l.all(i, i == s) && i == s", "i is not a parameter of the condition.", 21),
        ('s.lowerAscii() == "a"', "There is no function lowerAscii.", 3),
        ("now() > t", "There is no function now.", 1),
        ("has(x)", "has() takes a field, as in has(user.name).", 1),
        ("l.all(1, true)", "The first argument of all is the name of a variable.", 7),
    ],
)
def test_unknown_names(expression: str, reason: str, column: int) -> None:
    assert refusal(expression) == (reason, 1, column)


@pytest.mark.parametrize(
    ("expression", "reason", "column"),
    [
        ("x", "A condition is true or false; this one gives int.", 1),
        ("x + 1", "A condition is true or false; this one gives int.", 3),
        ('b ? "a" : "b"', "A condition is true or false; this one gives string.", 3),
        ("l.map(i, i)", "A condition is true or false; this one gives list<string>.", 3),
        ('x < "100"', "< does not take int and string.", 3),
        ('t < "2023-10-11T10:00:00Z"', "< does not take timestamp and string.", 3),
        ("d > 5", "> does not take duration and int.", 3),
        ("x == s", "== does not take int and string.", 3),
        ("ip == s", "== does not take ipaddress and string.", 4),
        ("x + 1.5 > 2.0", "+ does not take int and double.", 3),
        ("u + 1 > 2", "+ does not take uint and int.", 3),
        ("x && b", "&& does not take int and bool.", 3),
        ("!x", "! does not take int.", 1),
        ("x in l", "in does not take int and list<string>.", 3),
        ('"a" in s', "in does not take string and string.", 5),
        ("x ? true : false", "What stands before ? is true or false; this is int.", 3),
        ("x.name == 1", "int has no fields, so none called name.", 3),
        ('l["a"] == "b"', "list<string> has nothing under string.", 2),
        ("s.all(c, true)", "all goes through a list or a map; this is string.", 3),
        ("l.exists(i, i)", "What exists tests is true or false; this is string.", 3),
        ("s.startsWith(1)", "startsWith takes string, after string.", 3),
        ('s.in_cidr("10.0.0.0/8")', "in_cidr takes string, after ipaddress.", 3),
        ("size(x) == 1", "size takes one argument: string, bytes, list, map.", 1),
        ("timestamp() < t", "timestamp takes one argument: string, int, timestamp.", 1),
        ("d.getFullYear() == 1", "getFullYear takes nothing or a time zone, after a timestamp.", 3),
        ('s.matches("(")', "This regular expression is malformed.", 11),
    ],
)
def test_types_that_do_not_fit(expression: str, reason: str, column: int) -> None:
    assert refusal(expression) == (reason, 1, column)


def test_the_place_is_that_in_the_text_of_the_model() -> None:
    with pytest.raises(ConditionInvalid) as first:
        compile_condition(condition("x < y &&\n  x > 1", {"x": "int"}, Position(20, 7)))
    with pytest.raises(ConditionInvalid) as second:
        compile_condition(condition("x < 1 &&\n  y > 1", {"x": "int"}, Position(20, 7)))

    assert first.value.at == Position(20, 11)
    assert second.value.at == Position(21, 3)
    assert (second.value.code, second.value.condition) == ("authz_condition_invalid", "tested")
    assert second.value.field == ("conditions", "tested")


def test_what_only_the_library_refuses_has_its_place_too() -> None:
    with pytest.raises(ConditionInvalid, match=r"This is not CEL: reserved identifier: if\."):
        compile_condition(condition("if", {"if": "bool"}))
    reason, line, column = refusal("b &&\n s == '\\q'")

    assert (line, column) == (2, 7)
    assert reason.startswith("This is not CEL: token recognition error at:")


def test_an_unknown_type_and_a_second_parameter_of_a_name_are_refused() -> None:
    unknown = Condition("c", (Parameter("x", ParameterType("money"), Position(3, 9)),), "true", Position(4, 1))
    twice = Condition("c", (Parameter("x", kind("int")), Parameter("x", kind("bool"), Position(3, 9))), "true")
    nested = Condition("c", (Parameter("x", kind("list<money>"), Position(3, 9)),), "true")

    for broken, reason in (
        (unknown, "There is no type money for x."),
        (twice, "Parameter x is declared twice."),
        (nested, "There is no type list<money> for x."),
    ):
        with pytest.raises(ConditionInvalid) as caught:
            compile_condition(broken)
        assert caught.value.message == f"Condition c, line 3, column 9: {reason}"


def test_a_refused_condition_is_refused_again() -> None:
    for _ in range(2):
        assert refusal("x < z")[0] == "z is not a parameter of the condition."
