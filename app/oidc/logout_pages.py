"""Signing out by a client's wish: the question, the end of the session, and the way back."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.impersonation.types import COOKIE
from app.kit.db import unit_of_work
from app.kit.pages import (
    browser_id,
    clear_cookie,
    clear_session_cookie,
    form_sources,
    page,
    read_form,
    see_other,
)
from app.oidc.farewell import find_frames, find_frames_for
from app.oidc.forms import query_of_post
from app.oidc.logout import LogoutPlan, plan_logout
from app.oidc.params import Params, parse_params
from app.oidc.routing import GetRoute
from app.oidc.showing import for_people
from app.sessions.errors import SessionNotFound
from app.sessions.service import end_session

_KEPT: Final = ("post_logout_redirect_uri", "state")
_SIGN_IN: Final = "/signin?notice=signed_out"
# How long the frames have to load before the browser goes on.
FRAME_SECONDS: Final = 3


@for_people
async def get_logout(request: Request) -> Response:
    params = parse_params(request.scope["query_string"])
    plan = await plan_logout(params, request.state.session)
    if not plan.must_ask:
        return await _sign_out(request, plan, params)
    if request.state.session is None:
        return _say_goodbye(request, params)
    return _ask(request, plan, params)


@for_people
async def post_logout(request: Request) -> Response:
    """Go on with GET: browsers send the session's cookie (SameSite=Lax) with that, not with a foreign POST."""
    return see_other(f"/oauth2/logout?{await query_of_post(request)}")


@for_people
async def confirm_logout(request: Request) -> Response:
    params = Params(await read_form(request))
    return await _sign_out(request, await plan_logout(params, request.state.session), params)


@for_people
async def show_farewell(request: Request) -> Response:
    """After our own sign-out page: what clients are told through the browser."""
    frames = await find_frames_for(request.path_params["id"], browser_id(request))
    return _tell(request, frames, _SIGN_IN, Params({})) if frames else see_other(_SIGN_IN)


async def _sign_out(request: Request, plan: LogoutPlan, params: Params) -> Response:
    frames: tuple[str, ...] = ()
    if request.state.session is not None:
        session_id = request.state.session.session.id
        async with unit_of_work():
            await _end(request, session_id)
        frames = await find_frames(session_id)
    if frames:
        response = _tell(request, frames, plan.target, params)
    else:
        response = see_other(plan.target) if plan.target else _say_goodbye(request, params)
    if request.state.acting is None and not request.state.is_acting_over:
        clear_session_cookie(response)
    else:
        # Who acted as somebody, until just now maybe, is back: their own session was not what they signed out of.
        clear_cookie(response, COOKIE)
    return response


async def _end(request: Request, session_id: str) -> None:
    try:
        await end_session(request.state.actor, session_id)
    except SessionNotFound:
        return  # ended in another tab meanwhile


def _ask(request: Request, plan: LogoutPlan, params: Params) -> Response:
    fields = {"ui_locales": params.get("ui_locales")}
    if plan.target is not None and plan.client is not None:
        # The hint is not asked for again: who leads back is named by its id.
        fields |= {**{name: params.get(name) for name in _KEPT}, "client_id": plan.client.id}
    return page(
        request,
        "oidc/logout.html",
        form_action=form_sources((plan.target,) if plan.target else ()),
        ui_locales=_locales(params),
        client=plan.client,
        fields=fields,
    )


def _say_goodbye(request: Request, params: Params) -> Response:
    return page(request, "oidc/signed_out.html", ui_locales=_locales(params), framed=(), target=None)


def _tell(request: Request, frames: tuple[str, ...], target: str | None, params: Params) -> Response:
    """The page goes on by itself and without a script: a header sends the browser on once the frames had their time."""
    response = page(
        request,
        "oidc/signed_out.html",
        frames=form_sources(frames),
        ui_locales=_locales(params),
        framed=frames,
        target=target,
    )
    if target is not None:
        response.headers["Refresh"] = f"{FRAME_SECONDS}; url={target}"
    return response


def _locales(params: Params) -> list[str]:
    return (params.get("ui_locales") or "").split()


routes: list[BaseRoute] = [
    GetRoute("/oauth2/logout", get_logout),
    Route("/oauth2/logout", post_logout, methods=["POST"]),
    Route("/oauth2/logout/confirm", confirm_logout, methods=["POST"]),
    Route("/oauth2/logout/done/{id}", show_farewell, methods=["GET"]),
]
