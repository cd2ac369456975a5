"""Errors as answers: a page for people, JSON for programs; nothing of Python in either."""

from __future__ import annotations

import math

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.events.refusals import mark_error
from app.kit.errors import AppError, NotFound
from app.kit.pages import error_page
from app.rest.request_ids import answered_id

_log = structlog.get_logger("auther.http")
_FAULT = AppError("kit_fault", "Something went wrong on our side. Try again; if it stays so, give us the request id.")
_STATUS_CODES = {404: "kit_not_found", 405: "kit_method_not_allowed", 400: "kit_bad_request", 413: "kit_too_large"}


async def render_app_error(request: Request, error: Exception) -> Response:
    """An expected error."""
    assert isinstance(error, AppError)
    if error.detail:
        _log.info("refused", code=error.code, detail=error.detail)
    return _render(request, error)


async def render_http_error(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: unknown paths, wrong methods."""
    assert isinstance(error, HTTPException)
    code = _STATUS_CODES.get(error.status_code, "kit_bad_request")
    shown = NotFound(code, "There is nothing here.") if error.status_code == 404 else AppError(code, str(error.detail))
    response = _render(request, shown, status=error.status_code)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def render_fault(request: Request, error: Exception) -> Response:
    """A bug. The log has the trace, the caller a request id."""
    _log.error("fault", exc_info=error)
    response = _render(request, _FAULT)
    # Starlette answers faults outside of our middleware.
    response.headers["x-request-id"] = answered_id(request.scope).decode("latin-1")
    response.headers["x-content-type-options"] = "nosniff"
    return response


def _render(request: Request, error: AppError, *, status: int | None = None) -> Response:
    mark_error(error)
    if "text/html" in request.headers.get("accept", ""):
        response: Response = error_page(request, error)
    else:
        body = {"error": error.code, "message": error.message, "requestId": request.state.request_id}
        response = JSONResponse(body, headers={"cache-control": "no-store"})
    response.status_code = status or error.status
    if error.retry_after is not None:
        response.headers["retry-after"] = str(max(1, math.ceil(error.retry_after.total_seconds())))
    return response
