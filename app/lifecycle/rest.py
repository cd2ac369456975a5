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
    session = request.state.session
    export = await redeem_link(request.query_params.get("token", ""), session.session.id if session else None)
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
