"""axe finds nothing on any page, in light and in dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.flow import Authorization
from tests.e2e.server import ServerProcess

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
HOSTED = (
    "/signin",
    "/signin/email",
    "/signup",
    "/password/forgot",
    "/signout",
    "/password/reset?token=alk_unknown",
    "/signin?flow=flw_unknown",
)
ACCOUNT = (
    "/account/profile",
    "/account/email",
    "/account/email/confirm?token=alk_unknown",
    "/account/security",
    "/account/sessions",
    "/account/apps",
    "/account/data",
    "/account/data/delete",
)
NARROW = 390
CONSOLE = ("/", "/users", "/clients", "/clients?dialog=tokens", "/sessions", "/keys", "/audit", "/mails")


# What fades in or out has less contrast on the way.
SETTLED = """
() => Promise.all(document.getAnimations()
  .filter(each => each.effect.getComputedTiming().endTime !== Infinity)
  .map(each => each.finished.catch(() => null)))
  .then(() => null)
"""


def violations(page: Page) -> list[str]:
    page.evaluate(SETTLED)
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{item['id']}: {node['html'][:160]}" for item in found["violations"] for node in item["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", HOSTED)
def test_hosted_pages(server: ServerProcess, page: Page, path: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(server.url + path)

    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_account_pages(server: ServerProcess, chromium: Browser, scheme: str) -> None:
    context = chromium.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": NARROW, "height": 844},
    )
    page = context.new_page()
    page.goto(f"{server.url}/signin?next=/account")
    page.fill("#identifier", "edsger")
    page.fill("#password", DEMO_PASSWORD)
    page.click("#submit")
    page.wait_for_url(f"{server.url}/account/profile")
    page.evaluate("document.getElementById('picture').type = 'text'")
    page.fill("#picture", "nonsense")
    page.click("#submit")
    page.wait_for_selector("#picture-error")
    found = {"a refused change": violations(page)}
    widths = {}
    for path in ACCOUNT:
        page.goto(server.url + path)
        assert page.locator("nav.sections [aria-current]").count() == 1, path
        found[path] = violations(page)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert {path: items for path, items in found.items() if items} == {}
    assert set(widths.values()) == {NARROW}


def test_a_refused_sign_in(server: ServerProcess, page: Page) -> None:
    page.goto(f"{server.url}/signin")
    page.fill("#identifier", "ada@example.com")
    page.fill("#password", "wrong wrong wrong")
    page.click("#submit")

    assert page.locator("[role=alert]:visible").count() == 1
    assert violations(page) == []


def test_the_consent_page(server: ServerProcess, page: Page) -> None:
    spa = next(line for line in server.output if "Demo SPA client" in line).split()[3].rstrip(",")
    flow = Authorization(server.url, spa, redirect_uri="http://localhost:5173/callback")
    page.goto(flow.url)
    page.fill("#identifier", "barbara")
    page.fill("#password", DEMO_PASSWORD)
    page.click("#submit")
    page.wait_for_selector("#allow")

    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_console(server: ServerProcess, chromium: Browser, scheme: str) -> None:
    context = chromium.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{server.url}/admin/")
    page.fill("#identifier", "admin")
    page.fill("#password", server.password)
    page.click("#submit")
    page.wait_for_url(f"{server.url}/admin/")
    found: dict[str, list[str]] = {}
    for path in CONSOLE:
        page.goto(f"{server.url}/admin{path}")
        page.wait_for_load_state("networkidle")
        found[path] = violations(page)
    context.close()

    assert {path: items for path, items in found.items() if items} == {}
