"""`/email/verify` and `/signup/confirm`: GET asks, POST does. Mail scanners only ever GET."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.credentials.errors import LinkInvalid
from app.credentials.types import LinkClaim
from app.kit.actor import Actor
from app.kit.db import unit_of_work
from app.kit.pages import read_form, see_other
from app.login import service
from app.login.pages.links import read_link_visit
from app.login.pages.visit import Visit


@dataclass(frozen=True, slots=True)
class _Confirmation:
    """A page with one button."""

    path: str
    notice: str
    read: Callable[[str], Awaitable[LinkClaim]]
    use: Callable[[Actor, str], Awaitable[None]]

    async def show(self, request: Request) -> Response:
        visit, token = await read_link_visit(request)
        try:
            claim = await self.read(token)
        except LinkInvalid as error:
            return self._refuse(visit, error)
        context = {"kind": self.notice, "email": claim.email, "action": visit.url(self.path, token=token)}
        return visit.show("confirm.html", context)

    async def post(self, request: Request) -> Response:
        visit, token = await read_link_visit(request)
        await read_form(request)
        try:
            async with unit_of_work():
                await self.use(visit.actor, token)
        except LinkInvalid as error:
            return self._refuse(visit, error)
        return see_other(visit.url("/signin", notice=self.notice, existing="1"))

    def _refuse(self, visit: Visit, error: LinkInvalid) -> Response:
        return visit.show("dead_link.html", {"again": None}, error=error)


_EMAIL = _Confirmation("/email/verify", "verified", service.read_verification, service.confirm_email)
_SIGN_UP = _Confirmation("/signup/confirm", "signed_up", service.read_sign_up, service.confirm_sign_up)

routes: list[BaseRoute] = [
    route
    for page in (_EMAIL, _SIGN_UP)
    for route in (Route(page.path, page.show, methods=["GET"]), Route(page.path, page.post, methods=["POST"]))
]
