"""States are lent to one run at a time, and not kept for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.kit import clock
from app.lua.pool import MAX_AGE, MAX_IDLE, Pool, pool
from app.lua.service import evaluate
from app.lua.state import MAX_CHUNKS, Budget, NotLua, State
from app.lua.types import Failure, Limits
from tests.lua.support import check_intact, run

BUDGET = Budget(instructions=50_000, memory_bytes=2**21, growth_bytes=2**22, seconds=1.0, cpu_seconds=None)
SPINNING = Limits(instructions=10**12, seconds=0.5)


async def until(is_so: Callable[[], bool]) -> None:
    """Let the event loop turn until something is so; threads give no sign of their own."""
    while not is_so():  # noqa: ASYNC110
        await asyncio.sleep(0)


def test_a_state_is_used_again() -> None:
    own = Pool()

    with own.lend() as first:
        assert (own.active, own.idle) == (1, 0)
    with own.lend() as second:
        pass

    assert first is second
    assert (own.active, own.idle) == (0, 1)


def test_two_borrowers_never_have_the_same_state() -> None:
    own = Pool()

    with own.lend() as first, own.lend() as second:
        assert first is not second
        assert own.active == 2


def test_a_burst_is_thrown_away() -> None:
    own = Pool()
    lent = [own.take() for _ in range(MAX_IDLE + 5)]
    assert own.active == MAX_IDLE + 5

    for state in lent:
        own.give(state)

    assert (own.active, own.idle) == (0, MAX_IDLE)


def test_a_state_is_used_for_five_minutes() -> None:
    own = Pool()
    with clock.frozen() as now:
        with own.lend() as first:
            pass
        now.advance(MAX_AGE - timedelta(seconds=1))
        with own.lend() as second:
            pass
        assert second is first
        now.advance(timedelta(seconds=1))
        assert not own.is_ready("", 1)
        with own.lend() as third:
            pass

    assert third is not first
    assert own.idle == 1


def test_a_state_whose_borrower_failed_is_thrown_away() -> None:
    own = Pool()

    with pytest.raises(KeyError), own.lend():
        raise KeyError

    assert (own.active, own.idle) == (0, 0)


def test_scripts_are_compiled_once_and_the_least_used_are_forgotten() -> None:
    state = State(clock.now())
    first = state.compile("return 0")
    assert state.compile("return 0") is first

    for number in range(1, MAX_CHUNKS):
        state.compile(f"return {number}")
    assert state.compile("return 0") is first
    state.compile("return 'one more'")

    assert state.has_compiled("return 0")
    assert not state.has_compiled("return 1")
    assert state.run("return 1", {}, BUDGET).value == 1


def test_what_does_not_compile_is_not_kept() -> None:
    state = State(clock.now())

    with pytest.raises(NotLua):
        state.compile("return +")

    assert not state.has_compiled("return +")
    assert state.run("return 1", {}, BUDGET).value == 1


def test_thousands_of_runs_and_scripts_do_not_make_a_state_grow() -> None:
    state = State(clock.now())
    for number in range(2_000):
        assert (
            state.run(
                f"local t = {{}} for i = 1, 50 do t[i] = {{i}} end return {number}", {"a": ["x"] * 50}, BUDGET
            ).value
            == number
        )

    again = state.run("local s = 'x' for i = 1, 19 do s = s .. s end return #s", {}, BUDGET)

    assert (again.value, state.is_sound) == (2**19, True)


async def test_hundreds_at_once_each_have_their_own_answer() -> None:
    patient = Limits(seconds=60.0)
    quick = [run("mine = context.n * 2 return mine", {"n": number}) for number in range(300)]
    slow = [
        run("for i = 1, 9000 do mine = context.n end return mine", {"n": -number}, patient) for number in range(100)
    ]
    failing = [run(f"while true do leak = {number} end", {}, patient) for number in range(50)]

    outcomes = await asyncio.gather(*quick, *slow, *failing)

    assert [outcome.value for outcome in outcomes[:300]] == [number * 2 for number in range(300)]
    assert [outcome.value for outcome in outcomes[300:400]] == [-number for number in range(100)]
    assert {outcome.failure for outcome in outcomes[400:]} == {Failure.INSTRUCTIONS}
    assert pool.idle <= MAX_IDLE
    await check_intact()


async def test_the_event_loop_goes_on_while_scripts_spin() -> None:
    await run("return 1")
    spinning = [asyncio.ensure_future(run(f"while true do local x = {n} end", {}, SPINNING)) for n in range(4)]
    await until(lambda: pool.active > 0)

    quick = [(await run("return context.n", {"n": number})).value for number in range(100)]

    assert quick == list(range(100))
    assert not any(each.done() for each in spinning)
    assert {(await each).failure for each in spinning} == {Failure.TIME}
    await check_intact()


async def test_a_thousand_quick_scripts_leave_turns_to_others() -> None:
    await run("return 1")
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.ensure_future(count())
    await asyncio.sleep(0)
    outcomes = [await run("local n = 0 for i = 1, 400 do n = n + i end return n") for _ in range(3_000)]
    alone, turns = turns, 0
    outcomes += await asyncio.gather(
        *(run("local n = 0 for i = 1, 400 do n = n + i end return n") for _ in range(3_000))
    )
    counting.cancel()

    assert {outcome.value for outcome in outcomes} == {80_200}
    assert alone >= 5
    assert turns >= 5


async def test_whoever_is_cancelled_leaves_a_state_that_nobody_else_gets() -> None:
    waiting = asyncio.ensure_future(run("while true do leak = 1 end", {}, SPINNING))
    await until(lambda: pool.active > 0)
    with pytest.raises(asyncio.CancelledError):
        waiting.cancel()
        await waiting

    outcomes = await asyncio.gather(*(run("return leak == nil and context.n", {"n": number}) for number in range(200)))

    assert [outcome.value for outcome in outcomes] == list(range(200))
    await until(lambda: pool.active == 0)
    await check_intact()


async def test_a_slow_script_goes_to_a_thread_at_once_the_next_time() -> None:
    source = "local n = 0 for i = 1, 6000 do n = n + 1 end return n"
    assert (await run(source)).value == 6_000
    assert (await run(source)).value == 6_000
    with pool.lend() as kept:
        pass

    for _ in range(20):
        assert (await run(source)).value == 6_000

    assert kept.is_sound


async def test_what_an_evaluation_took_is_in_its_outcome() -> None:
    begin = time.perf_counter()
    outcome = await evaluate("while true do end", {}, Limits(instructions=10**12, seconds=0.05))
    took = time.perf_counter() - begin

    assert 0.05 <= outcome.seconds <= took
