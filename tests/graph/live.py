"""The application on a real port, and readers of its streams."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
import orjson
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.graph.streams import hub
from app.kit.actor import SYSTEM
from app.sessions.service import begin_session
from app.users.types import User
from tests.support import commit

PROTOCOL = "graphql-transport-ws"
CSRF = {"x-auther-csrf": "1"}
FOLLOW = "subscription ($filter: AuditEventFilter, $after: String) { auditEvents(filter: $filter, after: $after) %s }"
EVENTS = FOLLOW % "{ cursor node { action targetId } }"
PATIENCE = 20

Message = dict[str, Any]


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Live:
    """A server in this process."""

    def __init__(self, server: uvicorn.Server, port: int) -> None:
        self.server = server
        self.url = f"http://localhost:{port}"
        self.socket_url = f"ws://localhost:{port}/graphql"

    @asynccontextmanager
    async def events(
        self, query: str = EVENTS, *, headers: Mapping[str, str], **variables: Any
    ) -> AsyncIterator[Events]:
        """A subscription as an event stream."""
        body = {"query": query, "variables": variables}
        asked = {"accept": "text/event-stream", **headers}
        async with (
            httpx.AsyncClient(base_url=self.url, timeout=PATIENCE) as client,
            client.stream("POST", "/graphql", json=body, headers=asked) as response,
        ):
            yield Events(response)

    @asynccontextmanager
    async def open(
        self, headers: Mapping[str, str] | None = None, *, protocol: str = PROTOCOL, **options: Any
    ) -> AsyncIterator[Socket]:
        """A socket that nothing was said on."""
        async with connect(
            self.socket_url, subprotocols=[protocol], additional_headers=dict(headers or {}), proxy=None, **options
        ) as connection:
            yield Socket(connection)

    @asynccontextmanager
    async def connected(
        self, headers: Mapping[str, str] | None = None, payload: Message | None = None, **options: Any
    ) -> AsyncIterator[Socket]:
        """A socket whose beginning was acknowledged."""
        async with self.open(headers, **options) as opened:
            await opened.send({"type": "connection_init", "payload": payload or {}})
            assert await opened.receive() == {"type": "connection_ack"}
            yield opened


class Events:
    """What an event stream brings."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def read(self) -> tuple[str, Any]:
        """Kind and data of the next event; comments are `("", None)`."""
        async with asyncio.timeout(PATIENCE):
            lines = []
            async for line in self._lines:
                if not line:
                    break
                lines.append(line)
        if lines in ([], [":"]):
            return "", None
        kind, data = lines
        text = data.removeprefix("data:").strip()
        return kind.removeprefix("event: "), orjson.loads(text) if text else None

    async def next(self) -> Any:
        """The next thing that is no comment: a result's delivery, or what else it holds; None at the end."""
        while not (found := await self.read())[0]:
            pass
        kind, data = found
        assert kind == ("complete" if data is None else "next")
        return delivery_of(data)


class Socket:
    """A client that speaks the protocol by hand."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, message: object) -> None:
        await self.connection.send(message if isinstance(message, str | bytes) else orjson.dumps(message).decode())

    async def receive(self) -> Message:
        async with asyncio.timeout(PATIENCE):
            message: Message = orjson.loads(await self.connection.recv())
        return message

    async def subscribe(self, operation_id: str = "1", query: str = EVENTS, **variables: Any) -> None:
        await self.send({"type": "subscribe", "id": operation_id, "payload": {"query": query, "variables": variables}})

    async def next(self, operation_id: str = "1") -> Any:
        """The delivery of the next result of an operation, or what else it holds; None at the end."""
        message = await self.receive()
        assert message["id"] == operation_id, message
        assert message["type"] == ("next" if "payload" in message else "complete"), message
        return delivery_of(message.get("payload"))

    async def closed(self) -> tuple[int | None, str | None]:
        """Code and reason, once whatever else came was read."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.connection.recv()
            except ConnectionClosed:
                return self.connection.close_code, self.connection.close_reason


def delivery_of(result: Message | None) -> Any:
    """Cursor and action and target of what came; or the error's code and reason."""
    if result is None:
        return None
    if "errors" in result:
        (error,) = result["errors"]
        return error["extensions"]["code"], error["extensions"].get("reason")
    return result["data"]["auditEvents"]


def shown(delivery: Any) -> tuple[str, str]:
    """Action and target of a delivery that is an event."""
    return delivery["node"]["action"], delivery["node"]["targetId"]


async def cookies_of(user: User) -> dict[str, str]:
    """A new session of the user, as a browser sends it."""
    new = await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    return {"cookie": f"auther_session={new.token}"}


async def headers_of(user: User) -> dict[str, str]:
    """A new session of the user, as our own pages send it."""
    return {**await cookies_of(user), **CSRF}


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[Live]:
    """The application on a free port, its streams hearing PostgreSQL."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, proxy_headers=False, timeout_graceful_shutdown=5
    )
    server = _Server(config)
    async with hub.running():
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield Live(server, listener.getsockname()[1])
        finally:
            server.should_exit = True
            hub.stop()
            await task


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something in this process."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)
