"""Requests of an operator who acts as a user: made as the user, or by nobody, never silently as the operator."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.impersonation.errors import NotWhileActing
from app.impersonation.rules import is_closed_to_acting
from app.impersonation.service import find_acting
from app.impersonation.types import COOKIE
from app.kit.pages import cookie_name
from app.kit.runtime import settings
from app.rest.errors import render_app_error


def find_acting_token(cookies: Mapping[str, str]) -> str | None:
    """What the browser has of a session in which an operator acts, live or not."""
    return cookies.get(cookie_name(COOKIE, settings())) or None


async def act(state: MutableMapping[str, Any], own_token: str, acting_token: str) -> None:
    """Set who calls by both cookies. When that is over it is nobody, until a page has said so.

    Raises:
        Unavailable: the database cannot be asked now.
    """
    acting = await find_acting(own_token, acting_token, state["origin"])
    if acting is None:
        state["is_acting_over"] = True
        return
    # Who reads is the operator.
    state.update(session=acting.resolved, session_token=acting_token, locale=acting.operator.locale)
    state.update(acting=acting, actor=acting.actor)


class ClosedToActing:
    """Refuses what whoever acts as somebody must not change. It stands behind what knows the browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_acting = scope["type"] == "http" and scope["state"].get("acting") is not None
        if is_acting and is_closed_to_acting(scope["method"], scope["path"]):
            await (await render_app_error(Request(scope, receive), NotWhileActing()))(scope, receive, send)
            return
        await self.app(scope, receive, send)
