"""Whoever asks for many slow scripts waits behind his own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Barrier, Event

import pytest

from app.lua import service
from app.lua.lanes import LaneThreads
from app.lua.places import Place
from app.lua.state import Run
from app.lua.types import Failure, Limits, Outcome
from tests.lua.support import check_intact

DONE = Run("value", None, "", None)
SLOW = "local n = 0 for i = 1, 6000 do n = n + 1 end return n"


class Log:
    """Calls that note when they are made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def call(self, name: str) -> Callable[[], Run]:
        def make() -> Run:
            self.made.append(name)
            return DONE

        return make


def blocking(event: Event) -> Callable[[], Run]:
    """A call that lasts until something happens."""

    def make() -> Run:
        assert event.wait(60)
        return DONE

    return make


def test_lanes_are_served_in_turns() -> None:
    threads, log, event = LaneThreads(1, "test"), Log(), Event()
    threads.submit("first", blocking(event))
    jobs = [threads.submit(name[0], log.call(name)) for name in ("a1", "a2", "a3", "b1", "b2", "c1")]

    event.set()
    for job in jobs:
        assert job.result(60) is DONE

    assert log.made == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_one_lane_has_one_thread_at_a_time() -> None:
    threads, log, event = LaneThreads(2, "test"), Log(), Event()
    first = threads.submit("a", blocking(event))
    second = threads.submit("a", log.call("a"))

    assert threads.submit("b", log.call("b")).result(60) is DONE
    assert log.made == ["b"]
    event.set()

    assert (first.result(60), second.result(60)) == (DONE, DONE)
    assert log.made == ["b", "a"]


def test_two_lanes_run_beside_each_other() -> None:
    threads, barrier = LaneThreads(2, "test"), Barrier(2, timeout=60)

    def meet() -> Run:
        barrier.wait()
        return DONE

    jobs = [threads.submit(lane, meet) for lane in ("a", "b", "a", "b")]

    assert [job.result(60) for job in jobs] == [DONE] * 4


def test_a_call_that_is_cancelled_before_it_begins_is_never_made() -> None:
    threads, log, event = LaneThreads(1, "test"), Log(), Event()
    threads.submit("a", blocking(event))
    dropped, kept = threads.submit("a", log.call("dropped")), threads.submit("a", log.call("kept"))

    assert dropped.cancel()
    event.set()

    assert kept.result(60) is DONE
    assert log.made == ["kept"]


def test_whoever_waits_gets_the_error_and_the_lane_goes_on() -> None:
    def fail() -> Run:
        raise KeyError

    threads = LaneThreads(1, "test")
    failing, next_one = threads.submit("a", fail), threads.submit("a", lambda: DONE)

    with pytest.raises(KeyError):
        failing.result(60)
    assert next_one.result(60) is DONE


async def test_a_script_whose_lane_never_gets_free_fails_with_time_and_others_run() -> None:
    event = Event()
    threads = service._threads[Place.SLOW]
    patient = Limits(seconds=60.0)
    assert (await service.evaluate(SLOW, {}, patient)).value == 6_000
    stuck = threads.submit("x", blocking(event))
    try:
        waiting = service.evaluate(SLOW, {}, Limits(seconds=0.01), lane="x")
        outcome = await asyncio.wait_for(waiting, 30)
        assert not stuck.done()
    finally:
        event.set()

    assert (outcome.failure, outcome.message) == (Failure.TIME, "The script took longer than 0.01 s.")
    assert stuck.result(60) is DONE
    assert (await service.evaluate(SLOW, {}, patient, lane="x")).value == 6_000
    await check_intact()


async def test_one_lanes_slow_scripts_do_not_keep_another_waiting() -> None:
    patient = Limits(seconds=60.0)
    assert (await service.evaluate(SLOW, {}, patient)).value == 6_000
    finished: list[str] = []

    def ask(lane: str) -> asyncio.Future[Outcome]:
        asking = asyncio.ensure_future(service.evaluate(SLOW, {}, patient, lane=lane))
        asking.add_done_callback(lambda _: finished.append(lane))
        return asking

    asked = [ask(lane) for lane in ["crowd"] * 90 + ["other"]]

    assert [outcome.value for outcome in await asyncio.gather(*asked)] == [6_000] * 91
    assert finished.index("other") < 10
