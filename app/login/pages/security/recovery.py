"""New recovery codes in place of the former ones."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.factors.errors import NoFactor
from app.factors.service import make_own_recovery_codes, require_fresh_proof
from app.factors.types import SECURITY_PAGE
from app.kit.db import unit_of_work
from app.kit.pages import read_form, see_other
from app.login.pages.codes import show_codes
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.users.types import User

PATH = f"{SECURITY_PAGE}/recovery-codes"


async def show_renewal(visit: Visit, user: User) -> Response:
    await require_fresh_proof(visit.actor)
    return visit.show("recovery.html", {"path": PATH})


async def post_renewal(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    try:
        async with unit_of_work():
            codes = await make_own_recovery_codes(visit.actor)
    except NoFactor:
        return see_other(SECURITY_PAGE)
    return show_codes(visit, codes, SECURITY_PAGE)


routes: list[BaseRoute] = [
    Route(PATH, for_members(show_renewal), methods=["GET"]),
    Route(PATH, for_members(post_renewal), methods=["POST"]),
]
