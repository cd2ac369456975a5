"""What happens around every request: request id, origin, who calls, headers, one log line."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from app.kit.actor import ANONYMOUS, Actor, ActorKind, Origin
from app.kit.errors import AppError
from app.kit.guard import remembering
from app.kit.log import accept_request_id, bind_request
from app.kit.pages import session_cookie_name
from app.kit.runtime import settings
from app.rest.errors import render_app_error
from app.rest.measures import note_request
from app.rest.origin import client_address
from app.sessions.service import resolve_session
from app.sessions.types import ResolvedSession

_log = structlog.get_logger("auther.http")
# RFC 6455's registry, 1013: the server cannot serve now.
_TRY_AGAIN_LATER = 1013
_QUIET = ("/static/", "/admin/assets/", "/livez", "/readyz", "/metrics")
# Endpoints for programs: a cookie that comes along means nothing there.
_WITHOUT_SESSION = (*_QUIET, "/.well-known/", "/oauth2/jwks", "/oauth2/token", "/oauth2/revoke", "/oauth2/userinfo")


_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
)
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
# The same few peers and proxies come again and again. Long headers are not remembered: anybody can send them.
_remembered_address = lru_cache(maxsize=4_096)(client_address)
_MAX_REMEMBERED_CHARACTERS = 128


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
        answer = _Answer(send, origin.request_id)
        if scope["type"] == "websocket":
            await self._run(scope, receive, answer)
            return
        with remembering():
            await self._run_logged(scope, receive, answer)

    async def _run_logged(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        started = time.perf_counter()
        try:
            await self._run(scope, receive, answer)
        finally:
            note_request(scope["path"], answer.status or 500, time.perf_counter() - started)
            if not scope["path"].startswith(_QUIET):
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                status = answer.status or 500
                _log.info("request", method=scope["method"], path=scope["path"], status=status, ms=milliseconds)

    async def _run(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        try:
            await _sign_in(scope)
        except AppError as error:
            await _refuse(scope, receive, answer, error)
            return
        await self.app(scope, receive, answer)


class _Answer:
    """Sends on, adding headers that every answer carries."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.status = 0
        self._send = send
        self._request_id = request_id

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            given = {name for name, _ in headers}
            wanted = (*_ALWAYS, _HTTPS_ONLY) if settings().is_https else _ALWAYS
            headers += [header for header in wanted if header[0] not in given]
            headers.append((b"x-request-id", self._request_id.encode()))
            message["headers"] = headers
        await self._send(message)


async def _sign_in(scope: Scope) -> None:
    token = HTTPConnection(scope).cookies.get(session_cookie_name())
    if not token or scope["path"].startswith(_WITHOUT_SESSION):
        return
    resolved = await resolve_session(token)
    if resolved is not None:
        state: MutableMapping[str, Any] = scope["state"]
        state.update(session=resolved, actor=actor_of(resolved, state["origin"]))


async def _refuse(scope: Scope, receive: Receive, answer: _Answer, error: AppError) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(code=_TRY_AGAIN_LATER)(scope, receive, answer)
        return
    response = await render_app_error(Request(scope, receive), error)
    await response(scope, receive, answer)


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
    forwarded = ",".join(headers.getlist("x-forwarded-for"))
    find_address = _remembered_address if len(forwarded) <= _MAX_REMEMBERED_CHARACTERS else client_address
    address = find_address(peer, forwarded, settings().trusted_proxies)
    return Origin(accept_request_id(headers.get("x-request-id")), address, headers.get("user-agent"))
