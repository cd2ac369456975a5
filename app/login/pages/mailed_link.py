"""`/signin/email/link`: opened from a mail. GET asks and uses nothing up; POST signs in the browser that asked."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import read_form
from app.login.pages.halting import arrival_of, enter_with_offer
from app.login.pages.links import read_link_visit
from app.login.pages.mailed import PATH as ASKING_PAGE
from app.login.pages.visit import Visit
from app.login.service.mailed import (
    LINK_PAGE,
    complete_with_mail,
    record_mailed_refusal,
    require_mailed_codes,
)
from app.mailed.errors import CodeOver, LinkElsewhere
from app.mailed.service import read_link

_ELSEWHERE = "mailed_elsewhere.html"


async def show_link(request: Request) -> Response:
    visit, token = await read_link_visit(request)
    require_mailed_codes()
    try:
        claim = await read_link(token, visit.browser_id)
    except LinkElsewhere:
        return visit.show(_ELSEWHERE, {"again": visit.url(ASKING_PAGE)})
    except CodeOver as error:
        return _refuse(visit, error)
    return visit.show("mailed_link.html", {"email": claim.email, "action": visit.url(LINK_PAGE, token=token)})


async def post_link(request: Request) -> Response:
    visit, token = await read_link_visit(request)
    form = await read_form(request)
    require_mailed_codes()
    try:
        claim = await read_link(token, visit.browser_id)
        async with unit_of_work():
            outcome = await complete_with_mail(visit.actor, claim, arrival_of(visit))
    except (CodeOver, LinkElsewhere) as error:
        await record_mailed_refusal(visit.actor, error.code)
        return _refuse(visit, error)
    except AppError as error:
        if error.status >= 500:
            raise
        return _refuse(visit, error)
    return await enter_with_offer(visit, outcome, can_make_passkeys=form.get("passkeys") == "1")


def _refuse(visit: Visit, error: AppError) -> Response:
    template = _ELSEWHERE if isinstance(error, LinkElsewhere) else "dead_link.html"
    return visit.show(template, {"again": visit.url(ASKING_PAGE)}, error=error)


routes: list[BaseRoute] = [
    Route(LINK_PAGE, show_link, methods=["GET"]),
    Route(LINK_PAGE, post_link, methods=["POST"]),
]
