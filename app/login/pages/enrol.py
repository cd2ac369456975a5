"""`/signin/enrol`: a second factor is required and there is none yet, so it is set up before anything else."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.factors.errors import CodeWrong, SetupOver
from app.factors.service import begin_passkey, begin_totp
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import read_form, see_other
from app.login import service
from app.login.errors import StartOver
from app.login.pages.codes import show_codes
from app.login.pages.halting import PATHS, admit, arrival_of, halt, leave, read_pending
from app.login.pages.visit import Visit, read_visit
from app.login.types import Halted, Pending, Step
from app.sessions.types import NewSession
from app.users.service import find_user
from app.users.types import User

PATH = PATHS[Step.ENROL]


async def show_enrol(request: Request) -> Response:
    visit = await read_visit(request)
    pending = await read_pending(visit, Step.ENROL)
    user = await find_user(pending.user_id) if pending else None
    if user is None:
        return leave(see_other(visit.url("/signin")))
    return await _page(visit, user)


async def post_enrol(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    pending = await read_pending(visit, Step.ENROL)
    user = await find_user(pending.user_id) if pending else None
    if pending is None or user is None or form.get("action") == "back":
        return leave(see_other(visit.url("/signin", other="1" if visit.session else "")))
    try:
        outcome, codes = await _enrol(visit, pending, form)
    except StartOver:
        return leave(see_other(visit.url("/signin")))
    except AppError as error:
        if error.status >= 500:
            raise
        kept = form.get("setup") if isinstance(error, CodeWrong) else None
        return await _page(visit, user, error, setup=kept)
    if isinstance(outcome, Halted):
        return halt(visit, outcome)
    return admit(visit, outcome, show_codes(visit, codes, visit.destination))


async def _enrol(
    visit: Visit, pending: Pending, form: Mapping[str, str]
) -> tuple[NewSession | Halted, tuple[str, ...]]:  # fmt: skip
    arrival = arrival_of(visit)
    async with unit_of_work():
        if form.get("credential"):
            name = form.get("name") or "Passkey"
            return await service.enrol_passkey(visit.actor, pending, form["credential"], arrival, name=name)
        if "setup" not in form:
            raise SetupOver
        return await service.enrol_app(visit.actor, pending, form["setup"], form.get("code", ""), arrival)


async def _page(visit: Visit, user: User, error: AppError | None = None, *, setup: str | None = None) -> Response:
    context = {
        "user": user,
        "setup": begin_totp(user, setup),
        "options": await begin_passkey(user, arrival_of(visit).place),
    }
    return visit.show("enrol.html", context, error=error)


routes: list[BaseRoute] = [
    Route(PATH, show_enrol, methods=["GET"]),
    Route(PATH, post_enrol, methods=["POST"]),
]
