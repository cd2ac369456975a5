"""CORS: origins of registered redirect URIs may call these endpoints; nothing else is opened.

While the database is away nobody can say who is registered. Then preflights fail, and every origin may
read that we cannot serve, so that applications see an outage and no riddle.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.clients.service import is_registered_origin
from app.kit.errors import Unavailable
from app.oidc.refusals import refuse_outage

Handler = Callable[[Request], Awaitable[Response]]
MAX_ORIGIN_LENGTH = 300
# How long browsers may remember a preflight; Chromium cuts it to two hours.
_PREFLIGHT_SECONDS = 600


def for_registered_origins(handler: Handler) -> Handler:
    """Let pages of registered origins read the answers, without cookies, and answer their preflights."""

    async def answer(request: Request) -> Response:
        origin = request.headers.get("origin", "")
        try:
            # Before the handler: an answer that was paid for with a code must not get lost afterwards.
            is_open = 0 < len(origin) <= MAX_ORIGIN_LENGTH and await is_registered_origin(origin)
            response = _preflight() if request.method == "OPTIONS" else await handler(request)
        except Unavailable as error:
            response, is_open = refuse_outage(error), origin != "" and request.method != "OPTIONS"
        response.headers.append("vary", "Origin")
        if is_open:
            response.headers["access-control-allow-origin"] = origin
            response.headers["access-control-expose-headers"] = "WWW-Authenticate, ETag, Retry-After, DPoP-Nonce"
        elif request.method == "OPTIONS":
            _close(response)
        return response

    return answer


def _close(response: Response) -> None:
    for name in ("access-control-allow-methods", "access-control-allow-headers"):
        if name in response.headers:
            del response.headers[name]


def _preflight() -> Response:
    return Response(
        status_code=204,
        headers={
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "authorization, content-type, dpop",
            "access-control-max-age": str(_PREFLIGHT_SECONDS),
        },
    )
