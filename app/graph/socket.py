"""`graphql-transport-ws`: operations of every kind over one WebSocket.

Source: GraphQL over WebSocket Protocol, `graphql-transport-ws`. The older `graphql-ws` is refused.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from enum import IntEnum
from typing import NoReturn

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.graph import delivery
from app.graph.admission import admit
from app.graph.callers import find_first, read_credentials
from app.graph.context import Context
from app.graph.delivery import hand_over, run_any
from app.graph.denials import record_refused_socket
from app.graph.documents import InvalidDocument
from app.graph.errors import FAULT_MESSAGE, InvalidRequest, Restarting, SlowReader, TooManyStreams, show_error
from app.graph.http import Parameters, check_parameters, dump_json, load_json
from app.graph.outcomes import write_message
from app.graph.running import Body, Operation
from app.graph.subscriptions import show_failure
from app.graph.watch import Watch, socket_place
from app.kit.errors import AppError, Unavailable
from app.kit.runtime import settings

_log = structlog.get_logger("auther.graphql")

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 3.0
MAX_OPERATIONS = 50
_MAX_ID = 128
# RFC 6455 §5.5: a control frame holds 125 bytes, two of them for the code.
_MAX_REASON_BYTES = 123

# Whoever restarts reconnects; whoever does not read hears nothing.
_WITHOUT_A_WORD = (Restarting, SlowReader)

Message = dict[str, object]


class Close(IntEnum):
    """Why a socket was closed. Clients reconnect after 1012, 1013, 4403, 4430 and 4431, not after the others."""

    TOO_BIG = 1009
    FAULT = 1011
    RESTARTING = 1012
    UNAVAILABLE = 1013
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL = 4406
    INIT_TIMEOUT = 4408
    DUPLICATE_ID = 4409
    DUPLICATE_INIT = 4429
    TOO_MANY = 4430
    SLOW_READER = 4431


class Closing(Exception):
    """The socket has to be closed."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


async def graphql_socket(socket: WebSocket) -> None:
    if PROTOCOL not in socket.scope["subprotocols"]:
        await socket.accept()
        await socket.close(Close.SUBPROTOCOL, "Subprotocol not acceptable")
        return
    await socket.accept(PROTOCOL)
    await _Connection(socket).serve()


