"""What happens around every request: request id, origin, who calls, headers, one log line."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any

import structlog
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from app.events.refusals import Refusals, collecting_refusals
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.errors import AppError
from app.kit.guard import remembering
from app.kit.log import accept_request_id, bind_request
from app.kit.pages import session_cookie_name
from app.kit.runtime import settings
from app.oidc.dpop.nonces import make_nonce
from app.rest.acting import act, find_acting_token
from app.rest.denials import note_denial
from app.rest.errors import render_app_error
from app.rest.measures import note_request
from app.rest.origin import client_address
from app.rest.request_ids import AUTHZEN, answered_id
from app.sessions.service import resolve_session
from app.sessions.types import ResolvedSession

_log = structlog.get_logger("auther.http")
# RFC 6455's registry, 1013: the server cannot serve now.
_TRY_AGAIN_LATER = 1013
_OK = 200
_QUIET = ("/static/", "/admin/assets/", "/livez", "/readyz", "/metrics")
# The live check: its answers are counted, and would fill the log; only refusals have a line.
_COUNTED = ("/api/auth/check-permission", "/api/auth/list-objects", AUTHZEN)
# Endpoints for programs: a cookie that comes along means nothing there.
_WITHOUT_SESSION = (
    *_QUIET, "/api/auth/", AUTHZEN, "/.well-known/", "/oauth2/jwks", "/oauth2/token", "/oauth2/revoke",
    "/oauth2/register", "/oauth2/userinfo",
)  # fmt: skip


_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
)
_ON_HTTPS = (*_ALWAYS, (b"strict-transport-security", b"max-age=31536000; includeSubDomains"))
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
        state: MutableMapping[str, Any] = scope.setdefault("state", {})
        origin = _origin(scope)
        nobody = Actor(ActorKind.ANONYMOUS, origin=origin)
        state.update(request_id=origin.request_id, origin=origin, actor=nobody)
        state.update(session=None, session_token=None, locale=None, acting=None, is_acting_over=False)
        bind_request(request_id=origin.request_id)
        with collecting_refusals() as refusals:
            answer = _Answer(scope, send, refusals)
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
            if not _is_quiet(scope["path"], answer.status):
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
    """Sends on, adding headers that every answer carries, once a refusal is in the audit trail."""

    def __init__(self, scope: Scope, send: Send, refusals: Refusals) -> None:
        self.status = 0
        self._scope = scope
        self._send = send
        self._refusals = refusals

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            await note_denial(self._scope, self.status, self._refusals)
            headers = list(message.get("headers", ()))
            given = {name for name, _ in headers}
            wanted = _ON_HTTPS if settings().is_https else _ALWAYS
            headers += [header for header in wanted if header[0] not in given]
            headers.append((b"x-request-id", answered_id(self._scope)))
            if self._scope["state"].get("makes_proofs"):
                headers.append((b"dpop-nonce", make_nonce().encode()))
            message["headers"] = headers
        await self._send(message)


def _is_quiet(path: str, status: int) -> bool:
    return path.startswith(_QUIET) or (status == _OK and path.startswith(_COUNTED))


async def _sign_in(scope: Scope) -> None:
    if scope["path"].startswith(_WITHOUT_SESSION) or not any(name == b"cookie" for name, _ in scope["headers"]):
        return
    cookies = HTTPConnection(scope).cookies
    token, acting_token = cookies.get(session_cookie_name()), find_acting_token(cookies)
    state: MutableMapping[str, Any] = scope["state"]
    if acting_token is not None:
        await act(state, token or "", acting_token)
        return
    if not token:
        return
    resolved = await resolve_session(token)
    if resolved is not None:
        state.update(session=resolved, session_token=token, locale=resolved.user.locale)
        state["actor"] = actor_of(resolved, state["origin"])


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


def _origin(scope: Scope) -> Origin:
    peer = scope["client"][0] if scope.get("client") else None
    forwarded, request_id, user_agent = [], None, None
    # One pass: looking for each name on its own takes three times as long.
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            forwarded.append(value.decode("latin-1"))
        elif name == b"user-agent" and user_agent is None:
            user_agent = value.decode("latin-1")
        elif name == b"x-request-id" and request_id is None:
            request_id = value.decode("latin-1")
        elif name == b"dpop":
            # Whoever makes proofs gets the nonce for the next one with each answer (RFC 9449 §8.2).
            scope["state"]["makes_proofs"] = True
    hops = ",".join(forwarded)
    find_address = _remembered_address if len(hops) <= _MAX_REMEMBERED_CHARACTERS else client_address
    return Origin(accept_request_id(request_id), find_address(peer, hops, settings().trusted_proxies), user_agent)
