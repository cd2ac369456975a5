"""The operator says what members of a company get of a client, and somebody who comes gets it."""

from __future__ import annotations

import os

from playwright.sync_api import Page, expect

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.clients import ask_operator, make_client
from tests.e2e.flow import REDIRECT_URI, Authorization
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess
from tests.e2e.test_accessibility import NARROW, violations
from tests.e2e.test_examples import MAKE_USER, MODEL, SAVE_MODEL


def look(page: Page, name: str, ready: str) -> list[str]:
    """What axe finds once this text shows, in light, in dark and on a phone; pictures where these are asked for."""
    found = []
    for scheme, width in (("dark", 1280), ("light", NARROW), ("light", 1280)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        page.reload()
        expect(page.get_by_text(ready).first).to_be_visible()
        if folder := os.environ.get("SCREENSHOTS"):
            page.screenshot(path=f"{folder}/{name}-{scheme}-{width}.png", full_page=True)
        found += violations(page)
    return found


def test_members_of_a_company_get_what_the_operator_says(server: ServerProcess, page: Page) -> None:
    client_id, _ = make_client(server, "NATIVE", name="Papers", redirectUris=[REDIRECT_URI], isFirstParty=True)
    ask_operator(server, SAVE_MODEL, input={"clientId": client_id, "source": MODEL})
    person = {"email": "ann@papers.example", "emailVerified": True, "password": DEMO_PASSWORD}
    ask_operator(server, MAKE_USER, input=person)
    page.goto(f"{server.url}/admin/clients/{client_id}?tab=registration")
    page.fill("#identifier", "admin")
    page.fill("#password", server.password)
    page.click("#submit")

    page.get_by_role("button", name="New context").click()
    found = look(page, "registration-form", "Origins of applications")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Slug").fill("papers-staff")
    dialog.get_by_label("Name").fill("Staff of Papers")
    dialog.get_by_label("Type, 1").fill("document")
    dialog.get_by_label("Relation, 1").fill("owner")
    dialog.get_by_label("Domains of addresses, 1").fill("papers.example")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_text("the type has no such relation")).to_be_visible()
    expect(dialog.get_by_role("button", name="Create", exact=True)).to_be_enabled()
    found += violations(page)
    dialog.get_by_label("Relation, 1").fill("viewer")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_text("The context is made.")).to_be_visible()
    expect(page.get_by_text("document, every one: viewer")).to_be_visible()
    expect(page.get_by_text("Given to 0")).to_be_visible()

    flow = Authorization(server.url, client_id)
    FormBrowser(server.url).open(flow.url).sign_in("ann@papers.example", DEMO_PASSWORD)

    page.goto(f"{server.url}/admin/registration-contexts")
    row = page.get_by_role("row").filter(has_text="Staff of Papers")
    expect(row.get_by_text("Given to 1")).to_be_visible()
    expect(row.get_by_text("Papers", exact=True)).to_be_visible()
    found += look(page, "registration", "Staff of Papers")
    page.get_by_role("button", name="Edit Staff of Papers").click()
    dialog.get_by_label("Enabled").uncheck(force=True)
    dialog.get_by_role("button", name="Save changes").click()
    expect(row.get_by_text("Disabled")).to_be_visible()
    page.get_by_role("button", name="Delete Staff of Papers").click()
    dialog.get_by_role("textbox").fill("papers-staff")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The context is deleted.")).to_be_visible()
    expect(row).to_have_count(0)
    assert found == []
