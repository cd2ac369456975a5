"""Refusals of the endpoints for programs, as JSON (RFC 6749 §5.2)."""

from __future__ import annotations

import math

import structlog
from starlette.responses import JSONResponse, Response

from app.kit.errors import Unavailable
from app.oidc.errors import EndpointError, ErrorCode, as_endpoint_error

REALM = 'realm="auther"'
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
_log = structlog.get_logger("auther.oidc")


def refuse(error: EndpointError) -> Response:
    """The refusal with its status."""
    response = JSONResponse(describe(error.error, error.message), error.status, NO_STORE)
    if error.error is ErrorCode.INVALID_CLIENT:
        # RFC 6749 §5.2, RFC 9110 §15.5.2: a 401 names the scheme.
        response.headers["www-authenticate"] = f"Basic {REALM}"
    if error.retry_after is not None:
        response.headers["retry-after"] = str(max(1, math.ceil(error.retry_after.total_seconds())))
    return response


def refuse_outage(error: Unavailable) -> Response:
    """503: something that we depend on is away; the log says what."""
    _log.warning("unavailable", code=error.code, detail=error.detail)
    return refuse(as_endpoint_error(error))


def describe(code: ErrorCode, message: str) -> dict[str, str]:
    return {"error": code, "error_description": message}
