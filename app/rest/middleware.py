"""What happens around every request: request id, origin, who calls, headers, one log line."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.actor import ANONYMOUS, Actor, ActorKind, Origin
from app.kit.guard import remembering
from app.kit.log import accept_request_id, bind_request
from app.kit.pages import session_cookie_name
from app.kit.runtime import settings
from app.rest.origin import client_address
from app.sessions.service import resolve_session
from app.sessions.types import ResolvedSession

_log = structlog.get_logger("auther.http")
_QUIET = ("/static/", "/admin/assets/", "/livez", "/readyz")


class RequestContext:
    """Gives each request an id, an origin and an actor (`request.state`), and logs how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = _origin(scope, headers)
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        state.update(request_id=origin.request_id, origin=origin, actor=ANONYMOUS.at(origin), session=None)
        bind_request(request_id=origin.request_id)
        with remembering():
            await self._run(scope, receive, _Answer(send, origin.request_id, scope["path"]))

    async def _run(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        started = time.perf_counter()
        try:
            token = HTTPConnection(scope).cookies.get(session_cookie_name())
            if token and not scope["path"].startswith(_QUIET):
                await _sign_in(scope["state"], token)
            await self.app(scope, receive, answer)
        finally:
            if scope["type"] == "http" and not scope["path"].startswith(_QUIET):
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                _log.info("request", method=scope["method"], path=scope["path"], status=answer.status, ms=milliseconds)


class _Answer:
    """Sends on, adding headers that every answer carries."""

    def __init__(self, send: Send, request_id: str, path: str) -> None:
        self.status = 0
        self._send = send
        self._request_id = request_id

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self._request_id
            headers.setdefault("x-content-type-options", "nosniff")
            headers.setdefault("referrer-policy", "no-referrer")
            if settings().is_https:
                headers.setdefault("strict-transport-security", "max-age=31536000; includeSubDomains")
        await self._send(message)


async def _sign_in(state: MutableMapping[str, Any], token: str) -> None:
    resolved = await resolve_session(token)
    if resolved is not None:
        state["session"] = resolved
        state["actor"] = actor_of(resolved, state["origin"])


def actor_of(resolved: ResolvedSession, origin: Origin) -> Actor:
    """The actor behind a live session."""
    session = resolved.session
    return Actor(
        ActorKind.USER,
        session.user_id,
        session_id=session.id,
        impersonator_id=session.impersonator_id,
        acr=session.acr,
        amr=session.amr,
        auth_time=session.auth_time,
        origin=origin,
    )


def _origin(scope: Scope, headers: Headers) -> Origin:
    peer = scope["client"][0] if scope.get("client") else None
    address = client_address(peer, headers.get("x-forwarded-for"), settings().trusted_proxies)
    return Origin(accept_request_id(headers.get("x-request-id")), address, headers.get("user-agent"))
