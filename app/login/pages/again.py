"""`/signin/again`: a fresh proof for the console, which cannot begin one itself, and back to where it was asked for."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.kit.pages import see_other
from app.login.pages.security.member import ask_for_proof
from app.login.pages.visit import read_visit


async def begin_again(request: Request) -> Response:
    visit = await read_visit(request)
    if visit.session is None or visit.actor.impersonator_id is not None:
        return see_other(visit.url("/signin"))
    return await ask_for_proof(visit, visit.session.user, visit.destination)


routes: list[BaseRoute] = [Route("/signin/again", begin_again, methods=["GET"])]
