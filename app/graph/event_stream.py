"""One operation as server-sent events: `next` for each result, then `complete`.

Source: GraphQL over Server-Sent Events, distinct connections mode.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.graph import delivery
from app.graph.delivery import hand_over, run_any
from app.graph.errors import SlowReader
from app.graph.http import EVENT_STREAM
from app.graph.outcomes import write_body
from app.graph.running import Body, Operation
from app.graph.subscriptions import show_failure
from app.graph.watch import Watch

_log = structlog.get_logger("auther.graphql")

# Proxies drop connections that are silent for half a minute or a minute.
KEEP_ALIVE_SECONDS = 12.0
_KEEP_ALIVE = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"
_HEADERS = {
    "content-type": f"{EVENT_STREAM}; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
}


class EventStream(Response):
    """Runs the operation while the response is read."""

    def __init__(self, operation: Operation, watch: Watch, request_id: str) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._operation = operation
        self._watch = watch
        self._request_id = request_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        streaming = asyncio.create_task(self._stream(send), name="event stream")
        leaving = asyncio.create_task(_wait_for_leave(receive), name="event stream's reader")
        try:
            await asyncio.wait((streaming, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            streaming.cancel()
            leaving.cancel()
            await asyncio.wait((streaming, leaving))
        if not streaming.cancelled():
            streaming.result()

    async def _stream(self, send: Send) -> None:
        ending = _COMPLETE
        writer = _Writer(send, self._watch)
        try:
            async with self._watch.running(), writer.staying_alive():
                await self._write_all(writer)
        except Exception as error:  # noqa: BLE001 - the edge
            if isinstance(error, SlowReader):
                _log.info("graphql.slow_reader", way="event stream")
            ending = _event({"errors": [show_failure(error, self._request_id)]}) + _COMPLETE
        with suppress(TimeoutError):
            async with asyncio.timeout(delivery.FAREWELL_SECONDS):
                await _send(send, ending, is_last=True)

    async def _write_all(self, writer: _Writer) -> None:
        # The first comment opens the stream.
        await writer.write(_KEEP_ALIVE)
        async with aclosing(run_any(self._operation, self._watch, self._request_id)) as bodies:
            async for body in bodies:
                await writer.write(_event(body))


class _Writer:
    """Writes events one after the other, and a comment whenever none came for a while."""

    def __init__(self, send: Send, watch: Watch) -> None:
        self._send = send
        self._watch = watch
        self._writing = asyncio.Lock()
        self._is_silent = True

    async def write(self, text: bytes) -> None:
        """Hand over a text.

        Raises:
            SlowReader: `graph_slow_reader`.
        """
        async with self._writing:
            self._is_silent = False
            await hand_over(_send(self._send, text), self._watch)

    @asynccontextmanager
    async def staying_alive(self) -> AsyncIterator[None]:
        """Write comments into silence while the block runs."""
        task = asyncio.create_task(self._stay_alive(), name="event stream's comments")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait((task,))

    async def _stay_alive(self) -> None:
        # A reader who does not take a comment is dropped by way of the watch.
        with suppress(SlowReader):
            while True:
                self._is_silent = True
                await asyncio.sleep(KEEP_ALIVE_SECONDS)
                if self._is_silent:
                    await self.write(_KEEP_ALIVE)


def _event(body: Body) -> bytes:
    return b"event: next\ndata: " + write_body(body) + b"\n\n"


async def _send(send: Send, content: bytes, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": content, "more_body": not is_last})


async def _wait_for_leave(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
