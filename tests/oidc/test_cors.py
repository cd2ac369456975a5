"""Only origins of registered browser applications may read answers."""

from __future__ import annotations

import httpx
import pytest

from app.sessions.types import Session
from tests.oidc.support import Party

ORIGIN = "https://app.example.com"
PATHS = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
    "/oauth2/jwks",
    "/oauth2/token",
    "/oauth2/revoke",
    "/oauth2/userinfo",
]
FOREIGN = [
    "https://evil.example",
    "https://app.example.com.evil.example",
    "http://app.example.com",
    "null",
    "x" * 999,
]


def preflight(origin: str) -> dict[str, str]:
    return {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
    }


@pytest.mark.parametrize("path", PATHS)
async def test_a_registered_origin_may_call(public_party: Party, path: str) -> None:
    answer = await public_party.browser.options(path, headers=preflight(ORIGIN))

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_origin_may_not(public_party: Party, path: str, origin: str) -> None:
    answer = await public_party.browser.options(path, headers=preflight(origin))

    assert not [name for name in answer.headers if name.startswith("access-control-allow")]
    assert answer.headers["vary"] == "Origin"


async def test_answers_are_readable_for_the_registered_origin(public_party: Party, session: Session) -> None:
    token = (await public_party.tokens())["access_token"]

    answer = await public_party.browser.get(
        "/oauth2/userinfo", headers={"origin": ORIGIN, "authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN


async def test_errors_are_readable_for_the_registered_origin(public_party: Party) -> None:
    refused = await public_party.browser.post("/oauth2/token", data={}, headers={"origin": ORIGIN})
    challenged = await public_party.browser.get("/oauth2/userinfo", headers={"origin": ORIGIN})

    assert refused.headers["access-control-allow-origin"] == ORIGIN
    assert challenged.headers["access-control-allow-origin"] == ORIGIN
    assert "WWW-Authenticate" in challenged.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/oauth2/logout", "/signin"])
async def test_pages_are_not_opened(public_party: Party, path: str) -> None:
    answer = await public_party.browser.get(path, headers={"origin": ORIGIN})

    assert "access-control-allow-origin" not in answer.headers


async def test_without_an_origin_nothing_is_added(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/oauth2/jwks")

    assert not [name for name in answer.headers if name.startswith("access-control")]
