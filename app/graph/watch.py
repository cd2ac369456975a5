"""Whether whoever reads a stream may still read it: asked every second, and at once when something happens."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

import structlog

from app.events.types import CHANNEL
from app.graph.callers import Credentials, find_again
from app.graph.context import Context
from app.graph.errors import Restarting, TooManyStreams
from app.graph.streams import hub
from app.kit.actor import Actor
from app.kit.errors import AppError, Unavailable
from app.kit.limits import address_bucket

# At most ten times a second, however much happens.
_GAP_SECONDS = 0.1
# A console has a handful; a hundred leave room for many tabs and scripts.
MAX_STREAMS = 100
MAX_SOCKETS = 100

Result = TypeVar("Result")

hub.declare(CHANNEL)
_log = structlog.get_logger("auther.graphql")
_streams: Counter[str] = Counter()
_sockets: Counter[str] = Counter()


class Ending:
    """A moment that ends whatever waits with `unless_over`, and why it came."""

    def __init__(self) -> None:
        self._over: asyncio.Future[AppError] = asyncio.get_running_loop().create_future()

    @property
    def is_over(self) -> bool:
        return self._over.done()

    def end(self, reason: AppError) -> None:
        """Let the moment come. Only the first reason counts."""
        if not self._over.done():
            self._over.set_result(reason)

    async def unless_over(self, work: Awaitable[Result]) -> Result:
        """The work's result; once the moment has come the work is cancelled, and the reason raised."""
        task = asyncio.ensure_future(work)
        try:
            await asyncio.wait((task, self._over), return_when=asyncio.FIRST_COMPLETED)
            if self._over.done():
                raise self._over.result()
            return task.result()
        finally:
            await _settle(task)


class Watch(Ending):
    """Watches over the caller of one connection."""

    def __init__(self, credentials: Credentials, context: Context) -> None:
        super().__init__()
        self.context = context
        self._credentials = credentials

    async def check(self) -> Context:
        """The caller as of now, with loaders of its own.

        Raises:
            AppError: why the connection is over, from now on or already.
        """
        try:
            self.context = await self.unless_over(find_again(self._credentials))
        except AppError as error:
            self.end(error)
            raise
        return self.context

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep asking while the block runs."""
        task = asyncio.create_task(self._run(), name="watch")
        try:
            yield
        finally:
            task.cancel()
            await _settle(task)

    async def _run(self) -> None:
        try:
            async with hub.listening(CHANNEL) as wakeups:
                while not hub.is_stopping:
                    await asyncio.sleep(_GAP_SECONDS)
                    await wakeups.wait()
                    await self.check()
            self.end(Restarting())
        except AppError as error:
            self.end(error)
        except Exception as error:  # noqa: BLE001 - the edge: no stream goes on unwatched
            _log.exception("fault", exc_info=error)
            self.end(Unavailable("graph_unwatched", "This was interrupted. Connect again."))


@contextmanager
def stream_place(actor: Actor) -> Iterator[None]:
    """A place among the caller's streams in this process while the block runs.

    Raises:
        TooManyStreams: `graph_too_many_streams`.
    """
    require_place(actor)
    with _counted(_streams, actor):
        yield


@contextmanager
def socket_place(actor: Actor) -> Iterator[None]:
    """A place among the caller's sockets in this process while the block runs.

    Raises:
        TooManyStreams: `graph_too_many_streams`.
    """
    if _sockets[_key(actor)] >= MAX_SOCKETS:
        raise TooManyStreams("sockets", MAX_SOCKETS)
    with _counted(_sockets, actor):
        yield


def require_place(actor: Actor) -> None:
    """Let a caller pass who may open one more stream.

    Raises:
        TooManyStreams: `graph_too_many_streams`.
    """
    if _streams[_key(actor)] >= MAX_STREAMS:
        raise TooManyStreams("subscriptions", MAX_STREAMS)


def count_streams() -> int:
    """How many streams are open in this process."""
    return _streams.total()


@contextmanager
def _counted(places: Counter[str], actor: Actor) -> Iterator[None]:
    key = _key(actor)
    places[key] += 1
    try:
        yield
    finally:
        places[key] -= 1
        if not places[key]:
            del places[key]


def _key(actor: Actor) -> str:
    return actor.id or address_bucket(actor.origin.ip)


async def _settle(task: asyncio.Future[Result]) -> None:
    """Cancel what still runs, and wait for its end; how it ended does not matter any more.

    Whoever is cancelled while waiting here goes on to wait: a generator that is still at work cannot be closed.
    """
    interruption: asyncio.CancelledError | None = None
    task.cancel()
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            interruption = error
    if not task.cancelled():
        task.exception()
    if interruption is not None:
        raise interruption
