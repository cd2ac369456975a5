"""`/signin/unlock`: the way out of a lock by mail. GET asks, POST does; mail scanners only ever GET."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.credentials.errors import LinkInvalid
from app.kit.db import unit_of_work
from app.kit.pages import read_form, see_other
from app.login import service
from app.login.pages.links import read_link_visit
from app.login.pages.visit import Visit
from app.login.service.unlocking import UNLOCK_PAGE

NOTICE = "unlocked"


async def show_unlock(request: Request) -> Response:
    visit, token = await read_link_visit(request)
    try:
        claim = await service.read_unlock(token)
    except LinkInvalid as error:
        return _refuse(visit, error)
    action = visit.url(UNLOCK_PAGE, token=token)
    return visit.show("confirm.html", {"kind": NOTICE, "email": claim.email, "action": action, "asks_password": False})


async def post_unlock(request: Request) -> Response:
    visit, token = await read_link_visit(request)
    await read_form(request)
    try:
        async with unit_of_work():
            await service.unlock_sign_in(visit.actor, token, browser_id=visit.browser_id)
    except LinkInvalid as error:
        return _refuse(visit, error)
    return see_other(visit.url("/signin", notice=NOTICE, existing="1"))


def _refuse(visit: Visit, error: LinkInvalid) -> Response:
    return visit.show("dead_link.html", {"again": None}, error=error)


routes: list[BaseRoute] = [
    Route(UNLOCK_PAGE, show_unlock, methods=["GET"]),
    Route(UNLOCK_PAGE, post_unlock, methods=["POST"]),
]
