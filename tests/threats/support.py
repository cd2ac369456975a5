"""What attacks have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any
from urllib.parse import unquote

Outage = Callable[[], AbstractAsyncContextManager[None]]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
FORM_TYPE = "application/x-www-form-urlencoded"

PAGES = (
    "/signin",
    "/signup",
    "/signup/confirm",
    "/email/verify",
    "/password/forgot",
    "/password/reset",
    "/password/set",
    "/password/change",
    "/signout",
    "/signin/unlock",
    "/signin/second",
    "/signin/enrol",
    "/signin/offer",
    "/account/security/app",
    "/account/security/app/remove",
    "/account/security/passkeys/new",
    "/account/security/passkeys/psk_x",
    "/account/security/passkeys/psk_x/remove",
    "/account/security/recovery-codes",
    "/oauth2/authorize",
    "/oauth2/authorize/int_x",
    "/oauth2/consent/int_x",
    "/oauth2/logout",
    "/oauth2/logout/done/ses_x",
    "/device",
    "/device/done",
    "/device/dev_x",
)
_ONLY_SHOWN = {"/oauth2/authorize/int_x", "/oauth2/logout/done/ses_x", "/device/done"}
POSTED = (
    *(path for path in PAGES if path not in _ONLY_SHOWN),
    "/oauth2/logout/confirm",
    "/oauth2/token",
    "/oauth2/revoke",
    "/oauth2/introspect",
    "/oauth2/device_authorization",
    "/oauth2/userinfo",
)
DOCUMENTS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
    "/oauth2/jwks",
)


async def call(
    app: Any,
    method: str,
    path: str,
    *,
    query: bytes = b"",
    headers: Mapping[str, bytes] | None = None,
    body: bytes = b"",
    receive: Receive | None = None,
) -> int:
    """The status of an answer to a request that no HTTP client would send.

    Args:
        receive: where the body comes from, instead of `body`.
    """
    started: list[Message] = []

    async def whole() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(name.encode(), value) for name, value in (headers or {}).items()],
        "client": ("127.0.0.1", 50_000),
        "server": ("localhost", 8000),
        "scheme": "http",
        "http_version": "1.1",
    }
    with suppress(Exception):  # a fault is answered with 500, and raised again for the server to log
        await app(scope, receive or whole, send)
    return int(started[0]["status"])
