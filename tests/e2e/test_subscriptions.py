"""graphql-ws and graphql-sse (npm), clients that we did not write, follow the audit trail."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli.listener import GRACEFUL_STOP_SECONDS
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

FLOW = Path(__file__).parent / "flows" / "subscription.mjs"
REVOKE = "mutation ($id: ID!) { sessionRevoke(input: {id: $id}) { errors { code } } }"


class Follower:
    """A client in a process of its own."""

    def __init__(self, way: str, url: str, cookie: str) -> None:
        self._process = subprocess.Popen(
            ["node", str(FLOW), way, url, cookie, "user.created"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(self._process.communicate()[1])
        said: dict[str, Any] = json.loads(line)
        return said

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


def sign_in(server: ServerProcess) -> httpx.Client:
    """A browser of the operator."""
    browser = FormBrowser(server.url).open("/signin").sign_in("admin", server.password)
    assert "auther_session" in browser.client.cookies
    return browser.client


@pytest.fixture(params=["ws", "sse"])
def way(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@pytest.fixture
def followed(server: ServerProcess, way: str) -> Iterator[tuple[httpx.Client, Follower]]:
    client = sign_in(server)
    follower = Follower(way, server.url, f"auther_session={client.cookies['auther_session']}")
    yield client, follower
    follower.close()


def test_events_of_another_process_come_until_the_session_ends(
    server: ServerProcess, way: str, followed: tuple[httpx.Client, Follower]
) -> None:
    client, follower = followed
    assert follower.read()["node"] is None

    made = [
        json.loads(server.run("users", "create", f"{name}-{way}@example.com", "--verified", "--json"))["id"]
        for name in ("one", "two")
    ]
    seen = [follower.read()["node"] for _ in made]
    asked = {"query": "{ viewer { session { id } } }"}
    headers = {"x-auther-csrf": "1", "accept": "application/json"}
    session_id = client.post("/graphql", json=asked, headers=headers).json()["data"]["viewer"]["session"]["id"]
    client.post("/graphql", json={"query": REVOKE, "variables": {"id": session_id}}, headers=headers)

    assert seen == [{"action": "user.created", "targetId": user_id} for user_id in made]
    assert follower.read() == {"refused": "graph_session_over"}
    assert follower.read() == {"complete": True}
    if way == "ws":
        assert follower.read()["closed"] in {1000, 4403}


def test_a_server_that_stops_ends_its_streams_and_does_not_wait_for_them(tmp_path: Path, way: str) -> None:
    server = ServerProcess(tmp_path / "data").start()
    client = sign_in(server)
    follower = Follower(way, server.url, f"auther_session={client.cookies['auther_session']}")
    try:
        follower.read()
        started = time.monotonic()
        code, seconds = server.stop(), time.monotonic() - started
        said = [follower.read(), follower.read()]
    finally:
        follower.close()

    assert code == 0
    assert seconds < GRACEFUL_STOP_SECONDS / 2
    if way == "ws":
        assert said[0] == {"closed": 1012}
    else:
        assert said == [{"refused": "graph_restarting"}, {"complete": True}]
