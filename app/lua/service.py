"""Evaluate scripts, and examine them without running."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

from app.lua.lanes import LaneThreads
from app.lua.names import find_unknown
from app.lua.places import Place, Places
from app.lua.pool import MAX_IDLE, pool
from app.lua.rules import explain_error, explain_syntax, explain_too_long, failure_of
from app.lua.state import Budget, NotLua, Run
from app.lua.turns import Turn
from app.lua.types import POLICY_LIMITS, Examination, Failure, Limits, Outcome
from app.lua.values import Contexts, Prepared

# What the event loop itself runs: a fraction of a millisecond at worst. Whatever takes more begins anew in a thread.
_QUICK_INSTRUCTIONS, _LOOP_GROWTH_BYTES, _LOOP_SECONDS, _LOOP_RESULT_VALUES = 4_000, 2**16, 0.000_1, 256
# The same in a thread, where a busy machine may take its time.
_THREAD_GROWTH_BYTES, _THREAD_SECONDS = 2**18, 0.01
# A longer source is compiled in a thread: ten thousand bytes take half a millisecond.
_LOOP_SOURCE_CHARACTERS: Final = 512
# A longer source is examined in a thread.
_LOOP_EXAMINED_CHARACTERS: Final = 2_048
# How much longer than it may take one waits for a script that is in the midst of a long step of C.
_GRACE_SECONDS: Final = 0.25
# Quick scripts never wait behind slow ones; those leave the event loop a processor, if there are two.
_threads: Final = {
    Place.QUICK: LaneThreads(1, "lua-quick"),
    Place.SLOW: LaneThreads(max(1, min(MAX_IDLE, (os.cpu_count() or 2) - 1)), "lua-slow"),
}
# One is enough: examinations hold the interpreter's lock, and several would take it from the event loop in turns.
_examining: Final = ThreadPoolExecutor(1, "lua-examine")
_places: Final = Places()
# What other work for scripts takes of the event loop's turn is noted here as well.
turn: Final = Turn()


async def evaluate(
    source: str, context: Mapping[str, object] | Prepared, limits: Limits = POLICY_LIMITS, *, lane: str | None = None
) -> Outcome:
    """Run a script that sees plain data as the table `context`. Nothing that it does raises.

    A quick script runs at once; others run in a thread, so the event loop never waits for one. Nothing of a run is
    left for the next. Whoever is cancelled while a script runs leaves it to its end, which its limits bound. A script
    that is not done when the time it may take is over, its wait for a thread included, fails with TIME.

    Args:
        context: or what `prepare` made of it.
        lane: who answers for the script. In the threads for slow scripts at most one of a lane runs at a time, and
            lanes are served in turns, so that one's slow scripts wait for each other and not others for them. Without
            it a script is a lane of its own.
    """
    begin = time.perf_counter()
    problem = _check_source(source, limits)
    if problem is not None:
        return problem
    await turn.wait()
    prepared = context if isinstance(context, Prepared) else _prepare(context, Contexts())
    if prepared.given is None:
        return Outcome(None, Failure.INPUT, prepared.problem, None, time.perf_counter() - begin)
    run = await _run(source, prepared, limits, lane or source)
    return _to_outcome(run, limits, time.perf_counter() - begin)


async def prepare(context: Mapping[str, object], contexts: Contexts) -> Prepared:
    """A context for any number of evaluations, in a turn of the event loop that has room for it.

    Args:
        contexts: of the present call; a dictionary that one of its contexts had is not converted again.
    """
    await turn.wait()
    return _prepare(context, contexts)


def examine(source: str, limits: Limits = POLICY_LIMITS) -> Examination:
    """Compile a script without running it, and look for globals that are not there. It takes some milliseconds."""
    problem = _check_source(source, limits)
    if problem is not None:
        return Examination(problem.failure, problem.message, problem.line, ())
    with pool.lend() as state:
        try:
            state.compile(source)
        except NotLua as error:
            message, line = explain_syntax(str(error))
            return Examination(Failure.SYNTAX, message, line, ())
    return Examination(None, "", None, find_unknown(source))


async def examine_apart(source: str, limits: Limits = POLICY_LIMITS) -> Examination:
    """The same for an event loop: a long source is examined in a thread."""
    await turn.wait()
    if len(source) > _LOOP_EXAMINED_CHARACTERS:
        return await asyncio.get_running_loop().run_in_executor(_examining, examine, source, limits)
    begin = time.perf_counter()
    examination = examine(source, limits)
    turn.note(time.perf_counter() - begin)
    return examination


def count_active() -> int:
    """States of Lua that run a script now."""
    return pool.active


def _check_source(source: str, limits: Limits) -> Outcome | None:
    if len(source) * 4 <= limits.source_bytes:
        return None
    if len(source) > limits.source_bytes or len(source.encode("utf-8", "replace")) > limits.source_bytes:
        return Outcome(None, Failure.TOO_LONG, explain_too_long(limits), None, 0.0)
    return None


def _prepare(context: Mapping[str, object], contexts: Contexts) -> Prepared:
    begin = time.perf_counter()
    prepared = contexts.prepare(context)
    turn.note(time.perf_counter() - begin)
    return prepared


async def _run(source: str, prepared: Prepared, limits: Limits, lane: str) -> Run:
    """Run a script where it runs soonest without being in the way of others."""
    given = prepared.given or {}
    place = _places.find(source)
    if place is Place.LOOP and (prepared.is_large or not pool.is_ready(source, _LOOP_SOURCE_CHARACTERS)):
        place = Place.QUICK
    if place is Place.LOOP:
        run = _run_at_once(source, given, limits)
        if not run.is_cut_off:
            return run
        # The clock that it looks at also counts what other threads do.
        place = Place.QUICK if run.end == "time" else Place.SLOW
        _places.note(source, place)
    latest = time.monotonic() + limits.seconds
    if place is Place.QUICK:
        trial = partial(_run_with, source, given, _quick_budget(limits))
        run = await _run_apart(_threads[Place.QUICK].submit(lane, trial), latest)
        if not run.is_cut_off:
            return run
        if time.monotonic() > latest:
            return Run("time", None, "", None)
        _places.note(source, Place.SLOW)
    fully = partial(_run_fully, source, given, limits, latest)
    return await _run_apart(_threads[Place.SLOW].submit(lane, fully), latest)


async def _run_apart(future: Future[Run], latest: float) -> Run:
    """Wait for a run in a thread, but no longer than it may take: one that goes on has a state of its own."""
    try:
        async with asyncio.timeout(latest + _GRACE_SECONDS - time.monotonic()):
            return await asyncio.wrap_future(future)
    except TimeoutError:
        return Run("time", None, "", None)


def _run_at_once(source: str, given: dict[str, object], limits: Limits) -> Run:
    begin = time.perf_counter()
    run = _run_with(source, given, _loop_budget(limits))
    turn.note(time.perf_counter() - begin)
    return run


def _run_with(source: str, given: dict[str, object], budget: Budget) -> Run:
    with pool.lend() as state:
        return state.run(source, given, budget)


@lru_cache(16)
def _loop_budget(limits: Limits) -> Budget:
    return replace(
        _quick_budget(limits),
        growth_bytes=_LOOP_GROWTH_BYTES,
        cpu_seconds=_LOOP_SECONDS,
        result_values=_LOOP_RESULT_VALUES,
    )


def _quick_budget(limits: Limits) -> Budget:
    return Budget(
        instructions=min(_QUICK_INSTRUCTIONS, limits.instructions),
        memory_bytes=limits.memory_bytes,
        growth_bytes=_THREAD_GROWTH_BYTES,
        seconds=limits.seconds,
        cpu_seconds=_THREAD_SECONDS,
    )


def _run_fully(source: str, given: dict[str, object], limits: Limits, latest: float) -> Run:
    left = latest - time.monotonic()
    if left < 0:
        return Run("time", None, "", None)
    budget = Budget(
        instructions=limits.instructions,
        memory_bytes=limits.memory_bytes,
        growth_bytes=2 * limits.memory_bytes,
        seconds=left,
        cpu_seconds=None,
    )
    return _run_with(source, given, budget)


def _to_outcome(run: Run, limits: Limits, seconds: float) -> Outcome:
    if run.end == "value":
        return Outcome(run.value, None, "", None, seconds)
    if run.end == "error":
        message, line = explain_error(run.message)
        return Outcome(None, Failure.RUNTIME, message, line or run.line, seconds)
    if run.end == "syntax":
        message, line = explain_syntax(run.message)
        return Outcome(None, Failure.SYNTAX, message, line, seconds)
    failure, message = failure_of(run.end, limits)
    return Outcome(None, failure, message, run.line, seconds)
