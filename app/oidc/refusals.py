"""Refusals of the endpoints for programs, as JSON (RFC 6749 §5.2)."""

from __future__ import annotations

import math

import structlog
from starlette.responses import JSONResponse, Response

from app.events.refusals import mark_error, mark_refused
from app.kit.errors import AppError, Unauthenticated, Unavailable
from app.oidc.errors import BearerError, EndpointError, ErrorCode, as_endpoint_error

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


def challenge(error: BearerError) -> Response:
    """What an access token lacks, or that there is none (RFC 6750 §3)."""
    mark_refused(error.code)
    parts = [f"Bearer {REALM}"]
    if error.error is not None:
        parts += [f'error="{error.error}"', f'error_description="{error.message}"']
    headers = {**NO_STORE, "www-authenticate": ", ".join(parts)}
    return JSONResponse(describe(error.error or ErrorCode.INVALID_TOKEN, error.message), error.status, headers)


def refuse_key(error: AppError, request_id: str) -> Response:
    """The refusal of a key: 401 with a challenge, 403, or 429 with the time to wait."""
    mark_error(error)
    headers = dict(NO_STORE)
    if isinstance(error, Unauthenticated):
        headers["www-authenticate"] = f"Bearer {REALM}"
    if error.retry_after is not None:
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after.total_seconds())))
    body = {"error": error.code, "message": error.message, "requestId": request_id}
    return JSONResponse(body, error.status, headers)
