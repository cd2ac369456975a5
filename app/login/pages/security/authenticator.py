"""Setting up and removing an authenticator app."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.factors.errors import CodeWrong, StepUpRequired
from app.factors.service import begin_totp, confirm_own_totp, remove_own_totp, require_fresh_proof
from app.factors.types import SECURITY_PAGE
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import read_form, see_other
from app.login.pages.codes import show_codes
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.users.types import User

PATH = f"{SECURITY_PAGE}/app"
REMOVE_PATH = f"{PATH}/remove"
ADDED, REMOVED = f"{SECURITY_PAGE}?notice=added", f"{SECURITY_PAGE}?notice=removed"


async def show_app(visit: Visit, user: User) -> Response:
    await require_fresh_proof(visit.actor)
    return _page(visit, user)


async def post_app(visit: Visit, user: User) -> Response:
    form = await read_form(visit.request)
    setup = form.get("setup", "")
    try:
        async with unit_of_work():
            codes = await confirm_own_totp(visit.actor, setup, form.get("code", ""))
    except StepUpRequired:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        return _page(visit, user, error, setup=setup if isinstance(error, CodeWrong) else None)
    return show_codes(visit, codes, ADDED)


async def show_removal(visit: Visit, user: User) -> Response:
    await require_fresh_proof(visit.actor)
    return _ask(visit)


async def post_removal(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    try:
        async with unit_of_work():
            await remove_own_totp(visit.actor)
    except StepUpRequired:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        return _ask(visit, error)
    return see_other(REMOVED)


def _page(visit: Visit, user: User, error: AppError | None = None, *, setup: str | None = None) -> Response:
    return visit.show("app.html", {"user": user, "setup": begin_totp(user, setup), "path": PATH}, error=error)


def _ask(visit: Visit, error: AppError | None = None) -> Response:
    return visit.show("remove.html", {"kind": "totp", "name": "", "path": REMOVE_PATH}, error=error)


routes: list[BaseRoute] = [
    Route(PATH, for_members(show_app), methods=["GET"]),
    Route(PATH, for_members(post_app), methods=["POST"]),
    Route(REMOVE_PATH, for_members(show_removal), methods=["GET"]),
    Route(REMOVE_PATH, for_members(post_removal), methods=["POST"]),
]
