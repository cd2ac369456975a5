"""Routes of browsers that change something although they are asked by GET."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class GetRoute(Route):
    """GET alone. A HEAD asks for nothing to happen (RFC 9110 §9.2.1), and its answer would be lost: 405."""

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__(path, endpoint, methods=["GET"])
        self.methods = {"GET"}
