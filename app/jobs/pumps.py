"""Pumps: steps that follow a table, woken by a channel, with polling as the net."""

from __future__ import annotations

import asyncio

import structlog

from app.jobs.registry import Pump
from app.kit.db import unit_of_work
from app.kit.errors import Unavailable
from app.kit.notify import reconnect_delay, wait_for_event

_log = structlog.get_logger("auther.jobs")

# What belongs together often comes together.
_SHORTEST_GAP_SECONDS = 0.01
# A step that keeps failing is logged at first and then about every five minutes.
_LOG_EVERY = 60


async def run_pump(pump: Pump, wake: asyncio.Event, stop: asyncio.Event) -> None:
    """Repeat the step, each time in a unit of work of its own, until `stop` is set.

    After a while of rest it steps soon, so that a single change is quick; under load once in each gap.
    """
    failures, loop = 0, asyncio.get_running_loop()
    while not stop.is_set():
        wake.clear()
        try:
            stepped_at = loop.time()
            await _drain(pump, stop)
            failures = 0
        except Exception as error:  # noqa: BLE001 - the worker's loop
            failures += 1
            _log_failure(pump, error, failures)
            await wait_for_event(stop, reconnect_delay(failures))
            continue
        if await wait_for_event(wake, pump.poll.total_seconds()):
            gap = pump.gap.total_seconds()
            await wait_for_event(stop, max(stepped_at + gap - loop.time(), min(gap, _SHORTEST_GAP_SECONDS)))


async def _drain(pump: Pump, stop: asyncio.Event) -> None:
    has_more = True
    while has_more and not stop.is_set():
        async with unit_of_work():
            has_more = await pump.step()


def _log_failure(pump: Pump, error: Exception, failures: int) -> None:
    if not isinstance(error, Unavailable):
        if failures % _LOG_EVERY == 1:
            _log.error("pump.failed", pump=pump.name, failures=failures, exc_info=error)
    elif failures == 1:
        _log.warning("pump.waits", pump=pump.name, detail=error.detail)
