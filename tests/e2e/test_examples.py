"""The examples do what they say, against a running server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.clients import ask_operator, make_client
from tests.e2e.flow import REDIRECT_URI, Authorization, redeem, refresh
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess, free_port

EXAMPLES = Path(__file__).parents[2] / "examples"
START_SECONDS = 60
TOLD_SECONDS = 30
MAKE_KEY = """
mutation MakeKey($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret errors { code field message } } }
"""
MAKE_USER = """
mutation MakeUser($input: UserCreateInput!) { userCreate(input: $input) { errors { code field message } } }
"""
SAVE_MODEL = """
mutation Save($input: ModelSaveInput!) { modelSave(input: $input) { errors { code field message } } }
"""
WRITE_TUPLES = """
mutation Write($input: TuplesWriteInput!) { tuplesWrite(input: $input) { errors { code field message } } }
"""
MODEL = """model
  schema 1.1

type user

type document
  relations
    define viewer: [user]
    define editor: [user, user with draft]
  permissions
    define read: viewer
    define edit: editor

condition draft(state: string) {
  state == "draft"
}
"""


@contextmanager
def serving(name: str, port: int, *arguments: str) -> Iterator[str]:
    """An example that is a server; its address once it answers."""
    process = subprocess.Popen([sys.executable, str(EXAMPLES / name), *arguments], stderr=subprocess.PIPE, text=True)
    url, deadline = f"http://localhost:{port}", time.monotonic() + START_SECONDS
    try:
        while not is_up(url):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline, f"{name} does not answer"
        yield url
    finally:
        process.terminate()
        process.communicate()


def is_up(url: str) -> bool:
    try:
        return httpx.get(url).status_code > 0
    except httpx.TransportError:
        return False


@pytest.fixture
def web_app(server: ServerProcess, callable_port: int) -> Iterator[str]:
    url = f"http://localhost:{callable_port}"
    client_id, secret = make_client(
        server,
        "WEB",
        name="Example notes",
        isFirstParty=True,
        redirectUris=[f"{url}/callback"],
        postLogoutRedirectUris=[f"{url}/"],
        backchannelLogoutUri=f"{url}/backchannel",
        backchannelLogoutSessionRequired=True,
    )
    with serving("web_app.py", callable_port, client_id, secret, server.url, str(callable_port)) as address:
        yield address


def test_a_web_application_with_a_session_of_its_own(server: ServerProcess, web_app: str) -> None:
    with httpx.Client(base_url=web_app) as visitor:
        browser = FormBrowser(server.url)

        def sign_in() -> None:
            browser.open(visitor.get("/login").headers["location"])
            if browser.left_for is None:
                browser.sign_in("ada", DEMO_PASSWORD)
            assert browser.left_for is not None
            assert visitor.get(browser.left_for).headers["location"] == "/"
            assert "Hello, ada@example.com" in visitor.get("/").text

        sign_in()
        browser.open(visitor.post("/logout").headers["location"])
        assert browser.left_for == f"{web_app}/"
        assert "Nobody is signed in" in visitor.get("/").text

        sign_in()
        browser.open("/signout").submit()
        deadline = time.monotonic() + TOLD_SECONDS
        while "Hello" in visitor.get("/").text:
            assert time.monotonic() < deadline, "the application was not told"
        assert httpx.post(f"{web_app}/backchannel", data={"logout_token": "a.b.c"}).status_code == 400


def test_a_machine_with_a_key_and_with_a_secret(server: ServerProcess) -> None:
    client_id, secret = make_client(server, "MACHINE")
    grant = {"entity": {"type": "users", "id": "*"}, "relation": "viewer"}
    wanted = {"name": "Example", "uses": ["EXCHANGE", "DIRECT"], "grants": [grant]}
    key = ask_operator(server, MAKE_KEY, input=wanted)["secret"]

    told = json.loads(run("machine.py", client_id, secret, key, server.url))

    assert told == {
        "exchanges": 1,
        "with a token of the key": [True, True],
        "with the key itself": True,
        "with client credentials": False,
        "subjects": ["apikey", "client"],
    }


def test_a_tool_signs_a_person_in_with_the_browser_of_this_machine(server: ServerProcess) -> None:
    client_id, _ = make_client(server, "NATIVE", redirectUris=["http://127.0.0.1/callback"], isFirstParty=True)
    with started("cli_app.py", client_id, server.url) as tool:
        browser = FormBrowser(server.url).open(read_address(tool)).sign_in("grace", DEMO_PASSWORD)
        assert browser.left_for is not None
        assert "You are signed in" in httpx.get(browser.left_for).text
        told = read_result(tool)

    assert told == {"email": "grace@example.com", "rotated": True}


def test_a_tool_without_a_browser_shows_a_code(server: ServerProcess) -> None:
    client_id, _ = make_client(server, "DEVICE", name="Build tool")
    with started("cli_app.py", "--device", client_id, server.url) as tool:
        browser = FormBrowser(server.url).open(read_address(tool)).sign_in("alan@example.com", DEMO_PASSWORD)
        browser.submit()
        assert "Build tool" in browser.text
        browser.submit("allow")
        told = read_result(tool)

    assert told == {"email": "alan@example.com", "rotated": True}


def test_services_decide_by_themselves_and_relay_the_token(server: ServerProcess) -> None:
    client_id, _ = make_client(server, "NATIVE", redirectUris=[REDIRECT_URI], isFirstParty=True)
    ask_operator(server, SAVE_MODEL, input={"clientId": client_id, "source": MODEL})
    flow = Authorization(server.url, client_id)
    browser = FormBrowser(server.url).open(flow.url).sign_in("katherine", DEMO_PASSWORD)
    signed_in = redeem(flow, flow.code_from(browser.left_for)).json()
    bearer = {"authorization": f"Bearer {signed_in['access_token']}"}
    user = {"type": "user", "id": httpx.get(f"{server.url}/oauth2/userinfo", headers=bearer).json()["sub"]}
    document = f"{client_id}:document"
    sees = {"entity": {"type": document, "id": "1"}, "relation": "viewer", "subject": user}
    edits = {"entity": {"type": document, "id": "*"}, "relation": "editor", "subject": user}
    ask_operator(server, WRITE_TUPLES, input={"writes": [sees, {**edits, "condition": {"name": "draft"}}]})
    token = refresh(flow, signed_in["refresh_token"]).json()["access_token"]
    inner, outer = free_port(), free_port()

    def ask(path: str, token: str = token) -> tuple[int, Any]:
        answer = httpx.get(f"http://localhost:{outer}{path}", headers={"authorization": f"Bearer {token}"})
        return answer.status_code, answer.json() if answer.content else None

    with (
        serving("mesh.py", inner, client_id, server.url, str(inner)) as behind,
        serving("mesh.py", outer, client_id, server.url, str(outer), behind),
    ):
        assert ask("/documents/1?permission=read") == (200, {"allowed": True, "liveChecks": 0})
        assert ask("/documents/2?permission=read") == (403, {"allowed": False, "liveChecks": 0})
        assert ask("/documents/draft-9?permission=edit") == (200, {"allowed": True, "liveChecks": 1})
        assert ask("/documents/9?permission=edit") == (403, {"allowed": False, "liveChecks": 2})
        assert ask("/documents/1?permission=read", f"{token[:-8]}AAAAAAAA")[0] == 401


def test_one_application_for_several_tenants(server: ServerProcess) -> None:
    grant = {"entity": {"type": "platform", "id": "*"}, "relation": "super_admin"}
    wanted = {"name": "Set-up", "uses": ["DIRECT"], "grants": [grant]}
    key, port = ask_operator(server, MAKE_KEY, input=wanted)["secret"], free_port()
    setup = run("saas_setup.py", key, server.url, str(port), "acme=acme.example", "globex=globex.example")
    tenants = {name: each["client_id"] for name, each in json.loads(setup)["tenants"].items()}
    for email in ("ann@acme.example", "gus@globex.example", "eve@sub.acme.example"):
        user = {"email": email, "emailVerified": True, "password": DEMO_PASSWORD}
        ask_operator(server, MAKE_USER, input=user)

    def sign_in(visitor: httpx.Client, email: str) -> dict[str, Any]:
        browser = FormBrowser(server.url).open(visitor.get("/login").headers["location"])
        browser.sign_in(email, DEMO_PASSWORD)
        assert browser.left_for is not None
        assert visitor.get(browser.left_for).headers["location"] == "/"
        return dict(visitor.get("/").json())

    def switch(visitor: httpx.Client, tenant: str) -> dict[str, Any]:
        assert visitor.post(f"/switch/{tenant}").headers["location"] == "/"
        return dict(visitor.get("/").json())

    def ask(visitor: httpx.Client, path: str) -> tuple[int, Any]:
        answer = visitor.get(path)
        return answer.status_code, answer.json()

    members = {name: {f"{client_id}:invoice": ["approve", "read"]} for name, client_id in tenants.items()}
    with serving("saas.py", port, setup, server.url, str(port)) as url:
        with httpx.Client(base_url=url) as ann:
            told = sign_in(ann, "ann@acme.example")
            assert (told["tenant"], told["permissions"]) == ("acme", members["acme"])
            assert ask(ann, "/acme/invoices/42?permission=read") == (200, {"allowed": True, "liveChecks": 0})
            assert ask(ann, "/acme/invoices/42?permission=approve") == (200, {"allowed": True, "liveChecks": 1})
            assert ask(ann, "/acme/invoices/43?permission=approve") == (403, {"allowed": False, "liveChecks": 2})
            assert ask(ann, "/globex/invoices/42?permission=read")[0] == 401
            told = switch(ann, "globex")
            assert (told["tenant"], told["permissions"]) == ("globex", {})
            assert ask(ann, "/globex/invoices/42?permission=read") == (403, {"allowed": False, "liveChecks": 0})
            assert ask(ann, "/acme/invoices/42?permission=read")[0] == 401
            assert switch(ann, "acme")["permissions"] == members["acme"]
        with httpx.Client(base_url=url) as gus:
            assert sign_in(gus, "gus@globex.example")["permissions"] == {}
            assert switch(gus, "globex")["permissions"] == members["globex"]
        with httpx.Client(base_url=url) as eve:
            assert sign_in(eve, "eve@sub.acme.example")["permissions"] == {}
            assert switch(eve, "globex")["permissions"] == {}


def run(name: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def started(name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """An example that waits for a person; the browser that it opens is the test."""
    process = subprocess.Popen(
        [sys.executable, str(EXAMPLES / name), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "BROWSER": "true"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_address(process: subprocess.Popen[str]) -> str:
    """The address that it tells the person to open."""
    assert process.stdout is not None
    seen = ""
    while not (found := re.search(r"^  (http\S+)$", seen, re.MULTILINE)):
        line = process.stdout.readline()
        assert line, seen
        seen += line
    return found.group(1)


def read_result(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    rest = process.stdout.read()
    assert process.wait(START_SECONDS) == 0, rest
    return dict(json.loads(rest.strip().splitlines()[-1]))
