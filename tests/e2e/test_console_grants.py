"""The operator lets a client use other grants, and prove itself by a key."""

from __future__ import annotations

import json
import os
import re

from joserfc.jwk import ECKey
from playwright.sync_api import Page, expect

from tests.e2e.clients import make_client
from tests.e2e.server import ServerProcess
from tests.e2e.test_accessibility import violations


def test_the_operator_gives_a_client_grants_and_a_key(server: ServerProcess, page: Page) -> None:
    front, _ = make_client(server, "MACHINE", name="Front")
    back, _ = make_client(server, "MACHINE", name="Back")
    keys = {"keys": [ECKey.generate_key("P-256", {"kid": "one"}).as_dict(private=False)]}
    page.goto(f"{server.url}/admin/")
    page.fill("#identifier", "admin")
    page.fill("#password", server.password)
    page.click("#submit")
    page.wait_for_url(f"{server.url}/admin/")

    page.goto(f"{server.url}/admin/clients/{back}?tab=settings")
    page.get_by_label("Token exchange").check()
    page.get_by_label("It proves itself with").select_option("private_key_jwt")
    page.get_by_label("Public keys (JWKS)").fill("no json")
    page.get_by_label("May get tokens for it").fill(front)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text(re.compile("A JWK Set is an object"))).to_be_visible()
    page.get_by_label("Public keys (JWKS)").fill(json.dumps(keys))
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/console-grants.png", full_page=True)
    found = violations(page)
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("The settings were saved.")).to_be_visible()

    page.reload()
    expect(page.get_by_label("Token exchange")).to_be_checked()
    expect(page.get_by_label("Public keys (JWKS)")).to_have_value(re.compile('"kid": "one"'))
    expect(page.get_by_label("May get tokens for it")).to_have_value(front)
    expect(page.get_by_role("tab", name="Secrets")).to_have_count(0)
    assert found == []
