"""CORS: origins of registered redirect URIs may call these endpoints; nothing else is opened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.clients.service import is_registered_origin

Handler = Callable[[Request], Awaitable[Response]]
MAX_ORIGIN_LENGTH = 300
# How long browsers may remember a preflight; Chromium cuts it to two hours.
_PREFLIGHT_SECONDS = 600


def for_registered_origins(handler: Handler) -> Handler:
    """Let pages of registered origins read the answers, without cookies, and answer their preflights."""

    async def answer(request: Request) -> Response:
        response = _preflight() if request.method == "OPTIONS" else await handler(request)
        response.headers.append("vary", "Origin")
        origin = request.headers.get("origin")
        if origin and len(origin) <= MAX_ORIGIN_LENGTH and await is_registered_origin(origin):
            response.headers["access-control-allow-origin"] = origin
            response.headers["access-control-expose-headers"] = "WWW-Authenticate, ETag"
        elif request.method == "OPTIONS":
            del response.headers["access-control-allow-methods"], response.headers["access-control-allow-headers"]
        return response

    return answer


def _preflight() -> Response:
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "authorization, content-type",
            "access-control-max-age": str(_PREFLIGHT_SECONDS),
        },
    )
