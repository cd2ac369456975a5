"""The operator connects an identity provider that is not ours, tries it, and somebody new signs in with it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.server import ServerProcess, free_port
from tests.e2e.test_accessibility import violations

FLOW = Path(__file__).parent / "flows" / "upstream.mjs"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """oauth2-mock-server, ready."""
    process = subprocess.Popen(
        ["node", str(FLOW), str(free_port())], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url.startswith("http://localhost:"), url + process.stdout.read()
    yield url
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture(scope="module")
def provider_server(issuer: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that may call the provider."""
    data = tmp_path_factory.mktemp("provider") / "data"
    process = ServerProcess(data, AUTHER_OUTBOUND_ALLOW=issuer.removeprefix("http://")).start()
    yield process
    assert process.stop() == 0, "\n".join(process.output)


def set_up(page: Page, server: ServerProcess, issuer: str) -> None:
    """The operator fills the form of the console."""
    page.goto(f"{server.url}/admin/")
    page.fill("#identifier", "admin")
    page.fill("#password", server.password)
    page.click("#submit")
    page.wait_for_url(f"{server.url}/admin/")
    page.goto(f"{server.url}/admin/identity-providers")
    page.get_by_role("button", name="New provider").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Slug").fill("studio")
    dialog.get_by_label(re.compile("^Name")).fill("Studio")
    dialog.get_by_label("Issuer").fill(issuer)
    dialog.get_by_label("Client id").fill("auther")
    dialog.get_by_label("Client secret").fill("secret")
    dialog.get_by_label("It may bring new people").check(force=True)
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(
        dialog.get_by_text("Accounts are made only by providers whose word on addresses is trusted.")
    ).to_be_visible()
    dialog.get_by_label("Its word on e-mail addresses counts").check(force=True)
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("The provider is set up.")).to_be_visible()


def test_a_provider_is_connected_tried_and_used(
    provider_server: ServerProcess, issuer: str, page: Page, chromium: Browser
) -> None:
    set_up(page, provider_server, issuer)
    page.get_by_role("button", name="Test Studio").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Discovery document")).to_be_visible()
    expect(dialog.get_by_text("Signing keys")).to_be_visible()
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/identity-providers.png", full_page=True)
    found = violations(page)

    somebody = chromium.new_context(locale="en-GB").new_page()
    somebody.goto(f"{provider_server.url}/signin?next=/account/security")
    somebody.get_by_role("link", name="Sign in with Studio").click()
    somebody.wait_for_url(f"{provider_server.url}/account/security")

    expect(somebody.get_by_text("hedy@example.com").first).to_be_visible()
    expect(somebody.get_by_role("link", name="Disconnect Studio")).to_be_visible()
    found += violations(somebody)
    somebody.context.close()
    page.goto(f"{provider_server.url}/admin/users")
    expect(page.get_by_text("Hedy Lamarr")).to_be_visible()
    page.goto(f"{provider_server.url}/admin/audit")
    expect(page.get_by_text(re.compile("linked_identity.created")).first).to_be_visible()
    assert found == []
