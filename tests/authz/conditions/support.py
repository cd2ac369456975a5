"""Conditions out of a few words."""

from __future__ import annotations

from typing import Any

from app.authz.conditions import Program, Verdict, compile_condition
from app.authz.types import Condition, Parameter, ParameterType, Position


def kind(text: str) -> ParameterType:
    name, _, item = text.removesuffix(">").partition("<") if "<" in text else (text, "", "")
    return ParameterType(name, kind(item)) if item else ParameterType(name)


def condition(expression: str, types: dict[str, str], at: Position | None = None) -> Condition:
    parameters = tuple(Parameter(name, kind(text)) for name, text in types.items())
    return Condition("tested", parameters, expression, at)


def program(expression: str, /, **types: str) -> Program:
    return compile_condition(condition(expression, types))


def value_of(expression: str, type_: str = "int", x: Any = 0) -> bool | None:
    """What an expression gives for a parameter x."""
    return program(expression, x=type_).evaluate({}, {"x": x}).value


def verdict_of(expression: str, type_: str, x: Any) -> Verdict:
    return program(expression, x=type_).evaluate({}, {"x": x})
