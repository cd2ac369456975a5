"""Endpoints for browsers: authorize, consent, logout."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.kit.db import unit_of_work
from app.kit.pages import browser_id, clear_session_cookie, form_sources, page, read_form, see_other
from app.oidc.answers import send
from app.oidc.authorize import authorize, review
from app.oidc.authorize.attempt import Asked
from app.oidc.authorize.interactions import allow, give_up, resume
from app.oidc.device import pages as device_pages
from app.oidc.errors import ErrorCode, MalformedRequest
from app.oidc.forms import is_form, read_body
from app.oidc.logout import LogoutPlan, plan_logout
from app.oidc.params import Params, parse_params
from app.oidc.showing import DESCRIBED, for_people
from app.oidc.types import Redirect, Visit
from app.sessions.errors import SessionNotFound
from app.sessions.service import end_session


@for_people
async def get_authorize(request: Request) -> Response:
    asked = _asked(request, parse_params(request.scope["query_string"]))
    async with unit_of_work():
        outcome = await authorize(asked)
    return _render(request, outcome)


@for_people
async def post_authorize(request: Request) -> Response:
    """Go on with GET: browsers send the session's cookie (SameSite=Lax) with that, not with a foreign POST."""
    return see_other(f"/oauth2/authorize?{await _query_of_post(request)}")


@for_people
async def resume_authorize(request: Request) -> Response:
    async with unit_of_work():
        outcome = await authorize(await _resumed(request))
    return _render(request, outcome)


@for_people
async def get_consent(request: Request) -> Response:
    async with unit_of_work():
        attempt = await review(await _resumed(request))
    if attempt.asked.session is None:
        return see_other(_path_of(request))
    return page(
        request,
        "oidc/consent.html",
        form_action=form_sources((attempt.reply.redirect_uri,)),
        ui_locales=(attempt.params.get("ui_locales") or "").split(),
        client=attempt.client,
        user=attempt.session.user,
        scopes=attempt.consent_scope,
        described=DESCRIBED,
    )


@for_people
async def post_consent(request: Request) -> Response:
    form = await read_form(request)
    session = request.state.session
    if session is None or form.get("user") != session.user.id:
        return see_other(_path_of(request))
    async with unit_of_work():
        attempt = await review(await _resumed(request))
        is_allowed = form.get("decision") == "allow"
        await (allow(attempt) if is_allowed else give_up(attempt))
    if not is_allowed:
        raise attempt.refuse(ErrorCode.ACCESS_DENIED, "The user did not consent.")
    return see_other(_path_of(request))


@for_people
async def get_logout(request: Request) -> Response:
    params = parse_params(request.scope["query_string"])
    plan = await plan_logout(params, request.state.session)
    if not plan.must_ask:
        return await _sign_out(request, plan)
    if request.state.session is None:
        return page(request, "oidc/signed_out.html")
    return page(
        request,
        "oidc/logout.html",
        form_action=form_sources((plan.target,) if plan.target else ()),
        ui_locales=(params.get("ui_locales") or "").split(),
        client=plan.client,
        fields={name: params.get(name) for name in ("client_id", "post_logout_redirect_uri", "state")},
        has_target=plan.target is not None,
    )


@for_people
async def post_logout(request: Request) -> Response:
    return see_other(f"/oauth2/logout?{await _query_of_post(request)}")


@for_people
async def confirm_logout(request: Request) -> Response:
    form = await read_form(request)
    return await _sign_out(request, await plan_logout(Params(form), request.state.session))


async def _sign_out(request: Request, plan: LogoutPlan) -> Response:
    session = request.state.session
    if session is not None:
        async with unit_of_work():
            await _end(request, session.session.id)
    response = see_other(plan.target) if plan.target else page(request, "oidc/signed_out.html")
    clear_session_cookie(response)
    return response


async def _end(request: Request, session_id: str) -> None:
    try:
        await end_session(request.state.actor, session_id)
    except SessionNotFound:
        return  # ended in another tab meanwhile


def _asked(request: Request, params: Params) -> Asked:
    return Asked(params, browser_id(request), request.state.actor, request.state.session)


async def _resumed(request: Request) -> Asked:
    return await resume(request.path_params["id"], _asked(request, Params({})))


def _path_of(request: Request) -> str:
    return f"/oauth2/authorize/{request.path_params['id']}"


def _render(request: Request, outcome: Redirect | Visit) -> Response:
    return see_other(outcome.path) if isinstance(outcome, Visit) else send(request, outcome.reply, outcome.params)


async def _query_of_post(request: Request) -> str:
    if not is_form(request):
        raise MalformedRequest("The body must be a form.")
    body = await read_body(request)
    parse_params(body)
    return body.decode("ascii")


routes: list[BaseRoute] = [
    Route("/oauth2/authorize", get_authorize, methods=["GET"]),
    Route("/oauth2/authorize", post_authorize, methods=["POST"]),
    Route("/oauth2/authorize/{id}", resume_authorize, methods=["GET"]),
    Route("/oauth2/consent/{id}", get_consent, methods=["GET"]),
    Route("/oauth2/consent/{id}", post_consent, methods=["POST"]),
    Route("/oauth2/logout", get_logout, methods=["GET"]),
    Route("/oauth2/logout", post_logout, methods=["POST"]),
    Route("/oauth2/logout/confirm", confirm_logout, methods=["POST"]),
    *device_pages.routes,
]
