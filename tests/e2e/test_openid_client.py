"""openid-client (npm), a client that we did not write, signs a person in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.application import Application
from tests.e2e.forms import FormBrowser
from tests.e2e.relying_party import RelyingParty
from tests.e2e.server import ServerProcess

SCOPE = "openid profile email offline_access"
Start = Callable[..., RelyingParty]


@pytest.fixture
def start(server: ServerProcess, application: Application) -> Iterator[Start]:
    """A relying party for a new client; `kind` and its redirect URI as given."""
    started: list[RelyingParty] = []

    def _start(kind: str, redirect_uri: str, name: str) -> RelyingParty:
        home = f"{application.url}/bye"
        made = json.loads(
            server.run(
                "clients", "create", name, "--kind", kind, "--redirect-uri", redirect_uri,
                "--post-logout-redirect-uri", home, "--json",
            )
        )  # fmt: skip
        party = RelyingParty(server.url, made["id"], made.get("clientSecret", ""), redirect_uri, SCOPE, home)
        started.append(party)
        return party

    yield _start
    for party in started:
        party.close()


def test_a_confidential_client_in_a_real_browser(
    server: ServerProcess, start: Start, application: Application, page: Page
) -> None:
    party = start("web", f"{application.url}/cb", "Browser web app")

    page.goto(party.authorize_url)
    page.fill("#identifier", "ada@example.com")
    page.fill("#password", DEMO_PASSWORD)
    page.click("#submit")
    page.wait_for_selector("#allow")
    assert "Browser web app" in page.inner_text("main")
    page.click("#allow")
    page.wait_for_url(f"{party.redirect_uri}**")

    result = party.take_callback(application.asked("/cb"))
    assert result["claims"]["iss"] == server.url
    assert result["claims"]["amr"] == ["pwd"]
    assert result["access"]["sub"] == result["claims"]["sub"] == result["userinfo"]["sub"]
    assert result["accessHeader"]["typ"] == "at+jwt"
    assert result["userinfo"]["email"] == "ada@example.com"
    assert result["refreshed"] == {"rotated": True, "sub": result["claims"]["sub"]}

    page.goto(result["signOut"])
    page.wait_for_url(f"{application.url}/bye**")
    assert parse_qs(urlsplit(page.url).query) == {"state": ["bye"]}
    assert party.refresh_after_sign_out() == "invalid_grant"
    page.goto(f"{server.url}/signin")
    assert page.is_visible("#password")


def test_a_public_client_with_plain_forms(server: ServerProcess, start: Start) -> None:
    party = start("spa", "http://localhost:3998/cb", "Forms SPA")
    browser = FormBrowser(server.url)

    browser.open(party.authorize_url).sign_in("GRACE", DEMO_PASSWORD)
    assert "Forms SPA" in browser.text
    browser.submit("allow")
    assert browser.left_for is not None
    result = party.take_callback(browser.left_for)

    assert result["userinfo"]["preferred_username"] == "grace"
    assert result["refreshed"]["rotated"] is True


def test_a_refusal_reaches_the_client(server: ServerProcess, start: Start) -> None:
    party = start("native", "http://127.0.0.1/cb", "Refused native app")
    browser = FormBrowser(server.url)

    browser.open(party.authorize_url).sign_in("alan@example.com", DEMO_PASSWORD).submit("deny")

    assert browser.left_for is not None
    query = parse_qs(urlsplit(browser.left_for).query)
    assert query["error"] == ["access_denied"]
    assert query["iss"] == [server.url]
