"""A host that publishes request objects: a real HTTP server on loopback, which counts who asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from app.kit import db
from app.kit.crypto import b64url
from app.kit.runtime import override
from app.oidc.request_uris import forget_objects

_OPEN = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND state LIKE 'idle in transaction%'
"""


def unsigned(claims: dict[str, Any], signature: str = "", **header: Any) -> str:
    """A request object that says of itself that nobody signed it."""
    parts = [b64url(orjson.dumps(part)) for part in ({"alg": "none", **header}, claims)]
    return ".".join([*parts, signature])


class ObjectServer:
    """Answers each path with what was published there.

    Attributes:
        asked: the paths that were asked for, in order.
        open_transactions: how many were open in our database while it was asked.
        hangs: whether it says nothing at all.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.open_transactions: list[int] = []
        self.status = "200 OK"
        self.headers = ["content-type: application/oauth-authz-req+jwt"]
        self.hangs = False
        self.port = 0
        self._bodies: dict[str, bytes] = {}
        self._over = asyncio.Event()

    @property
    def uri(self) -> str:
        return self.at("/request.jwt")

    def at(self, path: str) -> str:
        return f"http://localhost:{self.port}{path}"

    def publish(self, request: str | bytes, path: str = "/request.jwt") -> None:
        self._bodies[path] = request.encode() if isinstance(request, str) else request

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            self.asked.append(path)
            self.open_transactions.append(await db.fetch_value(_OPEN))
            if self.hangs:
                await self._over.wait()
            body = self._bodies[path]
            lines = [f"HTTP/1.1 {self.status}", f"content-length: {len(body)}", "connection: close", *self.headers]
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[ObjectServer]:
        """The server, which may be called while the block runs."""
        listener = await asyncio.start_server(self.answer, "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        forget_objects()
        try:
            with override(outbound_allow=(f"localhost:{self.port}",)):
                yield self
        finally:
            self._over.set()
            listener.close()
            await listener.wait_closed()
