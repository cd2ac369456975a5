"""`/device`: typing the code of a device, and deciding about it. Works without JavaScript."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.events.refusals import mark_refused
from app.kit import clock
from app.kit.db import unit_of_work
from app.kit.pages import browser_id, page, read_form, see_other
from app.oidc.device.approval import (
    ask_for_factor,
    count_guess,
    enter_code,
    lacks_factor,
    let_in,
    review_device,
    turn_away,
)
from app.oidc.device.codes import read_user_code, show_user_code
from app.oidc.errors import UserCodeUnknown
from app.oidc.routing import GetRoute
from app.oidc.showing import DESCRIBED, for_people

_MAX_TYPED = 64
_DONE = frozenset({"allowed", "refused"})


@for_people
async def get_device(request: Request) -> Response:
    """The form; whoever is not signed in does that first, so each guess has an account."""
    if request.state.session is None:
        return _sign_in_first(request)
    code = read_user_code(request.query_params.get("user_code", ""))
    return _form(request, show_user_code(code) if code else "")


@for_people
async def post_device(request: Request) -> Response:
    form = await read_form(request)
    session, actor = request.state.session, request.state.actor
    typed = form.get("user_code", "")[:_MAX_TYPED]
    if session is None:
        return _sign_in_first(request, typed)
    await count_guess(session, actor)
    try:
        async with unit_of_work():
            device = await enter_code(typed, session, actor)
    except UserCodeUnknown as error:
        return _form(request, typed, error)
    return see_other(f"/device/{device.id}")


@for_people
async def get_question(request: Request) -> Response:
    session = request.state.session
    if session is None:
        return _sign_in_first(request)
    question = await review_device(request.path_params["id"], session)
    if lacks_factor(question):
        async with unit_of_work():
            return see_other(await ask_for_factor(question, browser_id(request)))
    return page(
        request,
        "oidc/device_confirm.html",
        client=question.client,
        user=session.user,
        device=question.device,
        scopes=question.asked,
        age=clock.now() - question.device.created_at,
        described=DESCRIBED,
    )


@for_people
async def post_question(request: Request) -> Response:
    form, session = await read_form(request), request.state.session
    if session is None or form.get("user") != session.user.id:
        return see_other("/device")
    is_allowed = form.get("decision") == "allow"
    async with unit_of_work():
        question = await review_device(request.path_params["id"], session)
        await (let_in if is_allowed else turn_away)(question, request.state.actor)
    return see_other(f"/device/done?{urlencode({'decision': 'allowed' if is_allowed else 'refused'})}")


async def get_done(request: Request) -> Response:
    decision = request.query_params.get("decision")
    return page(request, "oidc/device_done.html", decision=decision if decision in _DONE else "refused")


def _form(request: Request, typed: str, error: UserCodeUnknown | None = None) -> Response:
    if error is not None:
        mark_refused(error.code)
    return page(
        request, "oidc/device.html", status=error.status if error else 200, user_code=typed, error=error
    )  # fmt: skip


def _sign_in_first(request: Request, typed: str | None = None) -> Response:
    code = read_user_code(request.query_params.get("user_code", "") if typed is None else typed)
    back = f"/device?user_code={show_user_code(code)}" if code else "/device"
    return see_other(f"/signin?next={quote(back, safe='')}")


routes: list[BaseRoute] = [
    Route("/device", get_device, methods=["GET"]),
    Route("/device", post_device, methods=["POST"]),
    Route("/device/done", get_done, methods=["GET"]),
    GetRoute("/device/{id}", get_question),
    Route("/device/{id}", post_question, methods=["POST"]),
]
