"""`/password/reset` and `/password/set`: choosing a password by a link from a mail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.credentials.errors import LinkInvalid
from app.credentials.service import prepare_password
from app.credentials.types import LinkClaim, PreparedPassword
from app.kit.actor import Actor
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import clear_session_cookie, read_form, see_other
from app.kit.runtime import settings
from app.login import service
from app.login.pages.links import read_link_visit
from app.login.pages.visit import Visit
from app.users.types import User


class _Use(Protocol):
    async def __call__(self, actor: Actor, token: str, prepared: PreparedPassword, *, browser_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _ChoosePassword:
    """A page that sets a password by a link. GET uses nothing up, nor does a password that is refused."""

    path: str
    notice: str
    again: str | None
    read: Callable[[str], Awaitable[tuple[LinkClaim, User]]]
    use: _Use

    async def show(self, request: Request) -> Response:
        visit, token = await read_link_visit(request)
        try:
            _, user = await self.read(token)
        except LinkInvalid as error:
            return self._refuse(visit, error)
        return visit.show("choose.html", self._context(visit, token, user))

    async def post(self, request: Request) -> Response:
        visit, token = await read_link_visit(request)
        form = await read_form(request)
        try:
            _, user = await self.read(token)
            return await self._use_or_ask_again(visit, token, user, form)
        except LinkInvalid as error:
            return self._refuse(visit, error)

    async def _use_or_ask_again(self, visit: Visit, token: str, user: User, form: Mapping[str, str]) -> Response:
        try:
            prepared = await prepare_password(form.get("password", ""), user.email, user.username, user.name)
        except AppError as error:
            return visit.show("choose.html", self._context(visit, token, user), error=error)
        async with unit_of_work():
            await self.use(visit.actor, token, prepared, browser_id=visit.browser_id)
        response = see_other(visit.url("/signin", notice=self.notice, existing="1"))
        if visit.session and visit.session.user.id == user.id:
            clear_session_cookie(response)
        return response

    def _context(self, visit: Visit, token: str, user: User) -> dict[str, object]:
        return {
            "kind": self.notice,
            "user": user,
            "action": visit.url(self.path, token=token),
            "min_length": settings().password_min_length,
        }

    def _refuse(self, visit: Visit, error: LinkInvalid) -> Response:
        again = visit.url(self.again) if self.again else None
        return visit.show("dead_link.html", {"again": again}, error=error)


_RESET = _ChoosePassword("/password/reset", "reset", "/password/forgot", service.read_reset, service.reset_password)
_INVITE = _ChoosePassword("/password/set", "invited", None, service.read_invitation, service.accept_invitation)

routes: list[BaseRoute] = [
    route
    for page in (_RESET, _INVITE)
    for route in (Route(page.path, page.show, methods=["GET"]), Route(page.path, page.post, methods=["POST"]))
]
