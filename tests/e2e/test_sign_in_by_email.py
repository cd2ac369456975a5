"""Signing in by mail with a real browser: the code typed where it was asked for, the link, and another browser."""

from __future__ import annotations

import os
import re
import time

from playwright.sync_api import Browser, Page, expect

from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess
from tests.e2e.test_accessibility import violations

WAIT_SECONDS = 30
MAILS = "{ mails(first: 20) { nodes { id to template text } } }"


class Mailbox:
    """What the operator sees of the mails to one person."""

    def __init__(self, server: ServerProcess, address: str) -> None:
        self._operator = FormBrowser(server.url).open("/signin").sign_in("admin", server.password)
        self._address = address
        self._known = {mail["id"] for mail in self._read()}

    def wait(self) -> tuple[str, str]:
        """Code and link of the next mail."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not (new := [mail for mail in self._read() if mail["id"] not in self._known]):
            assert time.monotonic() < deadline
        [mail] = new
        self._known.add(mail["id"])
        code = re.search(r"^\d{8}$", mail["text"], re.MULTILINE)
        link = re.search(r"http\S+/signin/email/link\S+", mail["text"])
        assert code is not None
        assert link is not None
        return code[0], link[0]

    def _read(self) -> list[dict[str, str]]:
        headers = {"x-auther-csrf": "1", "accept": "application/json"}
        answer = self._operator.client.post("/graphql", json={"query": MAILS}, headers=headers).json()
        wanted = (self._address, "sign_in_code")
        return [mail for mail in answer["data"]["mails"]["nodes"] if (mail["to"], mail["template"]) == wanted]


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        for width, shape in ((1_280, "wide"), (390, "narrow")):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=f"{folder}/{name}-{shape}.png")


def ask(page: Page, url: str) -> None:
    page.goto(url)
    page.fill("#identifier", "katherine")
    picture(page, "signin")
    page.get_by_role("button", name="E-mail me a code").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()


def test_a_code_and_a_link_sign_in_the_browser_that_asked(
    server: ServerProcess, page: Page, chromium: Browser
) -> None:  # fmt: skip
    mailbox = Mailbox(server, "katherine@example.com")
    ask(page, f"{server.url}/signin?next=/account/security")
    code, link = mailbox.wait()
    found = violations(page)
    picture(page, "waiting")

    elsewhere = chromium.new_context(locale="en-GB").new_page()
    elsewhere.goto(link)
    expect(elsewhere.get_by_role("heading", name="Go back to the other browser")).to_be_visible()
    found += violations(elsewhere)
    picture(elsewhere, "elsewhere")
    elsewhere.context.close()

    page.get_by_label("Code from the mail").fill("0000 0000" if code != "00000000" else "1111 1111")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("That code is not right.")).to_be_visible()
    found += violations(page)
    picture(page, "wrong")
    page.get_by_label("Code from the mail").fill(f"{code[:4]} {code[4:]}")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{server.url}/account/security")

    ask(page, f"{server.url}/signin?other=1&next=/account/security")
    _, link = mailbox.wait()
    page.goto(link)
    found += violations(page)
    picture(page, "link")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{server.url}/account/security")
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("This code does not work any more.")
    assert found == []
