"""`/email/verify` and `/signup/confirm`: GET asks, POST does. Mail scanners only ever GET."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.credentials.errors import HashingBusy, LinkInvalid
from app.credentials.types import LinkClaim
from app.kit.actor import Actor
from app.kit.db import unit_of_work
from app.kit.errors import AppError, InvalidInput, TooMany
from app.kit.pages import read_form, see_other
from app.login import service
from app.login.pages.links import read_link_visit
from app.login.pages.visit import Visit


@dataclass(frozen=True, slots=True)
class _Confirmation:
    """A page with one button, and a field for the password where the claim alone does not do."""

    path: str
    notice: str
    read: Callable[[str], Awaitable[LinkClaim]]
    is_enough: Callable[[LinkClaim, str], bool]
    use: Callable[[Actor, str], Awaitable[None]]

    async def show(self, request: Request) -> Response:
        visit, token = await read_link_visit(request)
        try:
            claim = await self.read(token)
        except LinkInvalid as error:
            return self._refuse(visit, error)
        return self._ask(visit, token, claim)

    async def post(self, request: Request) -> Response:
        visit, token = await read_link_visit(request)
        form = await read_form(request)
        try:
            return await self._use_or_ask_again(visit, token, form.get("password", ""))
        except LinkInvalid as error:
            return self._refuse(visit, error)

    async def _use_or_ask_again(self, visit: Visit, token: str, password: str) -> Response:
        claim = await self.read(token)
        if not self.is_enough(claim, visit.browser_id):
            try:
                await service.require_password_of(claim, token, password)
            except (InvalidInput, TooMany, HashingBusy) as error:
                return self._ask(visit, token, claim, error)
        async with unit_of_work():
            await self.use(visit.actor, token)
        return see_other(visit.url("/signin", notice=self.notice, existing="1"))

    def _ask(self, visit: Visit, token: str, claim: LinkClaim, error: AppError | None = None) -> Response:
        context = {
            "kind": self.notice,
            "email": claim.email,
            "action": visit.url(self.path, token=token),
            "asks_password": not self.is_enough(claim, visit.browser_id),
        }
        return visit.show("confirm.html", context, error=error)

    def _refuse(self, visit: Visit, error: LinkInvalid) -> Response:
        return visit.show("dead_link.html", {"again": None}, error=error)


def _always(claim: LinkClaim, browser_id: str) -> bool:
    return True


_EMAIL = _Confirmation("/email/verify", "verified", service.read_verification, _always, service.confirm_email)
_SIGN_UP = _Confirmation(
    "/signup/confirm", "signed_up", service.read_sign_up, service.was_asked_by, service.confirm_sign_up
)

routes: list[BaseRoute] = [
    route
    for page in (_EMAIL, _SIGN_UP)
    for route in (Route(page.path, page.show, methods=["GET"]), Route(page.path, page.post, methods=["POST"]))
]
