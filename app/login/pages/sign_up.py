"""`/signup`: asking for an account; the answer comes by mail, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.credentials.service import prepare_password
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import read_form, see_other
from app.kit.runtime import settings
from app.login import rules, service
from app.login.pages.visit import Visit, read_visit


async def show_sign_up(request: Request) -> Response:
    visit = await read_visit(request)
    if "sent" in request.query_params:
        return visit.show("sent.html", {"kind": "signup"})
    refusal = rules.sign_up_refusal(settings())
    if refusal is not None:
        return visit.show("closed.html", error=refusal)
    return visit.show("signup.html", _context({}))


async def post_sign_up(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    try:
        await _ask(visit, form)
    except AppError as error:
        if error.status >= 500 and error.retry_after is None:
            raise
        template = "closed.html" if error.status == 403 else "signup.html"
        return visit.show(template, _context(form), error=error)
    return see_other(visit.url("/signup", sent="1"))


async def _ask(visit: Visit, form: Mapping[str, str]) -> None:
    applicant = service.read_applicant(form, locale=visit.texts.language, flow=visit.flow, browser_id=visit.browser_id)
    await service.require_room_to_ask(visit.actor)
    prepared = await prepare_password(form.get("password", ""), applicant.email, applicant.name)
    async with unit_of_work():
        await service.ask_to_sign_up(applicant, prepared)


def _context(form: Mapping[str, str]) -> dict[str, object]:
    return {
        "email": form.get("email", ""),
        "name": form.get("name", ""),
        "min_length": settings().password_min_length,
    }


routes: list[BaseRoute] = [
    Route("/signup", show_sign_up, methods=["GET"]),
    Route("/signup", post_sign_up, methods=["POST"]),
]
