"""`/impersonation/…`: beginning in this browser what was asked for, stopping, and the way back.

Whoever acts has two cookies: their own session's, which stays as it is, and one for what they act in. Requests with
both are made as the user, or by nobody: never silently as the operator. See ADR 26.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.events.refusals import mark_refused
from app.impersonation.errors import AlreadyActing, RequestOver, UserNotPossible, UserStronger
from app.impersonation.service import begin_request, find_prospect, stop_acting
from app.impersonation.types import COOKIE, OVER_PAGE, PAGE, STOP_PAGE, Acting
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import browser_id, clear_cookie, error_page, page, read_form, safe_next, see_other, set_cookie
from app.kit.runtime import settings

# Where somebody begins as the user, and where an operator goes on who came from nowhere.
START: Final = "/account"
HOME: Final = "/admin/"
_SHOWN: Final = (AlreadyActing, RequestOver, UserNotPossible, UserStronger)


def find_detour(request: Request, onward: str) -> Response | None:
    """Where a page of signing in sends somebody first who acts as a user, or did until just now; else None.

    Args:
        onward: where they are to come then.
    """
    if request.state.acting is not None:
        return see_other(STOP_PAGE)
    return see_other(f"{OVER_PAGE}?{urlencode({'next': onward})}") if request.state.is_acting_over else None


async def show_start(request: Request) -> Response:
    if request.state.session is None:
        return _sign_in_first(request)
    try:
        prospect = await find_prospect(request.state.actor, request.path_params["id"])
    except _SHOWN as error:
        return _refuse(request, error)
    return page(request, "impersonation/start.html", prospect=prospect, back=_user_page(request, prospect.user.id))


async def post_start(request: Request) -> Response:
    await read_form(request)
    if request.state.session is None:
        return _sign_in_first(request)
    try:
        async with unit_of_work():
            new = await begin_request(request.state.actor, request.path_params["id"], browser_id(request))
    except _SHOWN as error:
        return _refuse(request, error)
    response = see_other(START)
    # Longer than the session: whoever acted shall see that it is over, not find themselves in their own account.
    set_cookie(response, COOKIE, new.token, settings().session_absolute_ttl)
    return response


async def show_stop(request: Request) -> Response:
    acting: Acting | None = request.state.acting
    if acting is None:
        return see_other(OVER_PAGE)
    return page(request, "impersonation/stop.html", acted=acting)


async def post_stop(request: Request) -> Response:
    await read_form(request)
    acting: Acting | None = request.state.acting
    if acting is None:
        return see_other(OVER_PAGE)
    async with unit_of_work():
        await stop_acting(acting.actor)
    response = see_other(_user_page(request, acting.user.id))
    clear_cookie(response, COOKIE)
    return response


async def show_over(request: Request) -> Response:
    """What was begun is over: the browser forgets it, and the operator goes on as themselves. Only what is over is."""
    if request.state.acting is not None:
        return see_other(STOP_PAGE)
    onward = safe_next(request.query_params.get("next"), _home(request))
    if not request.state.is_acting_over:
        return see_other(onward)
    # The console stops by the API, and needs no page that says what was just asked for.
    is_wanted = "stopped" in request.query_params
    response = see_other(onward) if is_wanted else page(request, "impersonation/over.html", onward=onward)
    clear_cookie(response, COOKIE)
    return response


def _refuse(request: Request, error: AppError) -> Response:
    mark_refused(error.code)
    return error_page(request, error, back=_home(request))


def _sign_in_first(request: Request) -> Response:
    return see_other(f"/signin?next={quote(request.scope['path'], safe='/')}")


def _user_page(request: Request, user_id: str) -> str:
    return START if request.state.is_public_part else f"{HOME}users/{user_id}"


def _home(request: Request) -> str:
    return START if request.state.is_public_part else HOME


routes: list[BaseRoute] = [
    Route(STOP_PAGE, show_stop, methods=["GET"]),
    Route(STOP_PAGE, post_stop, methods=["POST"]),
    Route(OVER_PAGE, show_over, methods=["GET"]),
    Route(f"{PAGE}/{{id}}", show_start, methods=["GET"]),
    Route(f"{PAGE}/{{id}}", post_start, methods=["POST"]),
]
