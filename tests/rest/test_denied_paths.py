"""What the trail says of the path of a refused request: the route, and nothing that the caller wrote."""

from __future__ import annotations

import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from app.kit import db
from app.rest.middleware import RequestContext


async def test_a_path_below_a_mount_is_not_repeated() -> None:
    async def door(_request: object) -> PlainTextResponse:
        return PlainTextResponse("shut", status_code=403)

    inside = Starlette(routes=[Route("/{name}", door)])
    application = Starlette(routes=[Mount("/files", inside)])
    application.add_middleware(RequestContext)

    transport = httpx.ASGITransport(application, client=("127.0.0.1", 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        answer = await browser.get("/files/what-the-caller-wrote")

    assert answer.status_code == 403
    assert await db.fetch_value("SELECT target_id FROM events_audit") == "GET /files/*"
