"""Reads that many callers want at the same time, done once for all of them.

A read may be joined, and its result used, for `Joined.age` and while nothing was heard that may have changed it
(`forget`). So whoever was woken by a change sees it, and many who look without a reason cause few statements.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from datetime import timedelta
from typing import Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

# How long a result is good for when no change is heard of.
AGE: Final = timedelta(milliseconds=500)
_MOST_KEPT: Final = 2_000
# Keys that one read takes.
BATCH: Final = 1_000


class Reading(Generic[Value]):
    """A read that may be at work, and everybody who waits for it."""

    def __init__(self, work: asyncio.Future[Value]) -> None:
        self.begun_at = time.monotonic()
        self.work = work
        self._waiting: list[asyncio.Future[None]] = []
        work.add_done_callback(self._release)

    async def result(self) -> Value:
        """What was read, once it is: whoever is cancelled meanwhile leaves it running for the others.

        Raises:
            Exception: whatever the read raised.
        """
        if not self.work.done():
            # `asyncio.shield` would do the same with five objects and two turns of the loop for each who waits.
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter
        return self.work.result()

    def _release(self, work: asyncio.Future[Value]) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()


class Joined(Generic[Key, Value]):
    """What is being read, or was read a moment ago, by key."""

    def __init__(self, age: timedelta = AGE) -> None:
        self._seconds = age.total_seconds()
        self._kept: OrderedDict[Key, Reading[Value]] = OrderedDict()

    def forget(self) -> None:
        """Join nothing that has begun so far: something has changed."""
        self._kept.clear()

    def find(self, key: Key) -> Reading[Value] | None:
        """The read of a key that may be joined."""
        found = self._kept.get(key)
        if found is None or time.monotonic() - found.begun_at > self._seconds:
            return None
        return found

    def keep(self, key: Key, work: asyncio.Future[Value]) -> Reading[Value]:
        """Let a read that begins now be joined, as long as it does not fail."""
        reading = self._kept[key] = Reading(work)
        self._kept.move_to_end(key)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        work.add_done_callback(lambda done: self._drop_failed(key, done))
        return reading

    def _drop_failed(self, key: Key, done: asyncio.Future[Value]) -> None:
        if done.cancelled() or done.exception() is not None:
            kept = self._kept.get(key)
            if kept is not None and kept.work is done:
                del self._kept[key]


class Shared(Generic[Key, Value]):
    """One read for all who ask for the same."""

    def __init__(self, age: timedelta = AGE) -> None:
        self._joined: Joined[Key, Value] = Joined(age)

    def forget(self) -> None:
        """Read anew from now on: something has changed."""
        self._joined.forget()

    async def get(self, key: Key, read: Callable[[], Awaitable[Value]]) -> Value:
        """What `read` gives, now or a moment ago.

        Raises:
            Exception: whatever the read raised, for all who joined it.
        """
        reading = self._joined.find(key) or self._joined.keep(key, asyncio.ensure_future(read()))
        return await reading.result()


class SharedBatch(Generic[Key, Value]):
    """One read for all keys that are asked for in one turn of the event loop, and for all who ask for the same."""

    def __init__(self, read: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value]]], age: timedelta = AGE) -> None:
        self._read = read
        self._joined: Joined[Key, Value | None] = Joined(age)
        self._waiting: dict[Key, Reading[Value | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def forget(self) -> None:
        """Read anew from now on: something has changed."""
        self._joined.forget()

    async def get(self, key: Key) -> Value | None:
        """What the key has, now or a moment ago; None if nothing.

        Raises:
            Exception: whatever the read raised, for all who joined it.
        """
        # What waits has not begun, so it is never too old.
        reading = self._waiting.get(key) or self._joined.find(key)
        if reading is None:
            loop = asyncio.get_running_loop()
            if not self._waiting:
                loop.call_soon(self._begin)
            reading = self._waiting[key] = self._joined.keep(key, loop.create_future())
        return await reading.result()

    def _begin(self) -> None:
        waiting, self._waiting = list(self._waiting.items()), {}
        for first in range(0, len(waiting), BATCH):
            task = asyncio.create_task(self._answer(dict(waiting[first : first + BATCH])), name="shared read")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, waiting: dict[Key, Reading[Value | None]]) -> None:
        try:
            found = await self._read(list(waiting))
        except BaseException as error:
            for each in waiting.values():
                each.work.cancel() if isinstance(error, asyncio.CancelledError) else each.work.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for key, reading in waiting.items():
            reading.work.set_result(found.get(key))
