"""Whether whoever reads a stream may still read it: asked every second, and at once when something happens."""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

import structlog

from app.events.types import CHANNEL
from app.graph.callers import Credentials, find_again, look_again
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
        self._reason: AppError | None = None
        self._at_work: set[asyncio.Task[Any]] = set()

    @property
    def is_over(self) -> bool:
        return self._reason is not None

    def end(self, reason: AppError) -> None:
        """Let the moment come. Only the first reason counts."""
        if self._reason is None:
            self._reason = reason
            for task in self._at_work:
                task.cancel()

    async def unless_over(self, work: Coroutine[Any, Any, Result]) -> Result:
        """The work's result; once the moment has come the work is cancelled, and the reason raised.

        The work is done by the task that waits for it: a task of its own would cost more than most of the work.
        """
        if self._reason is not None:
            work.close()
            raise self._reason
        task = asyncio.current_task()
        assert task is not None
        before = task.cancelling()
        self._at_work.add(task)
        try:
            result = await work
            if self._reason is None:
                return result
        except asyncio.CancelledError:
            # By `end` once, and by whom else?
            if task.cancelling() > before + self.is_over:
                raise
        finally:
            self._at_work.discard(task)
            if self._reason is not None:
                task.uncancel()
        assert self._reason is not None
        raise self._reason


class Watch(Ending):
    """Watches over the caller of one connection."""

    def __init__(self, credentials: Credentials, context: Context) -> None:
        super().__init__()
        self.context = context
        self.credentials = credentials

    async def check(self) -> Context:
        """The caller as of now, with loaders of its own. This counts as use of a session.

        Raises:
            AppError: why the connection is over, from now on or already.
        """
        try:
            self.context = await self.unless_over(find_again(self.credentials))
        except AppError as error:
            self.end(error)
            raise
        return self.context

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Be looked at in each round while the block runs."""
        rounds.enter(self)
        try:
            yield
        finally:
            await rounds.leave(self)


class Rounds:
    """Looks at all watched callers of a process together: every second, and at once when something happens.

    A look is no use of a session, so a stream alone does not keep one alive.
    """

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._task: asyncio.Task[None] | None = None

    def enter(self, watch: Watch) -> None:
        """Look at this one, too."""
        self._watches.add(watch)
        if self._task is None:
            # A context of its own: this outlives the request that came first.
            self._task = asyncio.create_task(self._run(), name="watch", context=contextvars.Context())

    async def leave(self, watch: Watch) -> None:
        """Look at this one no more."""
        self._watches.discard(watch)
        if not self._watches and self._task is not None:
            task, self._task = self._task, None
            await _settle(task)

    async def _run(self) -> None:
        try:
            async with hub.listening(CHANNEL) as wakeups:
                while not hub.is_stopping:
                    await asyncio.sleep(_GAP_SECONDS)
                    await wakeups.wait()
                    await self._look()
            self._end_all(Restarting())
        except AppError as error:
            self._end_all(error)
        except Exception as error:  # noqa: BLE001 - the edge: no stream goes on unwatched
            _log.exception("fault", exc_info=error)
            self._end_all(Unavailable("graph_unwatched", "This was interrupted. Connect again."))
        self._task = None

    async def _look(self) -> None:
        watches = list(self._watches)
        found = await look_again({watch.credentials for watch in watches})
        for watch in watches:
            context = found[watch.credentials]
            if isinstance(context, AppError):
                watch.end(context)
            else:
                watch.context = context

    def _end_all(self, reason: AppError) -> None:
        for watch in self._watches:
            watch.end(reason)


rounds = Rounds()


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
    return actor.owner_id or actor.id or address_bucket(actor.origin.ip)


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
