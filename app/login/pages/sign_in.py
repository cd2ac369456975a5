"""`/signin`: identifier and password in one form, or going on with the session at hand."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import read_form, see_other, set_cookie
from app.kit.runtime import settings
from app.login import rules, service
from app.login.errors import SessionOver
from app.login.pages.proving import enter, prove
from app.login.pages.visit import Visit, read_visit
from app.login.service.pending import PENDING_TTL
from app.login.types import Pending, Proof

CONTINUE = "continue"
NOTICES = frozenset({"reset", "verified", "invited", "signed_up", "signed_out"})


async def show_sign_in(request: Request) -> Response:
    visit, query = await read_visit(request), request.query_params
    if visit.flow and visit.flow.is_sign_up and "existing" not in query:
        return see_other(visit.url("/signup"))
    can_continue = visit.session is not None and rules.satisfies(visit.session.session, visit.flow)
    if can_continue and "other" not in query:
        return visit.show("continue.html", {"session": visit.session})
    notice = query.get("notice")
    return _form(visit, notice=notice if notice in NOTICES else None)


async def post_sign_in(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    if form.get("action") == CONTINUE:
        return await _continue(visit)
    try:
        return await _sign_in(visit, form)
    except AppError as error:
        if error.status >= 500 and error.retry_after is None:
            raise
        return _form(visit, error, identifier=form.get("identifier", ""))


async def _sign_in(visit: Visit, form: Mapping[str, str]) -> Response:
    proof = await prove(visit, form.get("identifier", ""), form.get("password", ""))
    if proof.check.must_change:
        return await _must_change(visit, proof)
    async with unit_of_work():
        new = await service.complete_sign_in(
            visit.actor,
            proof,
            browser_id=visit.browser_id,
            replaces=visit.session.session.id if visit.session else None,
            flow=visit.flow,
        )
    return enter(visit, new)


async def _continue(visit: Visit) -> Response:
    try:
        async with unit_of_work():
            await service.continue_session(visit.session, visit.flow)
    except SessionOver as error:
        return _form(visit, error)
    return see_other(visit.destination)


async def _must_change(visit: Visit, proof: Proof) -> Response:
    async with unit_of_work():
        service.require_active(visit.actor, proof.user)
    response = see_other(visit.url("/password/change"))
    note = service.seal_pending(Pending(proof.user.id, proof.check.version), visit.browser_id)
    set_cookie(response, "pending", note, PENDING_TTL)
    return response


def _form(
    visit: Visit, error: AppError | None = None, *, identifier: str | None = None, notice: str | None = None
) -> Response:
    if identifier is None:
        identifier = _suggest(visit)
    context = {
        "identifier": identifier,
        "notice": notice,
        "is_again": visit.session is not None and "other" not in visit.request.query_params,
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
