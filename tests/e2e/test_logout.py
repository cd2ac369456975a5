"""Applications hear of the end of a session, although the server and they themselves were away meanwhile."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from playwright.sync_api import Page, expect

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.application import Application
from tests.e2e.clients import make_client
from tests.e2e.flow import REDIRECT_URI, Authorization, redeem
from tests.e2e.forms import FormBrowser
from tests.e2e.logout_receiver import LogoutReceiver
from tests.e2e.server import ServerProcess, free_port
from tests.e2e.test_accessibility import violations


@pytest.fixture
def receiver() -> LogoutReceiver:
    """An application that is away."""
    return LogoutReceiver(free_port())


@pytest.fixture
def fragile(tmp_path: Path, receiver: LogoutReceiver) -> Iterator[ServerProcess]:
    """A server of the test's own, to be killed; it may call the application."""
    server = ServerProcess(tmp_path / "data", AUTHER_OUTBOUND_ALLOW=f"localhost:{receiver.port}").start()
    yield server
    server.stop()


def read(server: ServerProcess, token: str) -> dict[str, object]:
    keys = KeySet.import_key_set(httpx.get(f"{server.url}/oauth2/jwks").json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


def test_a_sign_out_reaches_an_application_after_both_were_away(
    fragile: ServerProcess, receiver: LogoutReceiver
) -> None:
    client_id, _ = make_client(
        fragile,
        "NATIVE",
        redirectUris=[REDIRECT_URI],
        isFirstParty=True,
        backchannelLogoutUri=f"http://localhost:{receiver.port}/backchannel",
        backchannelLogoutSessionRequired=True,
    )
    flow = Authorization(fragile.url, client_id)
    browser = FormBrowser(fragile.url).open(flow.url).sign_in("ada", DEMO_PASSWORD)
    tokens = redeem(flow, flow.code_from(browser.left_for)).json()
    signed_in = read(fragile, tokens["id_token"])

    browser.open("/signout").submit()
    fragile.kill()
    with receiver:
        fragile.start()
        told = read(fragile, receiver.take())
        # A key is taken out by the command line: what it signed is worth nothing from then on.
        keys = json.loads(fragile.run("keys", "list", "--json"))
        [key] = [key for key in keys if key["alg"] == "RS256"]
        after = json.loads(fragile.run("keys", "withdraw", key["kid"], "--yes", "--json"))

    assert (told["aud"], told["sub"], told["sid"]) == (client_id, signed_in["sub"], signed_in["sid"])
    assert receiver.is_quiet
    assert {each["status"] for each in after if each["id"] == key["id"]} == {"WITHDRAWN"}
    await_withdrawal(fragile, key["kid"])
    assert len([each for each in after if each["alg"] == "RS256" and each["status"] == "ACTIVE"]) == 1


def await_withdrawal(server: ServerProcess, kid: str) -> None:
    """Another process took the key out: this one follows within seconds (`signing.cache.REFRESH_AFTER`)."""
    deadline = time.monotonic() + 30
    while kid in {each["kid"] for each in httpx.get(f"{server.url}/oauth2/jwks").json()["keys"]}:
        assert time.monotonic() < deadline, "the key is published still"
        time.sleep(0.2)


def test_the_browser_tells_an_application_and_goes_on(
    server: ServerProcess, application: Application, page: Page
) -> None:
    """Frames under the page's own policy, without a script of ours."""
    home = f"{application.url}/bye"
    client_id, _ = make_client(
        server,
        "NATIVE",
        redirectUris=[f"{application.url}/cb"],
        postLogoutRedirectUris=[home],
        isFirstParty=True,
        frontchannelLogoutUri=f"{application.url}/frontchannel",
        frontchannelLogoutSessionRequired=True,
    )
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tokens = sign_in(server, application, page, client_id)

    query = urlencode({"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": home, "state": "s"})
    page.goto(f"{server.url}/oauth2/logout?{query}")
    expect(page.locator("#signed-out")).to_be_visible()
    assert violations(page) == []
    page.wait_for_url(f"{home}?state=s")

    told = parse_qs(urlsplit(application.asked("/frontchannel")).query)
    assert told == {"iss": [server.url], "sid": [read(server, tokens["id_token"])["sid"]]}
    assert complaints == []


def test_our_own_sign_out_page_tells_it_too(server: ServerProcess, application: Application, page: Page) -> None:
    client_id, _ = make_client(
        server,
        "NATIVE",
        redirectUris=[f"{application.url}/cb"],
        isFirstParty=True,
        frontchannelLogoutUri=f"{application.url}/frontchannel",
    )
    sign_in(server, application, page, client_id)

    page.goto(f"{server.url}/signout")
    page.click("#signout-form button")
    expect(page.locator("#signed-out")).to_be_visible()
    page.click("#continue")

    page.wait_for_url(f"{server.url}/signin?notice=signed_out")
    assert application.asked("/frontchannel") == f"{application.url}/frontchannel"


def sign_in(server: ServerProcess, application: Application, page: Page, client_id: str) -> dict[str, str]:
    """Sign Ada in to the application with a real browser; her tokens."""
    flow = Authorization(server.url, client_id, redirect_uri=f"{application.url}/cb")
    page.goto(flow.url)
    page.fill("#identifier", "ada@example.com")
    page.fill("#password", DEMO_PASSWORD)
    page.click("#submit")
    page.wait_for_url(f"{application.url}/cb**")
    form = {
        "grant_type": "authorization_code",
        "code": flow.code_from(page.url),
        "redirect_uri": f"{application.url}/cb",
        "client_id": client_id,
        "code_verifier": flow.verifier,
    }
    return dict(httpx.post(f"{server.url}/oauth2/token", data=form, timeout=30).json())
