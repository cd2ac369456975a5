"""API keys under load: `python -m tests.bench.api_keys`; also part of `make bench`.

One key with a hundred permissions on single documents of a client. Measured are the exchange, the live check by the
key and by its token, and what a wrong key costs.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from app.api_keys.rules.form import make_text
from app.kit.postgres import start_postgres, stop_postgres
from tests.bench.load import measure, request
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

PERMISSIONS = 100
JSON = {"content-type": "application/json"}
SOURCE = """model
  schema 1.1
type user
type apikey
type document
  relations
    define viewer: [user, apikey]
  permissions
    define read: viewer
"""
CLIENT = (
    """mutation ($input: ClientCreateInput!) { clientCreate(input: $input) { client { id } errors { message } } }"""
)
MODEL = """mutation ($input: ModelSaveInput!) { modelSave(input: $input) { errors { message } } }"""
KEY = """mutation ($input: ApiKeyCreateInput!) {
  apiKeyCreate(input: $input) { apiKey { id } secret errors { message } } }"""
TUPLES = """mutation ($input: TuplesWriteInput!) { tuplesWrite(input: $input) { errors { message } } }"""


@dataclass(frozen=True)
class Prepared:
    """A key and the client that its permissions are on."""

    client_id: str
    key_id: str
    secret: str


class Operator:
    """The operator, who calls the API with a session."""

    def __init__(self, server: ServerProcess) -> None:
        self._browser = FormBrowser(server.url).open("/signin").sign_in("admin", server.password)

    def call(self, document: str, given: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._browser.client.post(
            "/graphql",
            json={"query": document, "variables": {"input": given}},
            headers={"x-auther-csrf": "1", "accept": "application/json"},
        ).json()
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        assert not payload["errors"], payload
        return dict(payload)


def prepare(server: ServerProcess) -> Prepared:
    """A client with a model, and a key with a hundred permissions on its documents."""
    operator = Operator(server)
    client_id = operator.call(CLIENT, {"name": "Bench", "kind": "MACHINE"})["client"]["id"]
    operator.call(MODEL, {"clientId": client_id, "source": SOURCE})
    made = operator.call(KEY, {"name": "Bench", "ownerClientId": client_id})
    key_id = made["apiKey"]["id"]
    subject = {"type": "apikey", "id": key_id}
    writes = [
        {"entity": {"type": f"{client_id}:document", "id": f"{n:03}"}, "relation": "viewer", "subject": subject}
        for n in range(PERMISSIONS)
    ]
    operator.call(TUPLES, {"writes": writes})
    return Prepared(client_id, key_id, made["secret"])


def measure_keys(bench: Bench) -> None:
    """Take the figures."""
    from tests.bench.__main__ import LOAD_CORE, constant

    server, made = bench.server, prepare(bench.server)
    shown = {"x-api-key": made.secret}
    answer = httpx.post(f"{server.url}/api/auth/api-key/exchange", headers=shown)
    answer.raise_for_status()
    token = answer.json()["token"]
    exchange = request("POST", "/api/auth/api-key/exchange", headers=shown)
    question = json.dumps({"entityType": "document", "entityId": "042", "permission": "read"}).encode()
    path = "/api/auth/check-permission"
    by_key = request("POST", path, headers={**JSON, **shown}, body=question)
    by_token = request("POST", path, headers={**JSON, "authorization": f"Bearer {token}"}, body=question)
    bench.rate(f"key exchange, {PERMISSIONS} permissions", "≥ 1,000/s", constant(exchange), total=4_000)
    bench.rate("check by API key", "≥ 8,000/s", constant(by_key), total=10_000)
    bench.rate("check by a key's token", "≥ 8,000/s", constant(by_token), total=10_000)
    wrong = make_text("live", made.key_id, bytes(32))
    refused = request("POST", path, headers={**JSON, "x-api-key": wrong}, body=question)
    measured = measure(server.url, constant(refused)(), total=3_000, core=LOAD_CORE)
    assert measured.errors == measured.requests
    bench.note("wrong API key, refused", f"{measured.per_second:,.0f}/s", "—", f"p95 {measured.p95_ms:.1f} ms")


def main() -> int:
    from tests.bench.__main__ import SERVER_CORE, Bench

    with tempfile.TemporaryDirectory() as folder:
        database = start_postgres(Path(folder) / "bench")
        settings = {"AUTHER_DATABASE_URL": database.dsn, "AUTHER_LOG_LEVEL": "warning"}
        server = ServerProcess(Path(folder) / "bench", core=SERVER_CORE, **settings).start()
        try:
            measure_keys(Bench(server))
        finally:
            server.stop()
            stop_postgres(database)
    return 0


if __name__ == "__main__":
    sys.exit(main())