class _Connection:
    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._request_id: str = socket.state.request_id
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        """Answer until either side has enough."""
        started = time.perf_counter()
        code: int = Close.FAULT
        try:
            code = await self._serve()
        finally:
            await self._cancel_operations()
            seconds = round(time.perf_counter() - started, 1)
            _log.info("socket", path=self._socket.url.path, close_code=code, seconds=seconds)

    async def _serve(self) -> int:
        try:
            watch = await self._begin()
            with socket_place(watch.context.actor):
                await self._run(watch)
        except WebSocketDisconnect as error:
            return error.code
        except Closing as closing:
            return await self._close(closing.code, closing.reason)
        except AppError as error:
            await record_refused_socket(self._socket.state.actor, error)
            return await self._close(_close_code(error), error.message)
        except Exception as error:  # noqa: BLE001 - the edge
            _log.exception("fault", exc_info=error)
            return await self._close(Close.FAULT, FAULT_MESSAGE)

    async def _run(self, watch: Watch) -> NoReturn:
        await self._send({"type": "connection_ack"}, watch)
        async with watch.running():
            try:
                await self._listen(watch)
            except AppError as error:
                await self._end_operations(error)
                raise

    async def _begin(self) -> Watch:
        """Wait for the caller to say who they are.

        Raises:
            Closing. AppError: the caller is refused.
        """
        try:
            async with asyncio.timeout(INIT_SECONDS):
                payload = await self._receive_init()
        except TimeoutError:
            raise Closing(Close.INIT_TIMEOUT, "Connection initialisation timeout") from None
        credentials = read_credentials(self._socket, payload)
        return Watch(credentials, await find_first(credentials))

    async def _receive_init(self) -> Mapping[str, object]:
        while (message := await self._receive())["type"] != "connection_init":
            if message["type"] == "ping":
                await self._socket.send_text('{"type":"pong"}')
            elif message["type"] != "pong":
                raise Closing(Close.UNAUTHORIZED, "Unauthorized")
        payload = message.get("payload")
        if not isinstance(payload, dict | None):
            raise Closing(Close.BAD_MESSAGE, "`payload` is an object")
        return payload or {}

    async def _listen(self, watch: Watch) -> NoReturn:
        while True:
            message = await watch.unless_over(self._receive())
            kind = message["type"]
            if kind == "subscribe":
                self._start(_read_id(message), _read_parameters(message), watch)
            elif kind == "complete":
                await self._stop(_read_id(message))
            elif kind == "ping":
                await self._send({"type": "pong"}, watch)
            elif kind == "connection_init":
                raise Closing(Close.DUPLICATE_INIT, "Too many initialisation requests")
            elif kind != "pong":
                raise Closing(Close.BAD_MESSAGE, "Unknown type of message")

    async def _receive(self) -> Message:
        event = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code") or 1005)
        text = (event.get("text") or "").encode()
        if len(text) > settings().graphql_max_body_bytes:
            raise Closing(Close.TOO_BIG, "The message is too big")
        try:
            message = load_json(text)
        except InvalidRequest as error:
            raise Closing(Close.BAD_MESSAGE, error.message) from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Closing(Close.BAD_MESSAGE, "A message is a JSON object with a `type`")
        return message

    def _start(self, operation_id: str, parameters: Parameters, watch: Watch) -> None:
        if operation_id in self._operations:
            raise Closing(Close.DUPLICATE_ID, f"Subscriber for {operation_id} already exists")
        if len(self._operations) >= MAX_OPERATIONS:
            raise Closing(Close.TOO_MANY, f"At most {MAX_OPERATIONS} operations at a time")
        task = asyncio.create_task(self._operate(operation_id, parameters, watch), name="operation")
        self._operations[operation_id] = task
        task.add_done_callback(lambda done: self._forget(operation_id, done))

    def _forget(self, operation_id: str, done: asyncio.Task[None]) -> None:
        if self._operations.get(operation_id) is done:
            del self._operations[operation_id]

    async def _stop(self, operation_id: str) -> None:
        task = self._operations.pop(operation_id, None)
        if task is not None:
            task.cancel()
            await asyncio.wait((task,))

    async def _operate(self, operation_id: str, parameters: Parameters, watch: Watch) -> None:
        # After a restart the client asks anew for whatever did not end with a `complete`.
        with suppress(WebSocketDisconnect, *_WITHOUT_A_WORD):
            try:
                context = await watch.check()
                operation = await admit(parameters, Context(context.actor, context.session))
            except _WITHOUT_A_WORD:
                raise
            except Exception as error:  # noqa: BLE001 - the edge
                if isinstance(error, AppError):
                    await record_refused_socket(watch.context.actor, error)
                errors = _show_refusal(error, self._request_id)
                await self._send({"id": operation_id, "type": "error", "payload": errors}, watch)
                return
            async with aclosing(self._results(operation, watch)) as results:
                async for body in results:
                    await self._send_text(write_message({"id": operation_id, "type": "next"}, body), watch)
            await self._send({"id": operation_id, "type": "complete"}, watch)

    async def _results(self, operation: Operation, watch: Watch) -> AsyncGenerator[Body, None]:
        try:
            async with aclosing(run_any(operation, watch, self._request_id)) as bodies:
                async for body in bodies:
                    yield body
        except _WITHOUT_A_WORD:
            raise
        except Exception as error:  # noqa: BLE001 - the edge
            yield {"errors": [show_failure(error, self._request_id)]}

    async def _send(self, message: Message, watch: Watch) -> None:
        await self._send_text(dump_json(message).decode(), watch)

    async def _send_text(self, text: str, watch: Watch) -> None:
        async with self._sending:
            await hand_over(self._socket.send_text(text), watch)

    async def _end_operations(self, error: AppError) -> None:
        """Let what runs say why it ends, unless the client is to ask anew or does not listen."""
        if self._operations and not isinstance(error, _WITHOUT_A_WORD):
            await asyncio.wait(self._operations.values(), timeout=delivery.FAREWELL_SECONDS)
        await self._cancel_operations()

    async def _cancel_operations(self) -> None:
        running = [*self._operations.values()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    async def _close(self, code: Close, reason: str) -> int:
        await self._cancel_operations()
        cut = reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")
        with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            async with asyncio.timeout(delivery.FAREWELL_SECONDS):
                await self._socket.close(code, cut)
        return code


def _read_id(message: Message) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= _MAX_ID:
        raise Closing(Close.BAD_MESSAGE, f"`id` is a text of 1 to {_MAX_ID} characters")
    return found


def _read_parameters(message: Message) -> Parameters:
    try:
        return check_parameters(message.get("payload"))
    except InvalidRequest as error:
        raise Closing(Close.BAD_MESSAGE, error.message) from None


def _show_refusal(error: Exception, request_id: str) -> list[dict[str, object]]:
    if isinstance(error, InvalidDocument):
        return [show_error(each, request_id) for each in error.errors]
    return [show_failure(error, request_id)]


def _close_code(error: AppError) -> Close:
    """The code for a connection that is over."""
    for kind, code in (
        (Restarting, Close.RESTARTING),
        (SlowReader, Close.SLOW_READER),
        (TooManyStreams, Close.TOO_MANY),
        (Unavailable, Close.UNAVAILABLE),
    ):
        if isinstance(error, kind):
            return code
    return Close.FORBIDDEN
