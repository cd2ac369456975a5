"""`/signin/leaving`: whoever asked for their account to be deleted signs in before it is erased, and may keep it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.kit.db import unit_of_work
from app.kit.pages import read_form, see_other
from app.login import service
from app.login.errors import SignInRefused
from app.login.pages.halting import PATHS, arrival_of, enter, leave, read_pending
from app.login.pages.visit import read_visit
from app.login.types import Step
from app.users.service import find_user

PATH = PATHS[Step.LEAVING]


async def show_leaving(request: Request) -> Response:
    visit = await read_visit(request)
    pending = await read_pending(visit, Step.LEAVING)
    user = await find_user(pending.user_id) if pending else None
    if user is None:
        return leave(see_other(visit.url("/signin")))
    return visit.show("leaving.html", {"user": user})


async def post_leaving(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    pending = await read_pending(visit, Step.LEAVING)
    if pending is None or form.get("action") != "keep":
        return leave(see_other(visit.url("/signin", other="1" if visit.session else "")))
    try:
        async with unit_of_work():
            outcome = await service.keep_account(visit.actor, pending, arrival_of(visit))
    except SignInRefused:
        return leave(see_other(visit.url("/signin")))
    return enter(visit, outcome)


routes: list[BaseRoute] = [
    Route(PATH, show_leaving, methods=["GET"]),
    Route(PATH, post_leaving, methods=["POST"]),
]
