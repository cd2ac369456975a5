"""`/account/data`: all that is known of oneself, and the end of the account."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from app.account.errors import NotConfirmed
from app.factors.errors import StepUpRequired
from app.factors.service import require_fresh_proof
from app.kit.db import unit_of_work
from app.kit.errors import AppError, TooMany
from app.kit.pages import clear_session_cookie, read_form
from app.kit.runtime import settings
from app.lifecycle.service import export_own_data, schedule_own_deletion
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.users.types import User

PATH: Final = "/account/data"
DELETE_PATH: Final = f"{PATH}/delete"


async def show_data(visit: Visit, user: User) -> Response:
    return _page(visit, "account/data.html", user)


async def post_export(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    try:
        export = await export_own_data(visit.actor)
    except TooMany as error:
        return _page(visit, "account/data.html", user, error)
    headers = {
        "Content-Disposition": f'attachment; filename="{export.filename}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(export.chunks, media_type="application/json", headers=headers)


async def show_deletion(visit: Visit, user: User) -> Response:
    await require_fresh_proof(visit.actor)
    return _page(visit, "account/delete.html", user)


async def post_deletion(visit: Visit, user: User) -> Response:
    typed = (await read_form(visit.request)).get("confirm", "").strip()
    try:
        if typed.lower() != user.email.lower():
            raise NotConfirmed
        async with unit_of_work():
            deletion = await schedule_own_deletion(visit.actor)
    except StepUpRequired:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        return _page(visit, "account/delete.html", user, error)
    response = visit.show("account/deleted.html", {"deletion": deletion})
    clear_session_cookie(response)
    return response


def _page(visit: Visit, template: str, user: User, error: AppError | None = None) -> Response:
    return visit.show(template, {"user": user, "grace": settings().deletion_grace}, error=error)


routes: list[BaseRoute] = [
    Route(PATH, for_members(show_data, PATH), methods=["GET"]),
    Route(f"{PATH}/export", for_members(post_export, PATH), methods=["POST"]),
    Route(DELETE_PATH, for_members(show_deletion, PATH), methods=["GET"]),
    Route(DELETE_PATH, for_members(post_deletion, DELETE_PATH), methods=["POST"]),
]
