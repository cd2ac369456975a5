"""Cookies: one that names the browser, one that holds the session's token, and their flags.

On https every cookie carries the `__Host-` prefix (RFC 6265bis §4.1.3.2), so no sibling host
can plant or shadow it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.runtime import settings
from app.kit.settings import Settings

# RFC 6265bis §5.5: browsers cut longer lives to 400 days.
BROWSER_COOKIE_TTL = timedelta(days=400)
_BROWSER_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_BROWSER_TOKEN_BYTES = 32
_STATE_KEY = "browser"


def cookie_name(name: str, chosen: Settings) -> str:
    """`auther_<name>`, with the `__Host-` prefix where the product is served over https."""
    return f"__Host-auther_{name}" if chosen.is_https else f"auther_{name}"


def session_cookie_name(chosen: Settings | None = None) -> str:
    """The cookie that holds a session's token, under these settings or those in force."""
    return cookie_name("session", chosen or settings())


def set_cookie(response: Response, name: str, value: str, max_age: timedelta) -> None:
    """Set one of our cookies: HttpOnly, SameSite=Lax, Secure on https, for the whole host."""
    chosen = settings()
    response.set_cookie(
        cookie_name(name, chosen),
        value,
        max_age=int(max_age.total_seconds()),
        path="/",
        secure=chosen.is_https,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, name: str) -> None:
    """Make the browser forget one of our cookies."""
    set_cookie(response, name, "", timedelta(0))


def set_session_cookie(response: Response, token: str, max_age: timedelta) -> None:
    """Give the browser a session's token for at most `max_age`."""
    set_cookie(response, "session", token, max_age)


def clear_session_cookie(response: Response) -> None:
    """Make the browser forget its session."""
    clear_cookie(response, "session")


@dataclass
class _Browser:
    request: HTTPConnection = field(repr=False)
    is_used: bool = False

    @cached_property
    def sent_token(self) -> str | None:
        """Looked for when somebody asks: most requests never do."""
        token = self.request.cookies.get(cookie_name("browser", settings()), "")
        return token if _BROWSER_TOKEN.fullmatch(token) else None

    @property
    def is_new(self) -> bool:
        return self.sent_token is None

    @cached_property
    def token(self) -> str:
        """What it sent, else a new one; most requests never ask."""
        return self.sent_token or secrets.token_urlsafe(_BROWSER_TOKEN_BYTES)

    @property
    def id(self) -> str:
        return sha256(self.token.encode()).hexdigest()


def knows_browser(request: HTTPConnection) -> bool:
    """Whether `browser_id` can be asked."""
    return isinstance(request.scope.get("state", {}).get(_STATE_KEY), _Browser)


def browser_id(request: HTTPConnection) -> str:
    """Who the browser is: SHA-256, in hex, of its long-lived cookie.

    Asking for it makes `BrowserCookie` set the cookie if the browser has none yet.

    Raises:
        RuntimeError: when `BrowserCookie` is not among the middleware.
    """
    browser = request.scope.get("state", {}).get(_STATE_KEY)
    if not isinstance(browser, _Browser):
        raise RuntimeError("the middleware BrowserCookie is missing")
    browser.is_used = True
    return browser.id


class BrowserCookie:
    """ASGI middleware that knows each browser by a random cookie.

    The cookie is sent only with answers that asked `browser_id`, so that nothing is stored in
    browsers which only fetch keys or assets; posts renew it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        browser = _Browser(request)
        scope.setdefault("state", {})[_STATE_KEY] = browser

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_due(browser, request.method):
                carrier = Response()
                set_cookie(carrier, "browser", browser.token, BROWSER_COOKIE_TTL)
                MutableHeaders(scope=message).append("set-cookie", carrier.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _is_due(browser: _Browser, method: str) -> bool:
    return browser.is_used and (browser.is_new or method == "POST")
