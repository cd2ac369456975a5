"""What applications publish for the server to fetch: key sets, lists of redirect URIs, requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson

from app.kit.runtime import override
from app.oidc.client_keys import forget_published
from app.oidc.request_uris import forget_objects


class Publisher:
    """A server on this machine that the server under test may call."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.port = 0
        self._documents: dict[str, bytes] = {}

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def publish(self, path: str, document: object) -> None:
        self._documents[path] = orjson.dumps(document)

    def publish_request(self, path: str, request: str) -> None:
        self._documents[path] = request.encode()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        self.asked.append(path)
        body = self._documents[path]
        lines = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        writer.write(f"{lines}connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Publisher]:
        """The server, while the block runs."""
        listener = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        forget_published()
        forget_objects()
        try:
            target = f"localhost:{self.port}"
            with override(outbound_allow=(target,), registration_outbound_allow=(target,)):
                yield self
        finally:
            listener.close()
            await listener.wait_closed()
