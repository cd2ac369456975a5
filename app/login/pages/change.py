"""`/password/change`: replacing an initial password before anything else, or one's own at will."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.credentials.service import check_password, prepare_password
from app.credentials.types import PreparedPassword
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import clear_cookie, cookie_name, read_form, see_other
from app.kit.runtime import settings
from app.login import service
from app.login.errors import SamePassword, StartOver
from app.login.pages.proving import enter, prove
from app.login.pages.visit import Visit, read_visit
from app.login.types import Pending
from app.sessions.types import NewSession
from app.users.service import find_user
from app.users.types import User


async def show_change(request: Request) -> Response:
    visit = await read_visit(request)
    pending = _read_pending(visit)
    if pending is None and visit.session is None:
        return see_other(visit.url("/signin"))
    return visit.show("change.html", _context(is_forced=pending is not None))


async def post_change(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    pending = _read_pending(visit)
    if pending is None and visit.session is None:
        return see_other(visit.url("/signin"))
    try:
        new = await _replace_initial(visit, pending, form) if pending else await _change(visit, form)
    except StartOver:
        return _leave(see_other(visit.url("/signin")))
    except AppError as error:
        if error.status >= 500 and error.retry_after is None:
            raise
        return visit.show("change.html", _context(is_forced=pending is not None), error=error)
    return enter(visit, new)


async def _replace_initial(visit: Visit, pending: Pending, form: Mapping[str, str]) -> NewSession:
    user = await find_user(pending.user_id)
    if user is None:
        raise StartOver
    await _require_other(user, pending, form)
    prepared = await _prepare(user, form)
    async with unit_of_work():
        return await service.replace_initial_password(
            visit.actor,
            pending,
            prepared,
            browser_id=visit.browser_id,
            replaces=visit.session.session.id if visit.session else None,
            flow=visit.flow,
        )


async def _change(visit: Visit, form: Mapping[str, str]) -> NewSession:
    user = visit.session.user if visit.session else None
    if user is None:
        raise StartOver
    proof = await prove(visit, user.email, form.get("current", ""))
    if form.get("password") == form.get("current"):
        raise SamePassword
    prepared = await _prepare(user, form)
    async with unit_of_work():
        return await service.change_password(visit.actor, proof, prepared, browser_id=visit.browser_id)


async def _require_other(user: User, pending: Pending, form: Mapping[str, str]) -> None:
    check = await check_password(user.id, form.get("password", ""))
    if check.is_correct and check.version == pending.version:
        raise SamePassword


def _leave(response: Response) -> Response:
    clear_cookie(response, "pending")
    return response


async def _prepare(user: User, form: Mapping[str, str]) -> PreparedPassword:
    return await prepare_password(form.get("password", ""), user.email, user.username, user.name)


def _read_pending(visit: Visit) -> Pending | None:
    note = visit.request.cookies.get(cookie_name("pending", settings()), "")
    return service.open_pending(note, visit.browser_id)


def _context(*, is_forced: bool) -> dict[str, object]:
    return {"is_forced": is_forced, "min_length": settings().password_min_length}


routes: list[BaseRoute] = [
    Route("/password/change", show_change, methods=["GET"]),
    Route("/password/change", post_change, methods=["POST"]),
]
