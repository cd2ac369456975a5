"""A table that a script returns is taken as plain data, and bounded before anything of it is made."""

from __future__ import annotations

import pytest

from app.lua.types import Failure, Plain
from tests.lua.support import check_intact, failure_of, value_of

LARGE = (Failure.RUNTIME, None, "The script returned a table that is too large.")
DEEP = (Failure.RUNTIME, None, "The script returned a table that is nested too deeply.")
BOMBS = {
    "one_text_again_and_again": "local s, t = ('x'):rep(60000), {} for i = 1, 90 do t[i] = s end return t",
    "a_table_again_and_again": (
        "local s, t, u = ('x'):rep(30000), {}, {} for i = 1, 90 do t[i] = s end for i = 1, 90 do u[i] = t end return u"
    ),
    "doubled_tables": "local t = {('x'):rep(5000)} for i = 1, 14 do t = {t, t} end return t",
    "doubled_empty_tables": "local t = {} for i = 1, 14 do t = {t, t} end return t",
    "keys": "local k, t = ('x'):rep(2000), {} for i = 1, 40 do t[k .. i] = true end return t",
    "functions": "local t = {} for i = 1, 10001 do t[i] = next end return t",
}
TAKEN: dict[str, tuple[str, Plain]] = {
    "a_table_twice": ("local t = {1} return {t, {t}}", [[1], [[1]]]),
    "a_table_that_was_emptied": (
        "local t = {} for i = 1, 99 do t['k' .. i] = i end for k in next, t do t[k] = nil end return {t, t}", [{}, {}],
    ),
    "more_than_the_event_loop_takes": (
        "local t = {} for i = 1, 400 do t[i] = i end return t", list(range(1, 401)),
    ),
    "other_keys": (
        "return {[true] = 1, [1.5] = 2, [{}] = 3, a = next, b = {c = false}}", {"1.5": 2, "b": {"c": False}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
async def test_a_result_is_refused_before_it_is_made(name: str) -> None:
    await value_of("return 1")

    assert await failure_of(BOMBS[name]) == LARGE

    await check_intact()


@pytest.mark.parametrize("name", TAKEN)
async def test_a_result_is_taken_as_plain_data(name: str) -> None:
    source, expected = TAKEN[name]

    assert await value_of("return 1") == 1
    assert await value_of(source) == expected


async def test_a_result_has_at_most_64_kib_of_text() -> None:
    source = "return {k = {('x'):rep(context.n), ('y'):rep(32767)}}"

    assert await value_of(source, n=32_768) == {"k": ["x" * 32_768, "y" * 32_767]}
    assert await failure_of(source, n=32_769) == LARGE


async def test_a_result_has_at_most_ten_thousand_values() -> None:
    source = "local t = {} for i = 1, context.n do t[i] = i end return t"

    assert await value_of(source, n=10_000) == list(range(1, 10_001))
    assert await failure_of(source, n=10_001) == LARGE


async def test_a_result_has_at_most_16_levels() -> None:
    source = "local t = {} local u = t for i = 2, context.n do t = {t} end return {u, t}"

    assert (await value_of(source, n=15)) is not None
    assert await failure_of(source, n=16) == DEEP
    assert await failure_of("local t = {} t.a = {t} return t") == DEEP
