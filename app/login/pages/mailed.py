"""`/signin/email`: asking for a code by mail, and entering it; the same answers for everybody."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.credentials.service import clear_attempt, release_attempt
from app.kit.db import unit_of_work
from app.kit.errors import AppError, TooMany
from app.kit.pages import read_form, see_other
from app.login.pages.halting import arrival_of, enter_with_offer
from app.login.pages.visit import Visit, read_visit
from app.login.service import mailed as service
from app.login.service.mailed import CODE_PAGE, require_mailed_codes
from app.mailed.errors import CodeOver, CodeWrong
from app.mailed.rules import CODE_DIGITS
from app.mailed.service import find_wish_of, guess_code
from app.mailed.types import Claim

PATH = "/signin/email"
AGAIN = "again"


async def show_asking(request: Request) -> Response:
    visit = await read_visit(request)
    require_mailed_codes()
    return _asking(visit, (visit.flow and visit.flow.login_hint) or "")


async def post_asking(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    return await begin_by_mail(visit, form.get("identifier", ""))


async def begin_by_mail(visit: Visit, login: str) -> Response:
    """Ask for a code in the name that was typed, and lead to where it is entered; without a name, ask for that."""
    require_mailed_codes()
    if not login.strip():
        return see_other(visit.url(PATH))
    purpose = service.Purpose(visit.flow_id, visit.next, visit.texts.language)
    try:
        async with unit_of_work():
            await service.ask_for_code(visit.actor, login, visit.browser_id, purpose)
    except TooMany as error:
        return _asking(visit, login, error)
    return see_other(visit.url(CODE_PAGE))


async def show_code(request: Request) -> Response:
    visit = await read_visit(request)
    require_mailed_codes()
    return await _entering(visit)


async def post_code(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    require_mailed_codes()
    if form.get("action") == AGAIN:
        wish = await find_wish_of(visit.browser_id)
        return await begin_by_mail(visit, wish.login if wish else "")
    try:
        return await _enter(visit, form)
    except AppError as error:
        if error.status >= 500 and error.retry_after is None:
            raise
        return await _entering(visit, error)


async def _enter(visit: Visit, form: Mapping[str, str]) -> Response:
    attempt = await service.begin_mailed_guess(visit.actor)
    if attempt.refusal is not None:
        raise attempt.refusal
    try:
        claim = await _guess(visit, form.get("code", ""))
        async with unit_of_work():
            outcome = await service.complete_with_mail(visit.actor, claim, arrival_of(visit))
    except (CodeWrong, CodeOver):
        raise
    except AppError:
        await release_attempt(attempt)
        raise
    await clear_attempt(attempt)
    return await enter_with_offer(visit, outcome, can_make_passkeys=form.get("passkeys") == "1")


async def _guess(visit: Visit, typed: str) -> Claim:
    try:
        guess = await guess_code(visit.browser_id, typed)
    except CodeOver as error:
        await service.record_mailed_refusal(visit.actor, error.code)
        raise
    if guess.claim is None:
        async with unit_of_work():
            await service.record_mailed_failure(visit.actor, guess.user_id, CodeWrong().code)
        raise CodeWrong
    return guess.claim


def _asking(visit: Visit, login: str, error: AppError | None = None) -> Response:
    return visit.show("mailed_asking.html", {"identifier": login}, error=error)


async def _entering(visit: Visit, error: AppError | None = None) -> Response:
    wish = await find_wish_of(visit.browser_id)
    if wish is None and error is None:
        return see_other(visit.url(PATH))
    is_live = wish is not None and wish.is_live
    if not is_live and (error is None or isinstance(error, CodeWrong)):
        error = CodeOver()
    context = {"login": wish.login if wish else "", "is_live": is_live, "digits": CODE_DIGITS}
    return visit.show("mailed_code.html", context, error=error)


routes: list[BaseRoute] = [
    Route(PATH, show_asking, methods=["GET"]),
    Route(PATH, post_asking, methods=["POST"]),
    Route(CODE_PAGE, show_code, methods=["GET"]),
    Route(CODE_PAGE, post_code, methods=["POST"]),
]
