"""An application that hears of the end of sessions: a real HTTP server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.kit.runtime import override, settings
from app.oidc.backchannel import PLACES, TELL_STRANGERS
from tests.serving import served

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Receiver:
    """Takes logout tokens, and answers each with the next status of `statuses` (200 when there is none)."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.heard = asyncio.Event()
        self.port = 0

    @property
    def uri(self) -> str:
        return f"http://localhost:{self.port}/backchannel"

    @property
    def target(self) -> str:
        return f"localhost:{self.port}"

    async def take(self, request: Request) -> Response:
        form = await request.form()
        self.tokens.append(str(form["logout_token"]))
        self.headers = dict(request.headers)
        self.heard.set()
        status = self.statuses.pop(0) if self.statuses else 200
        return Response(status_code=status, headers={"location": "/elsewhere", "cache-control": "no-store"})

    def read(self, keys: dict[str, Any]) -> list[dict[str, Any]]:
        """The claims of each token, verified by a library that is not ours."""
        known = KeySet.import_key_set(keys)  # type: ignore[arg-type]
        found = []
        for token in self.tokens:
            read = jwt.decode(token, known, algorithms=["RS256", "ES256", "EdDSA"])
            assert read.header["typ"] == "logout+jwt"
            found.append(dict(read.claims))
        return found

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[Receiver]:
        """The server, on a port of its own or on this one."""
        app = Starlette(routes=[Route("/backchannel", self.take, methods=["POST"])])
        async with served(app, port) as self.port:
            yield self


class Silence:
    """A server of a stranger that takes calls and answers none: it hangs, or hangs up."""

    def __init__(self, *, hangs: bool = True) -> None:
        self.hangs = hangs
        self.calls = 0
        self.full = asyncio.Event()
        self.port = 0

    @property
    def uri(self) -> str:
        return f"http://localhost:{self.port}/backchannel"

    @property
    def target(self) -> str:
        return f"localhost:{self.port}"

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        if self.calls == PLACES[TELL_STRANGERS]:
            self.full.set()
        if self.hangs:
            # Until whoever calls gives up.
            await reader.read()
        writer.close()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Silence]:
        server = await asyncio.start_server(self.take, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        open_before = settings().registration_outbound_allow
        with override(registration_outbound_allow=(*open_before, self.target)):
            yield self
        server.close()
        await server.wait_closed()
