"""What the pages of somebody signed in have in common: who it is, and asking for a fresh proof where one is needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from app.factors.errors import StepUpRequired
from app.factors.service import has_factor
from app.factors.types import SECURITY_PAGE
from app.kit.db import unit_of_work
from app.kit.pages import read_form, safe_next, see_other
from app.login.pages.visit import Visit, read_visit
from app.sessions.service import begin_flow
from app.sessions.types import NewFlow
from app.users.types import User

PageOf = Callable[[Visit, User], Awaitable[Response]]


def for_members(show: PageOf, home: str = SECURITY_PAGE) -> Callable[[Request], Awaitable[Response]]:
    """A page for who is signed in; others sign in first, and whose proof is old or weak proves anew.

    Args:
        home: where somebody comes back to who had to do that at a change. It is not repeated; its page asks again.
    """

    async def answer(request: Request) -> Response:
        visit = await read_visit(request)
        if visit.session is None:
            if request.method == "POST":
                await read_form(request)
            return see_other(f"/signin?next={quote(_way_back(request, home))}")
        try:
            return await show(visit, visit.session.user)
        except StepUpRequired:
            return await ask_for_proof(visit, visit.session.user, _way_back(request, home))

    return answer


async def ask_for_proof(visit: Visit, user: User, way_back: str) -> Response:
    """Send who is signed in to prove anew, as strongly as they can, and on to a path on our own host."""
    new = NewFlow(
        browser_id=visit.browser_id,
        return_to=way_back,
        login_hint=user.email,
        must_reauthenticate=True,
        requires_mfa=await has_factor(user.id),
    )
    async with unit_of_work():
        flow = await begin_flow(new)
    return see_other(f"/signin?flow={flow.id}")


def _way_back(request: Request, home: str) -> str:
    if request.method != "GET":
        return home
    query = request.scope["query_string"].decode("latin-1")
    path: str = request.scope["path"]
    return safe_next(f"{path}?{query}", path) if query else path
