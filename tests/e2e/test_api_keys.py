"""API keys as people meet them: made at the console or the command line, used by a script, gone at once."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.server import ServerProcess

EXCHANGE = "/api/auth/api-key/exchange"


@pytest.fixture
def console(server: ServerProcess, page: Page) -> Page:
    page.goto(f"{server.url}/admin/")
    page.fill("#identifier", "admin")
    page.fill("#password", server.password)
    page.click("#submit")
    page.wait_for_url(f"{server.url}/admin/")
    return page


def exchange(server: ServerProcess, secret: str) -> httpx.Response:
    return httpx.post(f"{server.url}{EXCHANGE}", headers={"x-api-key": secret})


def test_the_command_line_makes_rotates_and_deletes_a_key(server: ServerProcess) -> None:
    user = json.loads(server.run("users", "create", "keys@example.com", "--json"))["id"]
    arguments = ("--user", user, "--grant", "users:*#viewer", "--address", "127.0.0.0/8", "--scope", "auther:api")
    made = json.loads(server.run("api-keys", "create", "Nightly", *arguments, "--json"))

    answer = exchange(server, made["secret"])
    assert (answer.status_code, answer.json()["expiresIn"]) == (200, 900)
    called = httpx.post(
        f"{server.url}/graphql",
        json={"query": "{ viewer { apiKey { name } } users(first: 1) { nodes { id } } }"},
        headers={"authorization": f"Bearer {answer.json()['token']}"},
    ).json()
    assert called["data"]["viewer"] == {"apiKey": {"name": "Nightly"}}
    assert len(called["data"]["users"]["nodes"]) == 1
    assert "127.0.0.0/8" in server.run("api-keys", "show", made["id"])

    rotated = json.loads(server.run("api-keys", "rotate", made["id"], "--overlap", "0", "--yes", "--json"))
    assert [exchange(server, each["secret"]).status_code for each in (made, rotated)] == [401, 200]
    server.run("api-keys", "disable", made["id"])
    assert exchange(server, rotated["secret"]).json()["error"] == "api_keys_disabled"
    server.run("api-keys", "delete", made["id"], "--yes")
    assert exchange(server, rotated["secret"]).json()["error"] == "api_keys_invalid"


def test_the_operator_makes_a_key_and_switches_it_off(server: ServerProcess, console: Page) -> None:
    console.get_by_role("link", name="API keys").first.click()
    console.get_by_role("button", name="New API key").first.click()
    dialog = console.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("Console-made key")
    dialog.get_by_role("button", name="Create", exact=True).click()
    shown = dialog.get_by_test_id("api-key")
    expect(shown).to_have_text(re.compile("^ak_live_"))
    secret = shown.inner_text()
    dialog.get_by_role("button", name="I have stored the key").click()

    expect(console.get_by_role("row", name=re.compile("Console-made key"))).to_contain_text("Active")
    assert exchange(server, secret).status_code == 200
    assert secret not in console.content()
    console.get_by_role("button", name="Disable Console-made key").click()
    expect(console.get_by_role("row", name=re.compile("Console-made key"))).to_contain_text("Disabled")
    assert exchange(server, secret).status_code == 401
    console.get_by_role("button", name="Delete Console-made key").click()
    dialog.get_by_role("textbox").fill("Console-made key")
    dialog.get_by_role("button", name="Delete").click()
    expect(console.get_by_role("row", name=re.compile("Console-made key"))).to_have_count(0)
