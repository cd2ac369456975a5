"""A host that publishes which redirect URIs belong together (OpenID Connect Core §8.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar, overload

from app.kit.runtime import override


@dataclass
class Publisher:
    """Answers with whatever it holds, and counts how often it is asked."""

    body: bytes = b"[]"
    status: str = "200 OK"
    asked: int = 0
    port: int = 0

    @property
    def uri(self) -> str:
        return f"http://localhost:{self.port}/sector"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        head = f"HTTP/1.1 {self.status}\r\ncontent-length: {len(self.body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + self.body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


Kind = TypeVar("Kind", bound=Publisher)


@overload
def publishing() -> AbstractAsyncContextManager[Publisher]: ...
@overload
def publishing(publisher: Kind) -> AbstractAsyncContextManager[Kind]: ...
def publishing(publisher: Publisher | None = None) -> AbstractAsyncContextManager[Publisher]:
    """One that may be called."""
    return _publishing(publisher or Publisher())


@asynccontextmanager
async def _publishing(publisher: Kind) -> AsyncIterator[Kind]:
    listener = await asyncio.start_server(publisher.answer, "127.0.0.1", 0)
    publisher.port = listener.sockets[0].getsockname()[1]
    with override(outbound_allow=(f"localhost:{publisher.port}",)):
        yield publisher
    listener.close()
    await listener.wait_closed()
