"""`/password/change`: replacing an initial password before anything else, or one's own at will."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.credentials.service import check_password, prepare_password
from app.credentials.types import PreparedPassword
from app.factors.errors import StepUpRequired
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import read_form, see_other
from app.kit.runtime import settings
from app.login import service
from app.login.errors import SamePassword, StartOver
from app.login.pages.halting import PATHS, arrival_of, enter, leave, read_pending
from app.login.pages.proving import prove
from app.login.pages.visit import Visit, read_visit
from app.login.types import Arrival, Halted, Pending, Step
from app.sessions.service import begin_flow
from app.sessions.types import NewFlow, NewSession
from app.users.service import find_user
from app.users.types import User

PATH = PATHS[Step.CHANGE]


async def show_change(request: Request) -> Response:
    visit = await read_visit(request)
    pending = await read_pending(visit, Step.CHANGE)
    if pending is None and visit.session is None:
        return see_other(visit.url("/signin"))
    try:
        if pending is None:
            await service.require_own_strength(visit.actor, visit.actor.id or "")
    except StepUpRequired:
        return await _ask_for_factor(visit)
    return visit.show("change.html", _context(pending))


async def post_change(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    pending = await read_pending(visit, Step.CHANGE)
    if pending is None and visit.session is None:
        return see_other(visit.url("/signin"))
    try:
        new = await _replace_initial(visit, pending, form) if pending else await _change(visit, form)
    except StartOver:
        return leave(see_other(visit.url("/signin")))
    except StepUpRequired:
        return await _ask_for_factor(visit)
    except AppError as error:
        if error.status >= 500 and error.retry_after is None:
            raise
        return visit.show("change.html", _context(pending), error=error)
    return enter(visit, new)


async def _ask_for_factor(visit: Visit) -> Response:
    """Send somebody to the second step, and back here."""
    new = NewFlow(browser_id=visit.browser_id, return_to=visit.url(PATH), requires_mfa=True)
    async with unit_of_work():
        flow = await begin_flow(new)
    return see_other(f"/signin?flow={flow.id}")


async def _replace_initial(visit: Visit, pending: Pending, form: Mapping[str, str]) -> NewSession | Halted:
    user = await find_user(pending.user_id)
    if user is None:
        raise StartOver
    await _require_other(user, pending, form)
    prepared = await _prepare(user, form)
    async with unit_of_work():
        return await service.replace_initial_password(visit.actor, pending, prepared, arrival_of(visit))


async def _change(visit: Visit, form: Mapping[str, str]) -> NewSession | Halted:
    user = visit.session.user if visit.session else None
    if user is None:
        raise StartOver
    proof = await prove(visit, user.email, form.get("current", ""))
    if form.get("password") == form.get("current"):
        raise SamePassword
    prepared = await _prepare(user, form)
    async with unit_of_work():
        return await service.change_password(visit.actor, proof, prepared, Arrival(visit.browser_id))


async def _require_other(user: User, pending: Pending, form: Mapping[str, str]) -> None:
    check = await check_password(user.id, form.get("password", ""))
    if check.is_correct and check.version == pending.version:
        raise SamePassword


async def _prepare(user: User, form: Mapping[str, str]) -> PreparedPassword:
    return await prepare_password(form.get("password", ""), user.email, user.username, user.name)


def _context(pending: Pending | None) -> dict[str, object]:
    lead = "change" if pending is None else "change_forced" if pending.mailbox is None else "change_mailed"
    return {
        "is_forced": pending is not None,
        "lead": f"login.{lead}_lead",
        "min_length": settings().password_min_length,
    }


routes: list[BaseRoute] = [
    Route(PATH, show_change, methods=["GET"]),
    Route(PATH, post_change, methods=["POST"]),
]
