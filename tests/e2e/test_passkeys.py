"""Passkeys in a real browser with a virtual authenticator, and the pages of second factors, which axe looks at too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyotp
import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page, expect

from tests.e2e.server import ServerProcess
from tests.e2e.test_accessibility import violations

PASSWORD = "correct horse battery staple"
SECURITY = "/account/security"


@dataclass
class Person:
    """Somebody at a browser with a built-in authenticator."""

    url: str
    page: Page
    device: CDPSession
    authenticator: str
    email: str

    def be_there(self, is_there: bool) -> None:
        """Whether the person touches what the browser asks to touch."""
        given = {"authenticatorId": self.authenticator, "enabled": is_there}
        self.device.send("WebAuthn.setAutomaticPresenceSimulation", given)

    def be_recognized(self, is_recognized: bool) -> None:
        """Whether the authenticator finds that it is its owner."""
        given = {"authenticatorId": self.authenticator, "isUserVerified": is_recognized}
        self.device.send("WebAuthn.setUserVerified", given)

    def credentials(self) -> list[dict[str, Any]]:
        found = self.device.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return list(found["credentials"])

    def sign_in(self, path: str = "/signin") -> None:
        self.page.goto(self.url + path)
        self.page.fill("#identifier", self.email)
        self.page.fill("#password", PASSWORD)
        self.page.click("#submit")

    def forget_session(self) -> None:
        self.page.context.clear_cookies(name="auther_session")


@pytest.fixture
def person(server: ServerProcess, context: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Person]:
    """A new user at a new browser."""
    email = f"{re.sub('[^a-z]', '-', request.node.name)}@example.com"
    server.run("users", "create", email, "--name", "Grace Hopper", "--password", PASSWORD, "--verified")
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield Person(server.url, page, device, made["authenticatorId"], email)
    device.send("WebAuthn.disable")


def _make_passkey(person: Person) -> None:
    """Sign in, take the offer, keep the codes."""
    person.sign_in()
    person.page.wait_for_url("**/signin/offer")
    person.page.click("#passkey")
    expect(person.page.locator("#codes li")).to_have_count(10)


def test_a_passkey_is_offered_made_and_then_signs_in_from_the_suggestions(person: Person) -> None:
    _make_passkey(person)
    assert violations(person.page) == []
    (credential,) = person.credentials()
    assert (credential["isResidentCredential"], credential["rpId"]) == (True, "localhost")

    person.forget_session()
    person.page.goto(f"{person.url}/signin?next={SECURITY}")

    person.page.wait_for_url(person.url + SECURITY)
    expect(person.page.locator("#account-email")).to_have_text(person.email)


def test_the_button_signs_in_and_the_browser_s_refusal_is_told(person: Person) -> None:
    _make_passkey(person)
    person.forget_session()
    person.be_there(False)
    person.page.goto(f"{person.url}/signin?next={SECURITY}")
    expect(person.page.locator("#passkey")).to_be_visible()

    person.be_recognized(False)
    person.be_there(True)
    person.page.click("#passkey")
    expect(person.page.locator(".passkey [role=alert]")).to_be_visible()
    assert violations(person.page) == []

    person.be_recognized(True)
    person.page.click("#passkey")
    person.page.wait_for_url(person.url + SECURITY)


def test_a_passkey_is_the_second_step_after_a_password(person: Person) -> None:
    _make_passkey(person)
    person.forget_session()
    person.be_there(False)
    person.sign_in(f"/signin?next={SECURITY}")
    person.page.wait_for_url("**/signin/second**")
    assert violations(person.page) == []

    person.be_there(True)
    person.page.click("#passkey")

    person.page.wait_for_url(person.url + SECURITY)


def test_an_app_is_set_up_and_asked_for(person: Person) -> None:
    person.be_there(False)
    person.sign_in(f"/signin?next={SECURITY}/app")
    person.page.wait_for_url("**/signin/offer**")
    person.page.click("#onward")
    person.page.wait_for_url(f"{person.url}{SECURITY}/app")
    assert violations(person.page) == []
    person.page.click("summary")
    app = pyotp.TOTP(person.page.locator("#secret").inner_text())
    person.page.fill("#code", app.now())
    person.page.click("#submit")
    with person.page.expect_download() as downloaded:
        person.page.click("#download")
    kept = downloaded.value.path().read_text("utf-8")
    shown = person.page.locator("#codes li").all_inner_texts()
    assert kept.split("\n")[2:12] == shown

    person.forget_session()
    person.sign_in(f"/signin?next={SECURITY}")
    person.page.wait_for_url("**/signin/second**")
    assert violations(person.page) == []
    person.page.click("#recovery")
    person.page.fill("#code", shown[0])
    person.page.click("#submit")

    person.page.wait_for_url(person.url + SECURITY)
    expect(person.page.locator("#codes-left")).to_have_text("Codes left: 9")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_about_one_s_factors(person: Person, scheme: str) -> None:
    _make_passkey(person)
    person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    person.forget_session()
    person.page.goto(f"{person.url}/signin?next={SECURITY}")
    person.page.wait_for_url(person.url + SECURITY)
    one = person.page.locator("#passkeys a").first.get_attribute("href") or ""
    found: dict[str, list[str]] = {}
    for path in (SECURITY, f"{SECURITY}/app", f"{SECURITY}/passkeys/new", one, f"{one}/remove"):
        person.page.goto(person.url + path)
        found[path] = violations(person.page)

    assert {path: items for path, items in found.items() if items} == {}


def test_an_operator_resets_them_from_the_command_line(server: ServerProcess, person: Person) -> None:
    _make_passkey(person)

    shown = json.loads(server.run("users", "factors", person.email, "--json"))
    server.run("users", "reset-2fa", person.email, "--yes")
    after = json.loads(server.run("users", "factors", person.email, "--json"))

    assert (shown["isProtected"], len(shown["passkeys"]), shown["recoveryCodesLeft"]) == (True, 1, 10)
    assert (after["isProtected"], after["passkeys"], after["recoveryCodesLeft"]) == (False, [], 0)
