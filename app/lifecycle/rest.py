"""`/exports/account`: the download of an export by a link that the API gave."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from app.lifecycle.service.links import PATH, redeem_link


async def download(request: Request) -> Response:
    """The document, as it is read.

    Raises:
        ExportLinkOver. Forbidden.
    """
    session, token = request.state.session, request.query_params.get("token", "")
    export = await redeem_link(token, session.session.id if session else None, request.state.origin)
    return StreamingResponse(
        export.chunks,
        media_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{export.filename}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


routes: list[BaseRoute] = [Route(PATH, download, methods=["GET"])]
