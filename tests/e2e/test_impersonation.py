"""An operator acts as a user: from the console through an application, and back."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, expect

from tests.e2e.application import Application
from tests.e2e.clients import make_client
from tests.e2e.flow import Authorization, redeem
from tests.e2e.server import ServerProcess
from tests.e2e.test_accessibility import violations
from tests.oidc.support import claims_of


def test_an_operator_acts_as_a_user_visits_an_application_and_is_back(
    server: ServerProcess, page: Page, application: Application
) -> None:
    made = json.loads(server.run("users", "create", "jane@example.com", "--name", "Jane Doe", "--verified", "--json"))
    callback = f"{application.url}/cb"
    client_id, _ = make_client(
        server, "SPA", isFirstParty=True, redirectUris=[callback], scopes=["openid", "email"]
    )  # fmt: skip
    page.goto(f"{server.url}/admin/users/{made['id']}")
    page.fill("#identifier", "admin")
    page.fill("#password", server.password)
    page.click("#submit")

    page.get_by_role("button", name="Act as this user…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Ticket 4711")
    dialog.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Act as Jane Doe?")).to_be_visible()
    assert violations(page) == []
    page.click("#submit")

    banner = page.get_by_role("status").filter(has_text="Operator, you act as Jane Doe until")
    expect(banner).to_be_visible()
    assert violations(page) == []

    flow = Authorization(server.url, client_id, "openid email", callback)
    page.goto(flow.url)
    expect(page.get_by_role("main")).to_have_text("the application")
    claims = claims_of(redeem(flow, flow.code_from(application.asked("/cb")), callback).json()["id_token"])
    assert (claims["sub"], claims["email"]) == (made["id"], "jane@example.com")
    assert claims["act"] == {"sub": claims["impersonator"]}
    assert claims["impersonator"] != made["id"]

    page.goto(f"{server.url}/admin/")
    expect(page.get_by_role("status").filter(has_text="you act as Jane Doe until")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Stop").click()

    page.wait_for_url(f"{server.url}/admin/users/{made['id']}")
    expect(page.get_by_role("heading", name="Jane Doe")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="you act as")).to_have_count(0)
    page.get_by_role("tab", name="Activity").click()
    expect(page.get_by_text(re.compile("impersonation.ended"))).to_be_visible()
