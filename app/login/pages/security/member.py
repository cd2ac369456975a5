"""What the pages of somebody signed in have in common: who it is, and asking for a fresh proof where one is needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from app.factors.errors import StepUpRequired
from app.factors.service import has_factor
from app.factors.types import SECURITY_PAGE
from app.kit.db import unit_of_work
from app.kit.pages import read_form, see_other
from app.login.pages.visit import Visit, read_visit
from app.sessions.service import begin_flow
from app.sessions.types import NewFlow
from app.users.types import User

PageOf = Callable[[Visit, User], Awaitable[Response]]


def for_members(show: PageOf) -> Callable[[Request], Awaitable[Response]]:
    """A page for who is signed in; others sign in first, and whose proof is old or weak proves anew."""

    async def answer(request: Request) -> Response:
        visit = await read_visit(request)
        if visit.session is None:
            if request.method == "POST":
                await read_form(request)
            return see_other(f"/signin?next={_way_back(request)}")
        try:
            return await show(visit, visit.session.user)
        except StepUpRequired:
            return await _ask_for_proof(visit, visit.session.user)

    return answer


async def _ask_for_proof(visit: Visit, user: User) -> Response:
    new = NewFlow(
        browser_id=visit.browser_id,
        return_to=_way_back(visit.request),
        login_hint=user.email,
        must_reauthenticate=True,
        requires_mfa=await has_factor(user.id),
    )
    async with unit_of_work():
        flow = await begin_flow(new)
    return see_other(f"/signin?flow={flow.id}")


def _way_back(request: Request) -> str:
    """The page itself. A change that was posted is not repeated; its page asks again."""
    path: str = request.scope["path"]
    return path if request.method == "GET" else SECURITY_PAGE
