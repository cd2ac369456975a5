"""What can not be given to a script is refused, and says so."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime
from enum import StrEnum

import pytest

from app.lua.service import evaluate, prepare
from app.lua.types import Failure
from app.lua.values import Contexts
from tests.lua.support import failure_of, value_of


class Colour(StrEnum):
    RED = "red"


def nested(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = {"a": value}
    return value


CIRCLE: list[object] = []
CIRCLE.append(CIRCLE)
NOT_PLAIN: dict[str, tuple[object, str]] = {
    "object": (object(), "The context holds a object, which is not plain data."),
    "function": (print, "The context holds a builtin_function_or_method, which is not plain data."),
    "type": (str, "The context holds a type, which is not plain data."),
    "bytes": (b"x", "The context holds a bytes, which is not plain data."),
    "tuple": ((1, 2), "The context holds a tuple, which is not plain data."),
    "set": ({1}, "The context holds a set, which is not plain data."),
    "time": (datetime.now(UTC), "The context holds a datetime, which is not plain data."),
    "enum": (Colour.RED, "The context holds a Colour, which is not plain data."),
    "mapping": (OrderedDict(a=1), "The context holds a OrderedDict, which is not plain data."),
    "deep_within": ([{"a": [object()]}], "The context holds a object, which is not plain data."),
    "key": ({1: 2}, "A key in the context is not a text."),
    "large_integer": (2**63, "A number in the context has more than 64 bits."),
    "small_integer": (-(2**63) - 1, "A number in the context has more than 64 bits."),
    "huge_integer": (10**400, "A number in the context has more than 64 bits."),
    "not_a_number": (float("nan"), "A number in the context is not finite."),
    "infinity": (float("-inf"), "A number in the context is not finite."),
    "half_a_character": ("\ud800", "A text in the context is not Unicode."),
    "half_a_character_in_a_key": ({"\ud800": 1}, "A text in the context is not Unicode."),
    "circle": (CIRCLE, "The context is nested too deeply."),
    "depth": (nested(16), "The context is nested too deeply."),
    "many": ([0] * 10_000, "The context is too large."),
    "long": ("x" * 262_144, "The context is too large."),
    "long_together": (["ü" * 1_000] * 132, "The context is too large."),
}


@pytest.mark.parametrize("name", NOT_PLAIN)
async def test_what_is_not_plain_data_is_refused(name: str) -> None:
    given, message = NOT_PLAIN[name]

    assert await failure_of("return true", given=given) == (Failure.INPUT, None, message)


async def test_what_just_fits_is_given() -> None:
    assert await value_of("return #context.a", a=[0] * 9_999) == 9_999
    assert await value_of("return #context.a", a="x" * 262_143) == 262_143
    assert await value_of("return context.a ~= nil", a=nested(15)) is True


async def test_a_context_counts_against_the_memory_of_its_script() -> None:
    source = "local t = {} for i = 1, 1500 do t[i] = context.a .. i end return #t"

    assert (await failure_of(source, a="x" * 2_000))[0] is Failure.MEMORY
    assert await value_of(source, a="x" * 100) == 1_500


async def test_a_prepared_context_serves_many_scripts_and_keeps_nothing_of_them() -> None:
    prepared = await prepare({"user": {"name": "Ada"}}, Contexts())

    first = await evaluate("context.user.name = 'Eve' context.leak = 1 return context.user.name", prepared)
    second = await evaluate("return context.leak == nil and context.user.name", prepared)

    assert (first.value, second.value) == ("Eve", "Ada")


async def test_a_part_that_comes_again_in_one_call_is_converted_once() -> None:
    contexts, part = Contexts(), {"roles": ["a"]}

    first = await prepare({"user": part, "n": 1}, contexts)
    second = await prepare({"user": part, "env": part, "n": 2}, contexts)

    assert first.given is not None
    assert second.given is not None
    assert first.given["user"] is second.given["user"]
    assert second.given["env"] is not second.given["user"]
    source = "context.env.roles[1] = 'b' return context.user.roles[1] .. context.n"
    assert (await evaluate(source, second)).value == "a2"


async def test_a_part_that_comes_again_counts_again() -> None:
    contexts, part, half = Contexts(), {"a": [0] * 5_000}, {"b": [0] * 5_000}

    alone = await prepare({"part": part}, contexts)
    await prepare({"half": half}, contexts)
    both = await prepare({"part": part, "half": half}, contexts)

    assert (alone.problem, both.problem) == ("", "The context is too large.")
    assert (await evaluate("return 1", both)).failure is Failure.INPUT


async def test_large_contexts_leave_turns_to_others() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count())
    await asyncio.sleep(0)
    outcomes = await asyncio.gather(*(evaluate("return 1", {"a": [0] * 9_990, "b": object()}) for _ in range(200)))
    counting.cancel()

    assert {outcome.failure for outcome in outcomes} == {Failure.INPUT}
    assert turns >= 5


async def test_a_large_context_is_given_in_a_thread() -> None:
    small, many, long = ({"a": [0] * count, "b": "x" * size} for count, size in ((10, 10), (600, 10), (10, 20_000)))

    prepared = [await prepare(context, Contexts()) for context in (small, many, long)]

    assert [each.is_large for each in prepared] == [False, True, True]
    assert [(await evaluate("return #context.a + #context.b", each)).value for each in prepared] == [20, 610, 20_010]
