"""mod_auth_openidc (Apache) protects a site: sign-in, sign-out by it, and the end of the session told to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.apache import Apache, find_apache
from tests.e2e.clients import make_client
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

PROGRAM = find_apache()
TOLD_SECONDS = 30

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="Apache with mod_auth_openidc is not on this machine")


@pytest.fixture
def apache(server: ServerProcess, callable_port: int) -> Iterator[Apache]:
    url = f"http://localhost:{callable_port}"
    client_id, secret = make_client(
        server,
        "WEB",
        name="Apache site",
        isFirstParty=True,
        redirectUris=[f"{url}/private/callback"],
        postLogoutRedirectUris=[f"{url}/bye.html"],
        backchannelLogoutUri=f"{url}/private/callback?logout=backchannel",
        backchannelLogoutSessionRequired=True,
    )
    assert PROGRAM is not None
    with Apache(PROGRAM, callable_port, issuer=server.url, client_id=client_id, secret=secret) as running:
        yield running


@pytest.fixture
def visitor(apache: Apache) -> Iterator[httpx.Client]:
    """What a browser remembers of the site."""
    with httpx.Client(base_url=apache.url, headers={"accept": "text/html"}) as client:
        yield client


def sign_in(server: ServerProcess, visitor: httpx.Client, login: str) -> FormBrowser:
    """Open the private part, and sign in where it leads."""
    asked = visitor.get("/private/")
    assert asked.status_code == 302
    browser = FormBrowser(server.url).open(asked.headers["location"]).sign_in(login, DEMO_PASSWORD)
    assert browser.left_for is not None
    assert visitor.get(browser.left_for).headers["location"] == f"{str(visitor.base_url).rstrip('/')}/private/"
    return browser


def test_a_site_signs_people_in_and_out(server: ServerProcess, apache: Apache, visitor: httpx.Client) -> None:
    browser = sign_in(server, visitor, "ada")
    page = visitor.get("/private/")
    assert (page.status_code, page.text.endswith("members only")) == (200, True)
    assert page.headers["x-remote-user"] == "ada@example.com"

    bye = f"{apache.url}/bye.html"
    leaving = visitor.get(f"/private/callback?logout={quote(bye, safe='')}")
    assert leaving.headers["location"].startswith(f"{server.url}/oauth2/logout?")
    browser.open(leaving.headers["location"])

    assert browser.left_for == bye
    assert visitor.get("/private/").status_code == 302
    assert "password" in browser.open("/signin").page.text


def test_a_session_that_ends_elsewhere_ends_at_the_site(server: ServerProcess, visitor: httpx.Client) -> None:
    browser = sign_in(server, visitor, "grace")
    assert visitor.get("/private/").status_code == 200

    browser.open("/signout").submit()

    deadline = time.monotonic() + TOLD_SECONDS
    while visitor.get("/private/").status_code == 200:
        assert time.monotonic() < deadline, "the site was not told"
