"""Refusals of the endpoints for programs, as JSON (RFC 6749 §5.2)."""

from __future__ import annotations

import math

import structlog
from starlette.responses import JSONResponse, Response

from app.events.refusals import mark_error, mark_refused, mark_told
from app.kit.errors import AppError, Unauthenticated, Unavailable
from app.oidc.errors import BearerError, BoundTokenBare, EndpointError, ErrorCode, PossessionError, as_endpoint_error
from app.signing.carried import CARRIED_ALGORITHMS

REALM = 'realm="auther"'
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
_ALGS = f'algs="{" ".join(CARRIED_ALGORITHMS)}"'
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
    """What an access token lacks, or that there is none (RFC 6750 §3, RFC 9449 §7.1)."""
    if error.error is ErrorCode.USE_DPOP_NONCE:
        # What everybody hears who makes proofs, now and then: nobody was refused anything.
        mark_told()
    mark_refused(error.code)
    headers = {**NO_STORE, "www-authenticate": describe_challenge(error)}
    return JSONResponse(describe(error.error or ErrorCode.INVALID_TOKEN, error.message), error.status, headers)


def describe_challenge(error: BearerError) -> str:
    """The `WWW-Authenticate` header: both schemes to whoever showed nothing, or a bound token bare."""
    told = [] if error.error is None else [f'error="{error.error}"', f'error_description="{error.message}"']
    if isinstance(error, PossessionError):
        return ", ".join([f"DPoP {REALM}", *told, _ALGS])
    bearer = ", ".join([f"Bearer {REALM}", *told])
    is_open = error.error is None or isinstance(error, BoundTokenBare)
    return f"{bearer}, DPoP {REALM}, {_ALGS}" if is_open else bearer


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
