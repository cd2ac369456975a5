"""The browser's own cookie, and the flags of the session's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.kit.pages import BrowserCookie, browser_id, clear_session_cookie, session_cookie_name, set_session_cookie
from app.kit.runtime import override, settings
from tests.support import ISSUER


async def _whoami(request: Request) -> Response:
    return Response(browser_id(request))


async def _quiet(request: Request) -> Response:
    return Response("quiet")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    routes = [Route("/whoami", _whoami, methods=["GET", "POST"]), Route("/quiet", _quiet)]
    app = Starlette(routes=routes, middleware=[Middleware(BrowserCookie)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER) as one:
        yield one


async def test_a_browser_is_known_by_a_random_cookie_of_four_hundred_days(client: httpx.AsyncClient) -> None:
    answer = await client.get("/whoami")

    token = client.cookies["auther_browser"]
    assert answer.text == sha256(token.encode()).hexdigest()
    assert answer.headers["set-cookie"] == (f"auther_browser={token}; HttpOnly; Max-Age=34560000; Path=/; SameSite=lax")


async def test_the_cookie_is_kept_and_renewed_by_posts_only(client: httpx.AsyncClient) -> None:
    first = await client.get("/whoami")

    second, posted = await client.get("/whoami"), await client.post("/whoami")

    assert first.text == second.text == posted.text
    assert "set-cookie" not in second.headers
    assert "auther_browser=" in posted.headers["set-cookie"]


async def test_an_answer_that_needs_no_browser_sets_no_cookie(client: httpx.AsyncClient) -> None:
    assert "set-cookie" not in (await client.get("/quiet")).headers


@pytest.mark.parametrize("value", ["short", "a" * 44, "a" * 42 + "!", ""])
async def test_a_cookie_that_is_not_ours_is_replaced(client: httpx.AsyncClient, value: str) -> None:
    answer = await client.get("/whoami", headers={"cookie": f"auther_browser={value}"})

    assert answer.text != sha256(value.encode()).hexdigest()
    assert "auther_browser=" in answer.headers["set-cookie"]


async def test_on_https_cookies_are_secure_and_bound_to_the_host(client: httpx.AsyncClient) -> None:
    with override(public_url="https://id.example.com"):
        answer = await client.get("/whoami")
        name = session_cookie_name(settings())

    assert name == session_cookie_name(settings()).replace("auther", "__Host-auther")
    assert answer.headers["set-cookie"].startswith("__Host-auther_browser=")
    assert answer.headers["set-cookie"].endswith("; HttpOnly; Max-Age=34560000; Path=/; SameSite=lax; Secure")


async def test_the_session_cookie_is_set_and_cleared_with_the_same_flags() -> None:
    response = Response()

    set_session_cookie(response, "ast_x", timedelta(days=1))
    clear_session_cookie(response)

    assert response.headers.getlist("set-cookie") == [
        "auther_session=ast_x; HttpOnly; Max-Age=86400; Path=/; SameSite=lax",
        'auther_session=""; HttpOnly; Max-Age=0; Path=/; SameSite=lax',
    ]
