"""`/password/forgot`: asking for a reset; the same answer for everybody."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.kit.db import unit_of_work
from app.kit.errors import TooMany
from app.kit.pages import read_form, see_other
from app.login import service
from app.login.pages.visit import read_visit


async def show_forgot(request: Request) -> Response:
    visit = await read_visit(request)
    if "sent" in request.query_params:
        return visit.show("sent.html", {"kind": "forgot"})
    return visit.show("forgot.html", {"identifier": (visit.flow and visit.flow.login_hint) or ""})


async def post_forgot(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    login = form.get("identifier", "")
    try:
        async with unit_of_work():
            await service.ask_for_reset(visit.actor, login, flow_id=visit.flow_id, locale=visit.texts.language)
    except TooMany as error:
        return visit.show("forgot.html", {"identifier": login}, error=error)
    return see_other(visit.url("/password/forgot", sent="1"))


routes: list[BaseRoute] = [
    Route("/password/forgot", show_forgot, methods=["GET"]),
    Route("/password/forgot", post_forgot, methods=["POST"]),
]
