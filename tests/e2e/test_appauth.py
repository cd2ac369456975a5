"""AppAuth (npm), what native applications are built on, with the person's own browser and a loopback port."""

from __future__ import annotations

import os
import select
from pathlib import Path

import httpx

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.clients import make_client
from tests.e2e.flow import Authorization, refresh
from tests.e2e.forms import FormBrowser
from tests.e2e.processes import Flow
from tests.e2e.server import ServerProcess, free_port

OPEN_SECONDS = 30
# What a desktop has: opens an address in the person's browser. Here it hands the address to the test.
OPENER = '#!/bin/sh\nprintf "%s" "$1" > "{pipe}"\n'


def test_a_native_app_signs_in_refreshes_and_its_token_is_revoked(server: ServerProcess, tmp_path: Path) -> None:
    client_id, secret = make_client(server, "NATIVE", name="Desktop notes", redirectUris=["http://127.0.0.1/callback"])
    pipe, port = make_desktop(tmp_path), free_port()
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    scope = "openid email offline_access"
    with Flow("appauth.cjs", server.url, client_id, str(port), scope, environment=environment) as app:
        browser = FormBrowser(server.url).open(read_address(pipe)).sign_in("grace", DEMO_PASSWORD)
        assert "Desktop notes" in browser.text
        browser.submit("allow")
        assert browser.left_for is not None
        assert browser.left_for.startswith(f"http://127.0.0.1:{port}/callback?")
        assert httpx.get(browser.left_for).text == "Close your browser to continue"
        result = app.read()

    assert secret == ""
    assert result["isSameState"] is True
    assert (result["scope"], result["rotated"]) == (scope, True)
    bearer = {"authorization": f"Bearer {result['accessToken']}"}
    assert httpx.get(f"{server.url}/oauth2/userinfo", headers=bearer).json()["email"] == "grace@example.com"
    form = {"token": result["refreshToken"], "client_id": client_id}
    assert httpx.post(f"{server.url}/oauth2/revoke", data=form).status_code == 200
    again = refresh(Authorization(server.url, client_id), result["refreshToken"])
    assert again.json()["error"] == "invalid_grant"


def make_desktop(folder: Path) -> Path:
    pipe, opener = folder / "address", folder / "xdg-open"
    os.mkfifo(pipe)
    opener.write_text(OPENER.format(pipe=pipe))
    opener.chmod(0o755)
    return pipe


def read_address(pipe: Path) -> str:
    """The address that the application had opened."""
    file = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ready, _, _ = select.select([file], [], [], OPEN_SECONDS)
        assert ready, "no browser was opened"
        return os.read(file, 65_536).decode()
    finally:
        os.close(file)
