"""A condition is quick enough to stand on every tuple: counted in what Python executes, so that no clock has a say."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from app.authz.conditions import Program
from tests.authz.conditions.support import program


def count_instructions(tested: Program, given: dict[str, Any]) -> int:
    """How many instructions of the interpreter an evaluation takes."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        frame.f_trace_opcodes = True
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        tested.evaluate({}, given)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    ("expression", "type_", "value", "most"),
    [
        ("x < 100", "int", 10, 250),
        (" && ".join(["x < 100"] * 50), "int", 10, 250),
        ('x == "open"', "string", "open", 350),
        ('x < timestamp("2026-01-01T00:00:00Z")', "timestamp", "2025-01-01T00:00:00Z", 350),
        ('x.in_cidr("10.0.0.0/8")', "ipaddress", "10.0.0.1", 600),
    ],
)
def test_what_is_ours_of_an_evaluation_is_little_and_does_not_grow_with_the_expression(
    expression: str, type_: str, value: object, most: int
) -> None:
    tested = program(expression, x=type_)
    assert tested.evaluate({}, {"x": value}).value is True

    assert 0 < count_instructions(tested, {"x": value}) < most
