"""oidc-client-ts (npm) in a real browser: sign-in, renewal without a page, sign-out; only CORS between the two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.clients import make_client
from tests.e2e.server import ServerProcess
from tests.e2e.spa import SpaServer

RENEW = "() => manager.signinSilent().then((user) => ({access: user.access_token, refresh: user.refresh_token}))"
USER = """() => manager.getUser().then((user) => ({
  profile: user.profile, access: user.access_token, refresh: user.refresh_token ?? null, scope: user.scope,
}))"""


@pytest.fixture
def spa() -> Iterator[SpaServer]:
    with SpaServer() as running:
        yield running


def sign_in(server: ServerProcess, spa: SpaServer, page: Page, scope: str) -> dict[str, Any]:
    """Sign Ada in to the application, which asks for her consent; what the library then knows of her."""
    client_id, _ = make_client(
        server,
        "SPA",
        name="Reading list",
        redirectUris=[f"{spa.url}/callback", f"{spa.url}/silent"],
        postLogoutRedirectUris=[f"{spa.url}/bye"],
    )
    page.goto(f"{spa.url}/?{urlencode({'authority': server.url, 'client': client_id, 'scope': scope})}")
    expect(page.locator("#status")).to_have_text("ready")
    page.click("#signin")
    page.fill("#identifier", "ada@example.com")
    page.fill("#password", DEMO_PASSWORD)
    page.click("#submit")
    page.click("#allow")
    expect(page.locator("#status")).to_have_text("signed in as Ada Lovelace")
    user: dict[str, Any] = page.evaluate(USER)
    return user


def test_a_spa_signs_in_and_renews_by_its_refresh_token(server: ServerProcess, spa: SpaServer, page: Page) -> None:
    user = sign_in(server, spa, page, "openid profile email offline_access")

    renewed = page.evaluate(RENEW)

    assert user["profile"]["email"] == "ada@example.com"
    assert user["profile"]["iss"] == server.url
    assert renewed["access"] != user["access"]
    assert renewed["refresh"] not in {None, user["refresh"]}


def test_a_spa_without_refresh_token_renews_in_a_frame_and_signs_out(
    server: ServerProcess, spa: SpaServer, page: Page
) -> None:
    user = sign_in(server, spa, page, "openid profile")
    assert user["refresh"] is None

    renewed = page.evaluate(RENEW)
    assert renewed["access"] != user["access"]

    page.click("#signout")
    expect(page.locator("#status")).to_have_text("signed out")
    page.goto(f"{server.url}/signin")
    assert page.is_visible("#password")
    # The session is over: a frame learns that, and gets no token.
    page.goto(f"{spa.url}/")
    expect(page.locator("#status")).to_have_text("ready")
    assert page.evaluate("() => manager.signinSilent().then(() => 'renewed', (error) => error.error)") == (
        "login_required"
    )


def test_another_origin_gets_nothing(server: ServerProcess, spa: SpaServer, page: Page) -> None:
    """A page that no client registered cannot read the token endpoint's answers."""
    page.goto(f"{spa.url}/")

    outcome = page.evaluate(
        "(url) => fetch(url, {method: 'POST', body: new URLSearchParams({grant_type: 'refresh_token'})})"
        ".then(() => 'read', () => 'refused')",
        f"{server.url}/oauth2/token",
    )

    assert outcome == "refused"
