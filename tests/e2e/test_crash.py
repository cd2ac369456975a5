"""Power cuts in the middle of a sign-in: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.cli.demo import DEMO_PASSWORD
from app.kit.postgres.layout import find_layout, make_home
from app.kit.postgres.processes import find_postmaster
from tests.e2e.flow import Authorization, redeem, refresh
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

RECOVERY_SECONDS = 20


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server of the test's own, to be killed."""
    server = ServerProcess(tmp_path / "data").start()
    yield server
    server.stop()


def native_client(server: ServerProcess) -> str:
    return next(line for line in server.output if "Try a sign-in" in line).split()[-1]


def kill_postgres(server: ServerProcess) -> None:
    postmaster = find_postmaster(find_layout(make_home(server.data_dir), None).cluster)
    assert postmaster is not None
    os.kill(postmaster.pid, signal.SIGKILL)


def eventually_answers(url: str) -> httpx.Response:
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        try:
            response = httpx.get(url, timeout=5)
        except httpx.TransportError:
            continue
        if response.status_code == 200:
            return response
    raise AssertionError(f"{url} did not come back")


def test_a_code_survives_the_death_of_the_server_and_works_once(fragile: ServerProcess) -> None:
    flow = Authorization(fragile.url, native_client(fragile))
    browser = FormBrowser(fragile.url).open(flow.url).sign_in("ada", DEMO_PASSWORD)
    code = flow.code_from(browser.left_for)

    fragile.kill()
    fragile.start()

    tokens = redeem(flow, code)
    assert tokens.status_code == 200, tokens.text
    again = redeem(flow, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert refresh(flow, tokens.json()["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_half_done_sign_in_goes_on_after_the_death_of_the_server(fragile: ServerProcess) -> None:
    flow = Authorization(fragile.url, native_client(fragile))
    browser = FormBrowser(fragile.url).open(flow.url)

    fragile.kill()
    fragile.start()

    browser.sign_in("ada", DEMO_PASSWORD)
    assert redeem(flow, flow.code_from(browser.left_for)).status_code == 200


def test_a_spent_refresh_token_stays_spent_after_a_restart(fragile: ServerProcess) -> None:
    flow = Authorization(fragile.url, native_client(fragile))
    browser = FormBrowser(fragile.url).open(flow.url).sign_in("ada", DEMO_PASSWORD)
    first = redeem(flow, flow.code_from(browser.left_for)).json()["refresh_token"]
    second = refresh(flow, first).json()["refresh_token"]
    third = refresh(flow, second).json()["refresh_token"]

    fragile.kill()
    fragile.start()

    assert refresh(flow, first).json()["error"] == "invalid_grant"
    assert refresh(flow, third).json()["error"] == "invalid_grant"


def test_the_server_recovers_from_the_death_of_postgresql(fragile: ServerProcess) -> None:
    flow = Authorization(fragile.url, native_client(fragile))
    browser = FormBrowser(fragile.url).open(flow.url).sign_in("ada", DEMO_PASSWORD)
    tokens = redeem(flow, flow.code_from(browser.left_for)).json()

    kill_postgres(fragile)
    eventually_answers(f"{fragile.url}/readyz")

    assert refresh(flow, tokens["refresh_token"]).status_code == 200
    assert browser.open(flow.url).left_for is not None  # still signed in
