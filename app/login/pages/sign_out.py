"""`/signout`: GET asks, so that nobody can sign somebody out by a link; POST does."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.impersonation.types import STOP_PAGE
from app.kit.db import unit_of_work
from app.kit.pages import clear_session_cookie, read_form, see_other
from app.login.farewell import find_way_out
from app.login.pages.visit import Visit, read_visit
from app.sessions.errors import SessionNotFound
from app.sessions.service import end_session


async def show_sign_out(request: Request) -> Response:
    visit = await read_visit(request)
    if visit.actor.impersonator_id is not None:
        return see_other(STOP_PAGE)
    if visit.session is None:
        return see_other(visit.url("/signin", notice="signed_out"))
    return visit.show("signout.html", {"session": visit.session})


async def post_sign_out(request: Request) -> Response:
    visit = await read_visit(request)
    await read_form(request)
    if visit.actor.impersonator_id is not None:
        return see_other(STOP_PAGE)
    response = see_other(await _sign_out(visit) or visit.url("/signin", notice="signed_out"))
    clear_session_cookie(response)
    return response


async def _sign_out(visit: Visit) -> str | None:
    if visit.session is None:
        return None
    try:
        async with unit_of_work():
            await end_session(visit.actor, visit.session.session.id)
    except SessionNotFound:
        return None
    return await find_way_out(visit.session.session)


routes: list[BaseRoute] = [
    Route("/signout", show_sign_out, methods=["GET"]),
    Route("/signout", post_sign_out, methods=["POST"]),
]
