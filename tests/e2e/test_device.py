"""A device on openid-client, and the person who lets it in with a real browser."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.clients import make_client
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess
from tests.e2e.test_accessibility import violations

FLOW = Path(__file__).parent / "flows" / "device.mjs"
SCOPE = "openid profile email offline_access"
Begin = Callable[[], "DeviceProcess"]


class DeviceProcess:
    """The device of `flows/device.mjs`: `codes` is what it shows, `wait` what it got in the end."""

    def __init__(self, issuer: str, client_id: str) -> None:
        self._process = subprocess.Popen(
            ["node", str(FLOW), issuer, client_id, SCOPE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.codes = self.wait()

    def wait(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(self._process.communicate()[1])
        return dict(json.loads(line))

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def begin(server: ServerProcess) -> Iterator[Begin]:
    started: list[DeviceProcess] = []
    client_id, _ = make_client(server, "DEVICE", name="Living room TV")

    def _begin() -> DeviceProcess:
        started.append(DeviceProcess(server.url, client_id))
        return started[-1]

    yield _begin
    for each in started:
        each.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_person_lets_a_device_in(server: ServerProcess, begin: Begin, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    device = begin()

    page.goto(device.codes["verification_uri_complete"])
    page.fill("#identifier", "ada@example.com")
    page.fill("#password", DEMO_PASSWORD)
    page.click("#submit")
    page.wait_for_selector("#user_code")
    assert page.input_value("#user_code") == device.codes["user_code"]
    _look(page, f"device-code-{scheme}")
    page.keyboard.press("Enter")
    page.wait_for_selector("#allow")
    assert "Living room TV" in page.inner_text("main")
    assert "ada@example.com" in page.inner_text("#account")
    _look(page, f"device-confirm-{scheme}")
    page.click("#allow")
    page.wait_for_selector("[data-decision=allowed]")
    _look(page, f"device-done-{scheme}")

    result = device.wait()
    assert result["userinfo"]["email"] == "ada@example.com"
    assert result["access"]["sub"] == result["claims"]["sub"]
    assert result["rotated"] is True


def test_plain_forms_and_a_refusal(server: ServerProcess, begin: Begin) -> None:
    device = begin()
    browser = FormBrowser(server.url).open("/device").sign_in("grace", DEMO_PASSWORD)

    browser.submit(user_code="BCDF-GHJK")
    assert "No device waits for this code" in browser.text
    browser.submit(user_code=device.codes["user_code"].lower().replace("-", " "))
    assert "Living room TV" in browser.text
    browser.submit("deny")

    assert "was not let in" in browser.text
    assert device.wait() == {"error": "access_denied"}


def _look(page: Page, name: str) -> None:
    """axe finds nothing; a picture for whoever asks for it."""
    assert violations(page) == []
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
