"""Keeps this process's index of all tuples in step with the database.

A notification wakes it, polling is the net. Whoever needs a revision asks for it and waits a bounded time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from typing import Final

import structlog

from app.authz.engine.index import Builder, Index
from app.authz.engine.index.sizes import measure
from app.authz.queries.head import Head, read_head
from app.authz.queries.index import read_deltas, stream_snapshot
from app.authz.queries.models import find_model_revision
from app.authz.service.measures import set_index_lag, set_index_size
from app.authz.service.models import CHANNEL
from app.authz.service.own_writes import forget_own_writes, last_own_write
from app.authz.service.schemas import Compiled, compiled_at
from app.kit.db import unit_of_work
from app.kit.errors import Unavailable
from app.kit.notify import Listener, reconnect_delay, wait_for_event

_log = structlog.get_logger("auther.authz")

POLL_SECONDS: Final = 1.0
# An index that was not found up to date for so long answers no more: the database is asked instead.
MAX_STALENESS_SECONDS: Final = 5.0
# The same where guards of reads rest on it: two rounds of polling.
MAX_ROLE_STALENESS_SECONDS: Final = 2.0
# How long a question waits for a revision before the database answers it.
CATCH_UP_SECONDS: Final = 1.0
# Counting a million tuples takes some milliseconds.
MEASURE_SECONDS: Final = 60.0
# Revisions that are applied at a time, and how many tuples these may have together: some milliseconds. Of bulk imports
# each revision has more, so it is one.
_STEP: Final = 5
_AT_ONCE: Final = 2_000


class Follower:
    """The index, and how far it has come."""

    def __init__(self) -> None:
        self.index: Index | None = None
        self.compiled: Compiled | None = None
        self._confirmed_at = 0.0
        self._measured_at = float("-inf")
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()

    @property
    def is_fresh(self) -> bool:
        """Whether the index was up to date a moment ago."""
        return self.index is not None and time.monotonic() - self._confirmed_at < MAX_STALENESS_SECONDS

    @property
    def is_recent(self) -> bool:
        """Whether the index was up to date just now, and has everything that this process wrote."""
        if self.index is None or time.monotonic() - self._confirmed_at >= MAX_ROLE_STALENESS_SECONDS:
            return False
        return self.index.revision >= last_own_write()

    async def run(self, stop: asyncio.Event) -> None:
        """Load the index and follow, until `stop` is set."""
        listener = Listener([CHANNEL], lambda _channel, _payload: self._wake.set(), self._wake.set)
        listening = asyncio.create_task(listener.run(stop), name="authz listener")
        failures = 0
        try:
            while not stop.is_set():
                self._wake.clear()
                try:
                    await self.catch_up()
                    failures = 0
                except Exception as error:  # noqa: BLE001 - the follower's loop
                    failures += 1
                    self._note_trouble(error, failures)
                    await wait_for_event(stop, reconnect_delay(failures))
                    continue
                await wait_for_event(self._wake, POLL_SECONDS)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    def _note_trouble(self, error: Exception, failures: int) -> None:
        if isinstance(error, Unavailable):
            if failures == 1:
                _log.warning("index.waits_for_database", detail=error.detail)
            return
        # Whatever it was, an index that stopped half-way is not trusted: the database answers until one is loaded anew.
        self.index = None
        _log.error("index.failed", exc_info=error)

    def wake(self) -> None:
        """Look for changes now."""
        self._wake.set()

    async def reach(self, revision: int) -> bool:
        """Come at least to a revision that is committed; whether that worked in time."""
        if self.index is None:
            return False
        if self.index.revision >= revision:
            return True
        with suppress(TimeoutError, Unavailable):
            async with asyncio.timeout(CATCH_UP_SECONDS):
                # On a connection of its own, outside of the caller's transaction; it goes on when we wait no more.
                await asyncio.shield(asyncio.create_task(self.catch_up(), context=Context()))
        return self.index is not None and self.index.revision >= revision

    async def catch_up(self) -> None:
        """Apply everything that is committed by now; load the index if there is none.

        Raises:
            Unavailable: `kit_database_unavailable`.
        """
        async with self._lock:
            asked_at = time.monotonic()
            head = await read_head()
            # Behind the floor the changelog has gaps; ahead of the head is an index of a database that was put back.
            if self.index is None or not head.floor <= self.index.revision <= head.revision:
                await self._load(head)
            step = _STEP
            while self.index is not None and self.index.revision < head.revision:
                before = self.index.revision
                count = await self._step(self.index, min(head.revision, before + step))
                step = max(1, min(_STEP, _AT_ONCE * (self.index.revision - before) // max(1, count)))
            self._confirmed_at = asked_at
            self._measure(head)

    def _measure(self, head: Head) -> None:
        if self.index is None:
            return
        set_index_lag(max(0, head.revision - self.index.revision))
        now = time.monotonic()
        if now - self._measured_at >= MEASURE_SECONDS:
            self._measured_at = now
            set_index_size(self.index.statistics()["tuples"], measure(self.index.store, self.index.compiled))

    async def _load(self, head: Head) -> None:
        started = time.monotonic()
        self.index = None
        compiled = await compiled_at(head.model_revision)
        builder = Builder(compiled.rules)
        async with unit_of_work():
            async for rows in stream_snapshot(head.revision):
                builder.add(rows)
                await asyncio.sleep(0)
        self.index, self.compiled = builder.finish(head.revision), compiled
        self._measured_at = float("-inf")
        _log.info("index.loaded", revision=head.revision, seconds=round(time.monotonic() - started, 2))

    async def _step(self, index: Index, until: int) -> int:
        """Apply what came up to a revision, or only the first one if that is much; how many tuples it was."""
        ended, begun = await read_deltas(index.revision, until)
        if len(ended) + len(begun) > _AT_ONCE and until > index.revision + 1:
            until = index.revision + 1
            ended, begun = await read_deltas(index.revision, until)
        model_revision = await find_model_revision(until)
        known = self.compiled
        is_new = known is None or known.schema.revision != model_revision
        compiled = await compiled_at(model_revision) if is_new else known
        # INVARIANT: nothing is awaited from here on, so no question sees new models with old tuples.
        try:
            index.apply(until, ended, begun)
            if is_new and compiled is not None:
                index.recompile(compiled.rules)
        except Exception:
            # Half of a change is no state to answer from: the database answers until an index is loaded anew.
            self.index = None
            raise
        self.compiled = compiled
        return len(ended) + len(begun)


_active: Follower | None = None


def active_follower() -> Follower | None:
    """The follower that runs in this process, None when there is none."""
    return _active


@asynccontextmanager
async def following() -> AsyncIterator[Follower]:
    """Run a follower during the block."""
    global _active
    forget_own_writes()
    follower, stop = Follower(), asyncio.Event()
    task = asyncio.create_task(follower.run(stop), name="authz index")
    before, _active = _active, follower
    try:
        yield follower
    finally:
        _active = before
        stop.set()
        follower.wake()
        await task
