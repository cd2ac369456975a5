"""Endpoints that are asked thousands of times a second: found by method and path before any router looks for them.

They stand behind the request's context as everything does, and are routes as well: what is not exactly theirs, such as
another method, is answered there.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.kit.errors import AppError
from app.rest.errors import render_app_error


class ExactRoutes:
    """Hands a request to the endpoint of its method and path, if there is one.

    Args:
        endpoints: ASGI applications that need neither path parameters nor the browser's cookie.
    """

    def __init__(self, app: ASGIApp, endpoints: Mapping[tuple[str, str], ASGIApp]) -> None:
        self.app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._endpoints.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if endpoint is None:
            await self.app(scope, receive, send)
            return
        scope["endpoint"] = endpoint
        try:
            await endpoint(scope, receive, send)
        except AppError as error:
            await (await render_app_error(Request(scope, receive), error))(scope, receive, send)
