"""Pages that are opened from a mail, maybe in another browser and long after the flow began."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request

from app.login.errors import FlowExpired
from app.login.pages.visit import Visit, read_visit


async def read_link_visit(request: Request) -> tuple[Visit, str]:
    """The visit and the link's token. A flow that is over, or of another browser, is simply dropped."""
    token = request.query_params.get("token", "")
    try:
        visit = await read_visit(request)
    except FlowExpired:
        visit = await read_visit(_without_flow(request))
    return replace(visit, request=request), token


def _without_flow(request: Request) -> Request:
    return Request({**request.scope, "query_string": b""}, request.receive)
