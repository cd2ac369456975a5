"""`/metrics`: for whoever has the token, or on a port of its own."""

from __future__ import annotations

import asyncio
import hmac

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from app.events.refusals import mark_refused
from app.kit.runtime import settings
from app.kit.settings import Settings
from app.metrics.exposition import CONTENT_TYPE
from app.metrics.service import render_metrics

_log = structlog.get_logger("auther.metrics")
_NO_STORE = {"cache-control": "no-store"}
_SCHEME = "bearer "


async def get_metrics(request: Request) -> Response:
    if settings().metrics_token is None:
        raise HTTPException(404)
    return await _answer(request, settings())


def build_port_app(chosen: Settings) -> Starlette:
    """What the metrics' own port serves: nothing else. It asks for the token, too, if one is set."""

    async def get_from_port(request: Request) -> Response:
        return await _answer(request, chosen)

    return Starlette(routes=[Route("/metrics", get_from_port)])


async def _answer(request: Request, chosen: Settings) -> Response:
    if chosen.metrics_token is not None:
        given = request.headers.get("authorization", "")
        if not _is_token(given, chosen.metrics_token.get_secret_value()):
            _log.warning("metrics.refused", has_token=bool(given))
            return _challenge(is_wrong=bool(given))
    return Response(await asyncio.to_thread(render_metrics), headers={**_NO_STORE, "content-type": CONTENT_TYPE})


def _is_token(given: str, token: str) -> bool:
    """Compared in constant time."""
    if given[: len(_SCHEME)].lower() != _SCHEME:
        return False
    return hmac.compare_digest(given[len(_SCHEME) :].strip().encode(), token.encode())


def _challenge(*, is_wrong: bool) -> Response:
    """RFC 6750 §3.1: no error code for a request that brings no token."""
    mark_refused("metrics_token_wrong" if is_wrong else "metrics_token_missing")
    proof = 'Bearer realm="metrics"' + (', error="invalid_token"' if is_wrong else "")
    text = "The metrics need the token of AUTHER_METRICS_TOKEN.\n"
    return PlainTextResponse(text, 401, headers={**_NO_STORE, "www-authenticate": proof})


routes: list[BaseRoute] = [Route("/metrics", get_metrics)]
