"""The worker: claims, runs, keeps leases, hands over at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta

import structlog

from app.jobs import queries, registry, schedules
from app.jobs.pools import Pool, Pools
from app.jobs.pumps import run_pump
from app.jobs.runner import run_claimed
from app.jobs.types import ClaimedJob
from app.kit import clock
from app.kit.db import unit_of_work
from app.kit.errors import Unavailable
from app.kit.ids import new_id
from app.kit.notify import Listener, reconnect_delay, wait_for_event
from app.kit.runtime import settings

_log = structlog.get_logger("auther.jobs")

CHANNEL = "auther_jobs"
LEASE = timedelta(seconds=30)
POLL = timedelta(seconds=5)
# How long running jobs may still take once the worker is told to stop.
GRACE = timedelta(seconds=10)
MAX_CONCURRENCY = 16
# Leases are renewed this many times before they would run out.
_RENEWALS = 3
# A due job that could not be claimed is locked by a transaction that is about to end.
_SHORTEST_PAUSE = timedelta(milliseconds=20)


class Worker:
    """Runs the jobs of this process's kinds, together with the workers of other processes.

    Args:
        concurrency: jobs at once, beside those of kinds with places of their own; default: half of the connection
            pool, so that requests keep the rest.
        lease: how long a job stays ours without a sign of life.
        poll: the longest time between two looks into the queue.
        grace: how long running jobs may go on after the stop.
    """

    def __init__(
        self,
        *,
        concurrency: int | None = None,
        lease: timedelta = LEASE,
        poll: timedelta = POLL,
        grace: timedelta = GRACE,
    ) -> None:
        self.id = new_id("wrk")
        self._pools = Pools(concurrency or min(MAX_CONCURRENCY, max(1, settings().database_pool_size // 2)))
        self._lease = lease
        self._poll = poll
        self._grace = grace
        self._held: dict[str, asyncio.Task[None]] = {}
        self._started: set[str] = set()
        self._tend_at = 0.0
        self._pump_wakes = {name: asyncio.Event() for name in registry.pumps}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let running jobs end and hand the others over."""
        ended = asyncio.Event()
        channels = {CHANNEL, *(pump.channel for pump in registry.pumps.values())}
        listener = Listener(sorted(channels), self._on_notification, self._wake_all)
        helpers = [
            asyncio.create_task(listener.run(stop), name="listener"),
            asyncio.create_task(self._keep_leases(ended), name="leases"),
            asyncio.create_task(self._wake_at(stop), name="stop"),
            *(
                asyncio.create_task(run_pump(pump, self._pump_wakes[name], stop), name=name)
                for name, pump in registry.pumps.items()
            ),
        ]
        try:
            await asyncio.gather(*(self._claim_until(stop, pool) for pool in self._pools.all()))
        finally:
            await self._hand_over()
            ended.set()
            stop.set()
            await _end_all(helpers, self._grace)

    async def _claim_until(self, stop: asyncio.Event, pool: Pool) -> None:
        failures = 0
        while not stop.is_set():
            pool.wake.clear()
            try:
                pause = await self._take_turn(pool)
                failures = 0
            except Exception as error:  # noqa: BLE001 - the worker's loop
                failures += 1
                _log_trouble(error, failures)
                await wait_for_event(stop, reconnect_delay(failures))
                continue
            await wait_for_event(pool.wake, pause.total_seconds())

    async def _take_turn(self, pool: Pool) -> timedelta:
        """Claim what there is room for; how long to sleep unless something wakes us."""
        if pool is self._pools.common:
            await self._tend()
        room = pool.room
        if not room:
            return self._poll
        claimed = await queries.claim_jobs(self.id, limit=room, now=clock.now(), lease=self._lease, kinds=pool.kinds)
        for one in claimed:
            self._start(one, pool)
        if len(claimed) == room:
            return self._poll
        due = await queries.find_next_due(pool.kinds)
        if due is None:
            return self._poll
        return max(_SHORTEST_PAUSE, min(self._poll, due - clock.now()))

    async def _tend(self) -> None:
        if time.monotonic() < self._tend_at:
            return
        await schedules.tend()
        self._tend_at = time.monotonic() + self._poll.total_seconds()

    def _start(self, claimed: ClaimedJob, pool: Pool) -> None:
        task = asyncio.create_task(self._run(claimed, pool), name=f"job {claimed.job.kind}")
        self._held[claimed.job.id] = task
        pool.held += 1
        task.add_done_callback(lambda done: self._on_end(claimed, pool, done))

    async def _run(self, claimed: ClaimedJob, pool: Pool) -> None:
        async with pool.places:
            self._started.add(claimed.job.id)
            await run_claimed(claimed, self.id)

    def _on_end(self, claimed: ClaimedJob, pool: Pool, task: asyncio.Task[None]) -> None:
        job_id = claimed.job.id
        pool.held -= 1
        if self._held.get(job_id) is task:
            del self._held[job_id]
        self._started.discard(job_id)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("job.broke", job=job_id, exc_info=error)
        if claimed.lane is None:
            pool.wake.set()
        else:
            # The next one of its lane may be of another kind.
            self._pools.wake_all()

    async def _keep_leases(self, ended: asyncio.Event) -> None:
        while not await wait_for_event(ended, self._lease.total_seconds() / _RENEWALS):
            if not self._held:
                continue
            try:
                await queries.extend_leases(self.id, list(self._held), clock.now() + self._lease)
            except Exception as error:  # noqa: BLE001 - the worker's loop
                _log_trouble(error, failures=1)

    async def _hand_over(self) -> None:
        for job_id, task in list(self._held.items()):
            if job_id not in self._started:
                task.cancel()
        if self._held:
            await asyncio.wait(self._held.values(), timeout=self._grace.total_seconds())
        for task in (left := list(self._held.values())):
            task.cancel()
        if left:
            await asyncio.wait(left)
        with suppress(Unavailable):
            async with unit_of_work():
                await queries.release_jobs(self.id, clock.now())

    def _on_notification(self, channel: str, payload: str) -> None:
        if channel == CHANNEL and payload:
            self._pools.find(payload).wake.set()
        elif channel == CHANNEL:
            self._pools.wake_all()
        for name, pump in registry.pumps.items():
            if pump.channel == channel and name in self._pump_wakes:
                self._pump_wakes[name].set()

    def _wake_all(self) -> None:
        self._pools.wake_all()
        for event in self._pump_wakes.values():
            event.set()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake_all()


async def _end_all(tasks: Collection[asyncio.Task[None]], grace: timedelta) -> None:
    await asyncio.wait(tasks, timeout=grace.total_seconds())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _log_trouble(error: Exception, failures: int) -> None:
    if not isinstance(error, Unavailable):
        _log.error("worker.failed", exc_info=error)
    elif failures == 1:
        _log.warning("worker.waits_for_database", detail=error.detail)
