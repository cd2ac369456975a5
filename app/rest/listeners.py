"""Two listeners, when operators have one of their own: the public one serves neither the console nor GraphiQL.

Which one a connection came to is what its socket is bound to; no header counts.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.kit.errors import NotFound
from app.kit.listening import is_public_part
from app.kit.runtime import settings
from app.rest.errors import render_app_error

_ADMIN_PATHS: Final = ("/admin", "/graphiql")


class PublicPart:
    """Notes whether a request came to the public listener (`request.state.is_public_part`), and guards our pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        is_public = is_public_part(scope.get("server"), settings())
        scope["state"]["is_public_part"] = is_public
        if is_public and scope["type"] == "http" and _is_for_operators(scope["path"]):
            nothing = NotFound("kit_not_found", "There is nothing here.")
            await (await render_app_error(Request(scope, receive), nothing))(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_for_operators(path: str) -> bool:
    return path == "/" or any(path == each or path.startswith(f"{each}/") for each in _ADMIN_PATHS)
