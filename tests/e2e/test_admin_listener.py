"""`AUTHER_ADMIN_PORT`: operators have a listener of their own, whatever a caller says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess, free_port

USERS = {"query": "query Own { users(first: 1) { nodes { id } } }"}
VIEWER = {"query": "query Own { viewer { can { usersView } user { id } } }"}
ASKED = {"x-auther-csrf": "1", "accept": "application/json"}


class Divided(ServerProcess):
    """A server with two listeners."""

    def __init__(self, data_dir: Path, *, workers: int) -> None:
        self.admin_port = free_port()
        self.admin_url = f"http://localhost:{self.admin_port}"
        super().__init__(data_dir, AUTHER_ADMIN_PORT=str(self.admin_port), AUTHER_WORKERS=str(workers))


@pytest.fixture(scope="module", params=[1, 2], ids=["one process", "two processes"])
def divided(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Divided]:
    server = Divided(tmp_path_factory.mktemp("divided") / "data", workers=request.param)
    server.start()
    yield server
    assert server.stop() == 0, "\n".join(server.output)


def sign_in(server: Divided, url: str) -> httpx.Client:
    browser = FormBrowser(url).open("/signin").sign_in("admin", server.password)
    assert "auther_session" in browser.client.cookies
    return browser.client


def ask(client: httpx.Client, url: str, body: dict[str, str]) -> Any:
    told = client.post(f"{url}/graphql", json=body, headers=ASKED).json()
    return told.get("data") or told["errors"][0]["extensions"]["code"]


def test_operators_sign_in_and_work_on_their_own_listener(divided: Divided) -> None:
    client = sign_in(divided, divided.admin_url)

    assert ask(client, divided.admin_url, VIEWER)["viewer"]["can"] == {"usersView": True}
    assert len(ask(client, divided.admin_url, USERS)["users"]["nodes"]) == 1
    assert client.get(f"{divided.admin_url}/graphiql").status_code in {200, 503}
    assert any(f"Admin console       {divided.admin_url}/admin/" in line for line in divided.output)


def test_the_public_listener_gives_an_operator_what_is_their_own(divided: Divided) -> None:
    client = sign_in(divided, divided.url)

    viewer = ask(client, divided.url, VIEWER)
    assert viewer == "DOCUMENT_NOT_REGISTERED"
    assert ask(client, divided.url, USERS) == "DOCUMENT_NOT_REGISTERED"
    for path in ("/admin/", "/graphiql"):
        assert client.get(f"{divided.url}{path}").status_code == 404
    for path in ("/.well-known/openid-configuration", "/signin", "/readyz"):
        assert client.get(f"{divided.url}{path}").status_code in {200, 303}


def test_a_host_header_does_not_open_the_other_listener(divided: Divided) -> None:
    client = sign_in(divided, divided.url)
    forged = {**ASKED, "host": f"localhost:{divided.admin_port}"}

    told = client.post(f"{divided.url}/graphql", json=USERS, headers=forged).json()

    assert told["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_REGISTERED"
    assert client.get(f"{divided.url}/admin/", headers={"host": forged["host"]}).status_code == 404


def test_registered_documents_for_operators_are_refused_on_the_public_listener(divided: Divided) -> None:
    client = sign_in(divided, divided.url)
    documents = Path(__file__).parents[2] / "graphql"
    keys = {"query": (documents / "signing" / "SigningKeys.graphql").read_text()}

    assert ask(client, divided.url, keys) == "ADMIN_LISTENER_ONLY"
    assert ask(sign_in(divided, divided.admin_url), divided.admin_url, keys)["signingKeys"]
