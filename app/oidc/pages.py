"""Endpoints for browsers: authorize and consent; logout and devices have theirs in modules of their own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.clients.types import ClientSource
from app.kit.db import unit_of_work
from app.kit.pages import browser_id, form_sources, page, read_form, see_other
from app.oidc import logout_pages
from app.oidc.answers import send
from app.oidc.authorize import authorize, review
from app.oidc.authorize.attempt import Asked
from app.oidc.authorize.interactions import allow, give_up, resume
from app.oidc.authorize.take_request import take_request
from app.oidc.device import pages as device_pages
from app.oidc.errors import ErrorCode
from app.oidc.forms import query_of_post
from app.oidc.params import Params, parse_params
from app.oidc.registration.addresses import host_of, host_of_answer
from app.oidc.registration.documents import meet_client
from app.oidc.routing import GetRoute
from app.oidc.showing import DESCRIBED, for_people
from app.oidc.types import Redirect, Visit


@for_people
async def get_authorize(request: Request) -> Response:
    params = parse_params(request.scope["query_string"])
    await meet_client(params.get("client_id"), request.state.origin)
    asked = await take_request(_asked(request, params))
    async with unit_of_work():
        outcome = await authorize(asked)
    return _render(request, outcome)


@for_people
async def post_authorize(request: Request) -> Response:
    """Go on with GET: browsers send the session's cookie (SameSite=Lax) with that, not with a foreign POST."""
    return see_other(f"/oauth2/authorize?{await query_of_post(request)}")


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
        document_host=host_of(attempt.client.id) if attempt.client.source is ClientSource.DOCUMENT else None,
        answer_host=host_of_answer(attempt.reply.redirect_uri),
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
    is_allowed = form.get("decision") == "allow"
    async with unit_of_work():
        attempt = await review(await _resumed(request))
        # What the client may have can change while its page is open.
        if is_allowed and not set(attempt.consent_scope) <= set(form.get("shown", "").split()):
            return see_other(request.url.path)
        await (allow(attempt) if is_allowed else give_up(attempt))
    if not is_allowed:
        raise attempt.refuse(ErrorCode.ACCESS_DENIED, "The user did not consent.")
    return see_other(_path_of(request))


def _asked(request: Request, params: Params) -> Asked:
    return Asked(params, browser_id(request), request.state.actor, request.state.session)


async def _resumed(request: Request) -> Asked:
    return await resume(request.path_params["id"], _asked(request, Params({})))


def _path_of(request: Request) -> str:
    return f"/oauth2/authorize/{request.path_params['id']}"


def _render(request: Request, outcome: Redirect | Visit) -> Response:
    return see_other(outcome.path) if isinstance(outcome, Visit) else send(request, outcome.reply, outcome.params)


routes: list[BaseRoute] = [
    GetRoute("/oauth2/authorize", get_authorize),
    Route("/oauth2/authorize", post_authorize, methods=["POST"]),
    GetRoute("/oauth2/authorize/{id}", resume_authorize),
    Route("/oauth2/consent/{id}", get_consent, methods=["GET"]),
    Route("/oauth2/consent/{id}", post_consent, methods=["POST"]),
    *logout_pages.routes,
    *device_pages.routes,
]
