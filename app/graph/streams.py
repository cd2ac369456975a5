"""What rooms build subscriptions from: wake-ups from PostgreSQL, and items that say where to resume.

One connection a process hears all channels for all streams. A wake-up is a hint and may be lost, so
waiting for one ends after `POLL` in any case. Nothing is queued here: a wake-up that nobody has seen
yet swallows the next ones, and what happened is read from the tables.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from typing import Generic, TypeVar

import strawberry

from app.kit.guard import forget_permissions
from app.kit.notify import Listener

# How long a lost hint can delay an item, and a lost permission can go unnoticed.
POLL = timedelta(seconds=1)

Item = TypeVar("Item")


@strawberry.type(
    description="An item of a stream, or only a place in it: without an item there was nothing new that matches."
)
class Delivery(Generic[Item]):
    cursor: str = strawberry.field(description="The place in the stream; `after` takes it to go on from here.")
    node: Item | None = strawberry.field(description="The item. Null at the start, and now and then in between.")


@dataclass(frozen=True, slots=True)
class Delivered:
    """What stands behind a `Delivery`."""

    cursor: str
    node: object | None = None


class Wakeups:
    """Tells one stream that something may have happened."""

    def __init__(self) -> None:
        self._is_due = False
        self._waiter: asyncio.Future[None] | None = None

    def wake(self) -> None:
        self._is_due = True
        if self._waiter is not None:
            _end_waiting(self._waiter)

    async def wait(self, most: timedelta = POLL) -> None:
        """Until something may have happened, `most` at the longest. Guards ask anew afterwards."""
        if not self._is_due:
            loop = asyncio.get_running_loop()
            self._waiter = loop.create_future()
            timer = loop.call_later(most.total_seconds(), _end_waiting, self._waiter)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        self._is_due = False
        forget_permissions()


class Hub:
    """Hears the channels of all streams of a process, and tells them when the process is about to stop."""

    def __init__(self) -> None:
        self._listening: dict[str, set[Wakeups]] = {}
        self._forgetting: dict[str, list[Callable[[], None]]] = {}
        self.is_stopping = False

    def declare(self, channel: str, *forget: Callable[[], None]) -> str:
        """Name a channel that streams will listen to. Done where a room's module is loaded, before `running`.

        Args:
            forget: called when something is heard, before streams are woken: what is shared may be old.
        """
        self._listening.setdefault(channel, set())
        self._forgetting.setdefault(channel, []).extend(forget)
        return channel

    @asynccontextmanager
    async def listening(self, channel: str) -> AsyncIterator[Wakeups]:
        """Wake-ups for a channel while the block runs. Read after this begins, and nothing is missed.

        Raises:
            LookupError: the channel was not declared (a mistake in our code).
        """
        wakeups = Wakeups()
        self._listening[channel].add(wakeups)
        try:
            yield wakeups
        finally:
            self._listening[channel].discard(wakeups)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear the declared channels while the block runs. Without it, streams live on polling alone."""
        self.is_stopping = False
        stop = asyncio.Event()
        listener = Listener(tuple(self._listening), self._hear, self._wake_all)
        task = asyncio.create_task(listener.run(stop), name="streams")
        try:
            with _calling_on_signals(self.stop):
                yield
        finally:
            self.stop()
            stop.set()
            await asyncio.wait([task])

    def stop(self) -> None:
        """Let streams end: their readers connect to a server that goes on."""
        self.is_stopping = True
        self._wake_all()

    def count(self, channel: str) -> int:
        """How many streams listen to a channel."""
        return len(self._listening[channel])

    def _hear(self, channel: str, _payload: str) -> None:
        for forget in self._forgetting[channel]:
            forget()
        for wakeups in self._listening[channel]:
            wakeups.wake()

    def _wake_all(self) -> None:
        for channel in self._listening:
            self._hear(channel, "")


hub = Hub()


def _end_waiting(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


@contextmanager
def _calling_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` on SIGINT and SIGTERM, before whoever handled them so far.

    A server waits for open responses before it ends its lifespan, and an event stream is one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {number: handler for number, handler in handlers.items() if callable(handler)}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)
        before[signal.Signals(number)](number, frame)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
