"""`/signin`: identifier and password in one form, or a passkey; or going on with the session at hand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.factors.rules import is_fresh
from app.factors.service import sign_in_options
from app.impersonation.pages import find_detour
from app.kit import clock
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import read_form, see_other
from app.kit.runtime import settings
from app.login import rules, service
from app.login.errors import SessionOver
from app.login.pages.halting import arrival_of, enter, enter_with_offer, halt
from app.login.pages.mailed import begin_by_mail
from app.login.pages.proving import prove, try_passkey
from app.login.pages.visit import Visit, read_visit
from app.login.types import Halted, Step
from app.sessions.types import ResolvedSession
from app.upstream.service import offered_providers

CONTINUE, BY_EMAIL = "continue", "email"
NOTICES = frozenset({"reset", "verified", "invited", "signed_up", "signed_out", "unlocked"})


async def show_sign_in(request: Request) -> Response:
    visit, query = await read_visit(request), request.query_params
    detour = find_detour(request, visit.url("/signin") if visit.flow else visit.destination)
    if detour is not None:
        return detour
    if visit.flow and visit.flow.is_sign_up and "existing" not in query:
        return see_other(visit.url("/signup"))
    if visit.session is not None and "other" not in query:
        if rules.lacks_only_factor(visit.session.session, visit.flow):
            return await _strengthen(visit, visit.session)
        if rules.satisfies(visit.session.session, visit.flow):
            return visit.show("continue.html", {"session": visit.session})
    notice = query.get("notice")
    return await show_form(visit, notice=notice if notice in NOTICES else None)


async def post_sign_in(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    if form.get("action") == CONTINUE:
        return await _continue(visit)
    if form.get("action") == BY_EMAIL:
        return await begin_by_mail(visit, form.get("identifier", ""))
    try:
        return await _sign_in(visit, form)
    except AppError as error:
        if error.status >= 500 and error.retry_after is None:
            raise
        return await show_form(visit, error, identifier=form.get("identifier", ""))


async def _sign_in(visit: Visit, form: Mapping[str, str]) -> Response:
    if form.get("credential"):
        by_passkey = partial(service.sign_in_with_passkey, visit.actor, form["credential"], arrival_of(visit))
        return enter(visit, await try_passkey(visit, None, by_passkey))
    proof = await prove(visit, form.get("identifier", ""), form.get("password", ""))
    async with unit_of_work():
        outcome = await service.complete_sign_in(visit.actor, proof, arrival_of(visit))
    return await enter_with_offer(visit, outcome, can_make_passkeys=form.get("passkeys") == "1")


async def _strengthen(visit: Visit, session: ResolvedSession) -> Response:
    pending = await service.strengthen(session)
    step = await service.next_step(pending, visit.flow)
    # Nobody adds a factor to an account by a session that lay about.
    is_stale = step is Step.ENROL and not is_fresh(session.session.auth_time, clock.now())
    return await show_form(visit) if step is None or is_stale else halt(visit, Halted(pending, step))


async def _continue(visit: Visit) -> Response:
    try:
        async with unit_of_work():
            await service.continue_session(visit.session, visit.flow)
    except SessionOver as error:
        return await show_form(visit, error)
    return see_other(visit.destination)


async def show_form(
    visit: Visit, error: AppError | None = None, *, identifier: str | None = None, notice: str | None = None
) -> Response:
    """The page with identifier and password, and with passkeys where the browser can."""
    if identifier is None:
        identifier = _suggest(visit)
    context = {
        "identifier": identifier,
        "notice": notice,
        "is_again": visit.session is not None and "other" not in visit.request.query_params,
        "options": sign_in_options(arrival_of(visit).place),
        "providers": await offered_providers(),
        "by_email": settings().signin_by_email,
        "can_sign_up": rules.sign_up_refusal(settings()) is None,
    }
    return visit.show("signin.html", context, error=error)


def _suggest(visit: Visit) -> str:
    if visit.flow and visit.flow.login_hint:
        return visit.flow.login_hint
    is_same = visit.session is not None and "other" not in visit.request.query_params
    return visit.session.user.email if is_same and visit.session else ""


routes: list[BaseRoute] = [
    Route("/signin", show_sign_in, methods=["GET"]),
    Route("/signin", post_sign_in, methods=["POST"]),
]
