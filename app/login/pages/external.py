"""`/signin/with/…`: to an identity provider and back."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.events.denials import record_denial
from app.factors.errors import StepUpRequired
from app.factors.types import SECURITY_PAGE
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.limits import RateLimit, address_bucket, require_room
from app.kit.pages import see_other
from app.login.pages.halting import arrival_of, enter
from app.login.pages.sign_in import show_form
from app.login.pages.visit import Visit, read_visit, revisit
from app.login.service.arriving import denied
from app.login.service.external import enter_from_outside, oldest_proof
from app.upstream.errors import AnswerInvalid, ProviderRefused, ProviderUnavailable
from app.upstream.service import begin_attempt, find_offered, finish_attempt, link_own
from app.upstream.types import Errand, Return

# Each leaves a row behind, and may ask the provider.
_BEGINNINGS = RateLimit("upstream.begin", 30, timedelta(minutes=5))
_SHOWN = frozenset({"code", "state", "iss", "error"})


async def begin(request: Request) -> Response:
    """Send the browser to the provider, for the sake of its flow or address."""
    visit = await read_visit(request)
    errand = Errand(visit.flow_id, None if visit.flow else visit.next, None)
    try:
        return await send_away(visit, errand, max_age=oldest_proof(visit.flow))
    except AppError as error:
        return await _sorry(visit, error)


async def send_away(visit: Visit, errand: Errand, *, max_age: timedelta | None = None) -> Response:
    """Send the browser to the provider that the path names.

    Raises:
        ProviderNotFound, ProviderUnavailable. RateLimited.
    """
    provider = await find_offered(visit.request.path_params["slug"])
    async with unit_of_work():
        await require_room(_BEGINNINGS, address_bucket(visit.actor.origin.ip))
    return see_other(await begin_attempt(provider, visit.browser_id, errand, max_age=max_age))


async def come_back(request: Request) -> Response:
    """Take the provider's answer: a session begins, or an account is linked to who is signed in."""
    visit = await read_visit(request)
    answer = {name: value for name, value in request.query_params.items() if name in _SHOWN}
    try:
        provider = await find_offered(request.path_params["slug"])
        came = await finish_attempt(provider, visit.browser_id, answer)
    except (AnswerInvalid, ProviderRefused) as error:
        async with unit_of_work():
            await record_denial(visit.actor, denied(None, error.code))
        return await _sorry(visit, error)
    except AppError as error:
        return await _sorry(visit, error)
    visit = await revisit(request, came.errand.flow_id, came.errand.next)
    return await (_link(visit, came) if came.errand.user_id else _enter(visit, came))


async def _enter(visit: Visit, came: Return) -> Response:
    try:
        async with unit_of_work():
            outcome = await enter_from_outside(visit.actor, came, arrival_of(visit))
    except AppError as error:
        return await _sorry(visit, error)
    return enter(visit, outcome)


async def _link(visit: Visit, came: Return) -> Response:
    try:
        async with unit_of_work():
            await link_own(visit.actor, came)
    except StepUpRequired:
        return see_other(f"{SECURITY_PAGE}/linked/with/{came.provider.slug}")
    except AppError as error:
        return await _sorry(visit, error)
    return see_other(f"{SECURITY_PAGE}?notice=linked")


async def _sorry(visit: Visit, error: AppError) -> Response:
    if error.status >= 500 and not isinstance(error, ProviderUnavailable) and error.retry_after is None:
        raise error
    return await show_form(visit, error)


routes: list[BaseRoute] = [
    Route("/signin/with/{slug}", begin, methods=["GET"]),
    Route("/signin/with/{slug}/callback", come_back, methods=["GET"]),
]
