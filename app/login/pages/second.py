"""`/signin/second`: a code, a recovery code or a passkey after the password."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.factors.service import find_factors_of, second_step_options
from app.kit.errors import AppError
from app.kit.pages import read_form, see_other
from app.login import service
from app.login.errors import StartOver
from app.login.pages.halting import PATHS, arrival_of, enter_with_offer, leave, read_pending
from app.login.pages.proving import guess_code, try_passkey
from app.login.pages.visit import Visit, read_visit
from app.login.types import Halted, Pending, Step
from app.sessions.types import NewSession

PATH = PATHS[Step.FACTOR]
RECOVERY = "recovery"


async def show_second(request: Request) -> Response:
    visit = await read_visit(request)
    pending = await read_pending(visit, Step.FACTOR)
    if pending is None:
        return leave(see_other(visit.url("/signin")))
    return await _page(visit, pending, request.query_params.get("way"))


async def post_second(request: Request) -> Response:
    visit = await read_visit(request)
    form = await read_form(request)
    pending = await read_pending(visit, Step.FACTOR)
    if pending is None or form.get("action") == "back":
        return leave(see_other(visit.url("/signin", other="1" if visit.session else "")))
    try:
        outcome = await _prove(visit, pending, form)
    except StartOver:
        return leave(see_other(visit.url("/signin")))
    except AppError as error:
        if error.status >= 500:
            raise
        return await _page(visit, pending, form.get("way"), error)
    return await enter_with_offer(visit, outcome, can_make_passkeys=form.get("passkeys") == "1")


async def _prove(visit: Visit, pending: Pending, form: Mapping[str, str]) -> NewSession | Halted:
    arrival = arrival_of(visit)
    if form.get("credential"):
        use = partial(service.complete_with_passkey, visit.actor, pending, form["credential"], arrival)
        return await try_passkey(visit, pending.user_id, use)
    is_recovery = form.get("way") == RECOVERY
    guess = partial(
        service.complete_with_code, visit.actor, pending, form.get("code", ""), arrival, is_recovery=is_recovery
    )
    return await guess_code(visit, pending, guess)


async def _page(visit: Visit, pending: Pending, way: str | None, error: AppError | None = None) -> Response:
    present = await find_factors_of(pending.user_id)
    ways = {"totp": present.totp is not None, RECOVERY: present.recovery_codes_left > 0}
    # With a passkey alone, its button is the page; a code that nobody has is not asked for.
    chosen = RECOVERY if way == RECOVERY and ways[RECOVERY] else "totp" if ways["totp"] else "passkey"
    context = {
        "way": chosen,
        "ways": ways,
        "options": await second_step_options(pending.user_id, arrival_of(visit).place),
    }
    return visit.show("second.html", context, error=error)


routes: list[BaseRoute] = [
    Route(PATH, show_second, methods=["GET"]),
    Route(PATH, post_second, methods=["POST"]),
]
