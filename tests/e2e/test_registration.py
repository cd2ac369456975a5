"""Initial access tokens as people meet them: made at the console or the command line, used by a program."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.server import ServerProcess

REGISTER = "/oauth2/register"


@pytest.fixture
def console(server: ServerProcess, page: Page) -> Page:
    page.goto(f"{server.url}/admin/")
    page.fill("#identifier", "admin")
    page.fill("#password", server.password)
    page.click("#submit")
    page.wait_for_url(f"{server.url}/admin/")
    return page


def register(server: ServerProcess, token: str, name: str) -> httpx.Response:
    document = {"client_name": name, "redirect_uris": ["https://app.example.com/cb"]}
    return httpx.post(f"{server.url}{REGISTER}", json=document, headers={"authorization": f"Bearer {token}"})


def test_the_command_line_makes_lists_and_revokes_a_token(server: ServerProcess) -> None:
    arguments = ("--max-uses", "2", "--days", "1", "--scope", "openid", "--no-pkce")
    made = json.loads(server.run("clients", "initial-tokens", "create", "From the shell", *arguments, "--json"))

    answer = register(server, made["token"], "Made by a program")

    assert (answer.status_code, answer.json()["scope"]) == (201, "openid")
    listed = json.loads(server.run("clients", "initial-tokens", "list", "--json"))
    token = next(each for each in listed if each["id"] == made["id"])
    assert (token["uses"], token["maxUses"], token["requirePkce"]) == (1, 2, False)
    shown = server.run("clients", "show", answer.json()["client_id"])
    assert "From the shell" in shown
    server.run("clients", "initial-tokens", "revoke", made["id"], "--yes")
    assert register(server, made["token"], "Too late").status_code == 401


def test_the_operator_makes_a_token_and_sees_what_registered(server: ServerProcess, console: Page) -> None:
    console.get_by_role("link", name="Clients").first.click()
    console.get_by_role("button", name="Registration tokens").click()
    dialog = console.get_by_role("dialog")
    dialog.get_by_role("button", name="New token").first.click()
    dialog.get_by_role("textbox", name="Name").fill("Console-made token")
    dialog.get_by_role("button", name="Create", exact=True).click()
    shown = dialog.get_by_test_id("client-secret")
    expect(shown).to_have_text(re.compile("^ainit_"))
    secret = shown.inner_text()
    dialog.get_by_role("button", name="I have stored the token").click()

    row = dialog.get_by_role("row", name=re.compile("Console-made token"))
    expect(row).to_contain_text("Usable")
    assert register(server, secret, "Self-made app").status_code == 201
    console.goto(f"{server.url}/admin/clients?dynamic=true")
    expect(console.get_by_role("row", name=re.compile("Self-made app"))).to_contain_text("Registered itself")
    console.get_by_role("link", name="Self-made app").click()
    expect(console.get_by_text("registered with the token “Console-made token”")).to_be_visible()
    assert secret not in console.content()
