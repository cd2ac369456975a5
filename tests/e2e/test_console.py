"""The operator opens the console, sees users and clients, creates both, and explores the same graph in GraphiQL."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.server import ServerProcess


@pytest.fixture
def console(server: ServerProcess, page: Page) -> Page:
    """The console, opened by the operator; whatever the browser complains of fails the test."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/admin/")
    page.fill("#identifier", "admin")
    page.fill("#password", server.password)
    page.click("#submit")
    page.wait_for_url(f"{server.url}/admin/")
    expect(page.get_by_role("heading", name="Hello, Operator")).to_be_visible()
    assert complaints == []
    return page


def test_the_operator_sees_and_creates_users(console: Page) -> None:
    console.get_by_role("link", name="Users").first.click()
    expect(console.get_by_text("ada@example.com")).to_be_visible()

    console.get_by_role("button", name="Create user").click()
    dialog = console.get_by_role("dialog")
    dialog.get_by_label("Mail address").fill("margaret@example.com")
    dialog.get_by_label("Name", exact=True).fill("Margaret Hamilton")
    dialog.get_by_role("button", name=re.compile("^Create")).click()

    expect(console.get_by_role("heading", name="Margaret Hamilton")).to_be_visible()


def test_the_operator_creates_a_client_and_sees_its_secret_once(console: Page) -> None:
    console.get_by_role("link", name="Clients").first.click()
    expect(console.get_by_text("Demo web app")).to_be_visible()

    console.get_by_role("button", name="Connect an app").click()
    dialog = console.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("^Web app")).click()
    dialog.get_by_role("textbox", name="Name").fill("Console-made app")
    dialog.get_by_role("textbox", name=re.compile("Redirect URI")).first.fill("https://app.example.com/callback")
    dialog.get_by_role("button", name="Create", exact=True).click()

    expect(dialog.get_by_test_id("client-secret")).to_have_text(re.compile("^asec_"))


def test_graphiql_runs_a_query_on_the_same_graph(server: ServerProcess, console: Page) -> None:
    console.goto(f"{server.url}/graphiql")
    expect(console.get_by_text("This is real data")).to_be_visible()
    result = console.locator(".result-window")
    for _ in range(5):  # a click before the editor is ready does nothing
        console.get_by_role("button", name=re.compile("Execute")).click()
        console.wait_for_timeout(1_000)
        if "admin@example.com" in result.inner_text():
            break
    expect(result).to_contain_text("admin@example.com")
    expect(console.get_by_label("Cost of the last answer")).to_contain_text(re.compile(r"cost \d+ · \d+ ms"))


def test_graphiql_follows_a_subscription(server: ServerProcess, console: Page) -> None:
    console.goto(f"{server.url}/graphiql")
    console.get_by_role("button", name=re.compile("^AuditEventsStream")).click()
    result = console.locator(".result-window")
    for _ in range(5):  # a click before the editor is ready does nothing
        console.get_by_role("button", name=re.compile("Execute")).click()
        console.wait_for_timeout(1_000)
        if "cursor" in result.inner_text():
            break
    server.run("users", "create", "followed@example.com", "--verified")

    expect(result).to_contain_text("followed@example.com")
    console.get_by_role("button", name=re.compile("Stop query")).click()


def test_graphiql_acts_as_the_holder_of_a_token(server: ServerProcess, console: Page) -> None:
    console.goto(f"{server.url}/graphiql")
    console.get_by_label("Act as").select_option("token")
    console.get_by_role("textbox", name="Key or access token").fill("not-a-token")
    result = console.locator(".result-window")
    for _ in range(5):
        console.get_by_role("button", name=re.compile("Execute")).click()
        console.wait_for_timeout(1_000)
        if "UNAUTHENTICATED" in result.inner_text():
            break

    expect(result).to_contain_text("UNAUTHENTICATED")


def test_a_plain_user_sees_nothing_of_others(server: ServerProcess, page: Page) -> None:
    page.goto(f"{server.url}/admin/users")
    page.fill("#identifier", "edsger")
    page.fill("#password", DEMO_PASSWORD)
    page.click("#submit")
    page.wait_for_url(f"{server.url}/admin/users**")

    expect(page.get_by_role("main")).not_to_contain_text("ada@example.com")
    expect(page.get_by_role("link", name="Clients")).to_have_count(0)
