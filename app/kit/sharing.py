"""Reads that many callers want at the same time, done once for all of them.

A read may be joined, and its result used, for `Joined.age` and while nothing was heard that may have changed it
(`forget`). So whoever was woken by a change sees it, and many who look without a reason cause few statements.
"""

from __future__ import annotations

import asyncio
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


class Joined(Generic[Key, Value]):
    """What is being read, or was read a moment ago, by key."""

    def __init__(self, age: timedelta = AGE) -> None:
        self._seconds = age.total_seconds()
        self._kept: OrderedDict[Key, tuple[float, asyncio.Future[Value]]] = OrderedDict()

    def forget(self) -> None:
        """Join nothing that has begun so far: something has changed."""
        self._kept.clear()

    def find(self, key: Key) -> asyncio.Future[Value] | None:
        """The read of a key that may be joined."""
        found = self._kept.get(key)
        if found is None or asyncio.get_running_loop().time() - found[0] > self._seconds:
            return None
        return found[1]

    def keep(self, key: Key, reading: asyncio.Future[Value]) -> None:
        """Let a read that begins now be joined, as long as it does not fail."""
        self._kept[key] = asyncio.get_running_loop().time(), reading
        self._kept.move_to_end(key)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        reading.add_done_callback(lambda done: self._drop_failed(key, done))

    def _drop_failed(self, key: Key, done: asyncio.Future[Value]) -> None:
        if (done.cancelled() or done.exception() is not None) and self._kept.get(key, (0.0, None))[1] is done:
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
        reading = self._joined.find(key)
        if reading is None:
            reading = asyncio.ensure_future(read())
            self._joined.keep(key, reading)
        return await until_done(reading)


class SharedBatch(Generic[Key, Value]):
    """One read for all keys that are asked for in one turn of the event loop, and for all who ask for the same."""

    def __init__(self, read: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Value]]], age: timedelta = AGE) -> None:
        self._read = read
        self._joined: Joined[Key, Value | None] = Joined(age)
        self._waiting: dict[Key, asyncio.Future[Value | None]] = {}
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
            reading = loop.create_future()
            if not self._waiting:
                loop.call_soon(self._begin)
            self._waiting[key] = reading
            self._joined.keep(key, reading)
        return await until_done(reading)

    def _begin(self) -> None:
        waiting, self._waiting = list(self._waiting.items()), {}
        for first in range(0, len(waiting), BATCH):
            task = asyncio.create_task(self._answer(dict(waiting[first : first + BATCH])), name="shared read")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, waiting: dict[Key, asyncio.Future[Value | None]]) -> None:
        try:
            found = await self._read(list(waiting))
        except BaseException as error:
            for reading in waiting.values():
                reading.cancel() if isinstance(error, asyncio.CancelledError) else reading.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for key, reading in waiting.items():
            reading.set_result(found.get(key))


async def until_done(reading: asyncio.Future[Value]) -> Value:
    """The result of what others wait for as well: whoever is cancelled leaves it running."""
    return reading.result() if reading.done() else await asyncio.shield(reading)
