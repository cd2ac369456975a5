"""A port of this machine, where a browser comes back to after a sign-in.

Source: RFC 8252 §7.3; only the loopback address, only one answer, and only one with our `state`.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from auther_client.errors import SignInFailed

PATH = "/callback"
_START = "/start"
_MAX_REQUEST_BYTES = 16 * 1024
_WAIT_SECONDS = 600
_READ_SECONDS = 10
_DONE = b"You are signed in. You can close this window and go back to the terminal."
_REFUSED = b"You were not signed in. You can close this window; the terminal says why."


class Loopback:
    """Listens while it is entered."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()
        self._state = ""
        self._address = ""
        self._server: asyncio.Server | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_MAX_REQUEST_BYTES)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()

    @property
    def redirect_uri(self) -> str:
        """Where the browser comes back to."""
        return f"http://127.0.0.1:{self._port}{PATH}"

    def start_at(self, address: str) -> str:
        """An address of this port that leads to another one, once.

        What starts a browser shows its arguments to everybody on the machine: they hold only this.
        """
        self._address = address
        return self.redirect_uri.removesuffix(PATH) + _START

    async def receive(self, state: str) -> Mapping[str, str]:
        """The parameters that the browser brings, once they hold this `state`.

        Raises:
            SignInFailed: nobody came in time.
        """
        self._state = state
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                return await self._answer
        except TimeoutError:
            raise SignInFailed("expired_token", "Nobody signed in within ten minutes.") from None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_READ_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            status, text = self._take(head)
            writer.write(
                b"HTTP/1.1 " + status + b"\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
                b"Referrer-Policy: no-referrer\r\nConnection: close\r\nContent-Length: "
                + str(len(text)).encode()
                + b"\r\n\r\n"
                + text
            )
            await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def _take(self, head: bytes) -> tuple[bytes, bytes]:
        method, _, rest = head.partition(b" ")
        target = urlsplit(rest.partition(b" ")[0].decode("ascii", "replace"))
        if method == b"GET" and target.path == _START and self._address:
            address, self._address = self._address, ""
            return b"303 See Other\r\nLocation: " + address.encode(), b"Sign in there."
        given = parse_qs(target.query)
        values = {name: each[0] for name, each in given.items() if len(each) == 1}
        is_ours = bool(self._state) and hmac.compare_digest(values.get("state", "").encode(), self._state.encode())
        if method != b"GET" or target.path != PATH or not is_ours or self._answer.done():
            return b"404 Not Found", b"There is nothing here."
        self._answer.set_result(values)
        return b"200 OK", _DONE if "code" in values else _REFUSED
