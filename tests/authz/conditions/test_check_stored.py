"""What a tuple may keep for its condition."""

from __future__ import annotations

from typing import Any

import pytest

from app.authz.conditions import ConditionContextInvalid
from tests.authz.conditions.support import program

TESTED = program("x < 100", x="int", cidr="string", ids="list<string>")


@pytest.mark.parametrize("stored", [{}, {"x": 1}, {"cidr": "10.0.0.0/8"}, {"x": "1", "ids": ["a"]}])
def test_known_parameters_of_the_right_types_may_be_stored(stored: dict[str, Any]) -> None:
    TESTED.check_stored(stored)


@pytest.mark.parametrize(
    ("stored", "parameter", "message"),
    [
        ({"y": 1}, "y", "The condition has no parameter y."),
        ({"x": "abc"}, "x", "Parameter x has to be a whole number of 64 bits."),
        ({"x": None}, "x", "Parameter x has to be a whole number of 64 bits."),
        ({"cidr": 1}, "cidr", "Parameter cidr has to be a text."),
        ({"ids": ["a", 1]}, "ids", "Parameter ids does not fit at '1': that has to be a text."),
        ({"ids": ["a" * 8_000] * 5}, "", "The context of a condition may have 32768 bytes at most."),
    ],
)
def test_what_does_not_fit_is_refused(stored: dict[str, Any], parameter: str, message: str) -> None:
    with pytest.raises(ConditionContextInvalid) as caught:
        TESTED.check_stored(stored)

    assert (caught.value.code, caught.value.message) == ("authz_condition_context", message)
    assert caught.value.parameter == parameter
    assert caught.value.field == (("context", parameter) if parameter else ("context",))


def test_all_of_32_kilobytes_may_be_stored() -> None:
    frame = len('{"cidr":""}')

    TESTED.check_stored({"cidr": "a" * (32_768 - frame)})
    with pytest.raises(ConditionContextInvalid):
        TESTED.check_stored({"cidr": "a" * (32_769 - frame)})
