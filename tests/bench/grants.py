"""The grants besides code and refresh, and introspection. `python -m tests.bench.grants` measures only these."""

from __future__ import annotations

import base64
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx

from app.kit.postgres import start_postgres, stop_postgres
from tests.bench.load import Requests, measure, request
from tests.e2e.clients import make_client
from tests.e2e.server import ServerProcess
from tests.oidc.machines import ACCESS_TOKEN_TYPE, ASSERTION_TYPE, KeyPair

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
LOAD_CORE = 1
FORM = {"content-type": "application/x-www-form-urlencoded"}
TOTAL = 6_000


def run_grants(bench: Bench) -> None:
    """Every grant that a machine uses, against its budget."""
    server = bench.server
    machine_id, secret = make_client(
        server, "MACHINE", scopes=["read"], grantTypes=["client_credentials", EXCHANGE]
    )  # fmt: skip
    basic = {"authorization": f"Basic {base64.b64encode(f'{machine_id}:{secret}'.encode()).decode()}"}
    own = post("/oauth2/token", {"grant_type": "client_credentials"}, basic)
    bench.rate("client credentials, ES256", "≥ 1,200/s", lambda: always(own), total=TOTAL)
    bench.rate("client credentials, private_key_jwt", "—", lambda: signed(server), total=2_000)
    token = fetch_token(server, machine_id, secret)
    traded = {"grant_type": EXCHANGE, "subject_token": token, "subject_token_type": ACCESS_TOKEN_TYPE}
    trade = post("/oauth2/token", traded, basic)
    bench.rate("token exchange", "—", lambda: always(trade), total=TOTAL)
    look = post("/oauth2/introspect", {"token": token}, basic)
    bench.rate("introspection, access token", "≥ 1,500/s", lambda: always(look), total=TOTAL)
    waiting = measure(server.url, polls(server, 16), total=2_000, core=LOAD_CORE)
    assert waiting.errors == waiting.requests  # each is told to wait, with a 400
    bench.note("device code, a poll that waits", f"{waiting.per_second:,.0f}/s", "—", f"p99 {waiting.p99_ms:.1f} ms")


def always(data: bytes) -> Requests:
    return lambda _number, _answer: data


def post(path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> bytes:
    return request("POST", path, headers={**FORM, **(headers or {})}, body=urlencode(form).encode())


def signed(server: ServerProcess) -> Requests:
    """Each request with an assertion of its own."""
    key = KeyPair()
    client_id, _ = make_client(
        server, "MACHINE", tokenEndpointAuthMethod="private_key_jwt", jwks={"keys": [key.jwk]}
    )  # fmt: skip
    claims = {"iss": client_id, "sub": client_id, "aud": server.url}
    now = int(time.time())

    def next_request(number: int, _answer: bytes) -> bytes:
        assertion = key.sign({**claims, "jti": f"{now}-{number}", "iat": now, "exp": now + 600})
        form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return post("/oauth2/token", {"grant_type": "client_credentials", **form})

    return next_request


def polls(server: ServerProcess, devices: int) -> Requests:
    """Devices that nobody let in ask again and again; an answer of 400 is what they shall get."""
    client_id, _ = make_client(server, "DEVICE")
    waiting = [ask(server, "/oauth2/device_authorization", {"client_id": client_id}) for _ in range(devices)]
    forms = [{"grant_type": DEVICE, "client_id": client_id, "device_code": each["device_code"]} for each in waiting]
    requests = [post("/oauth2/token", form) for form in forms]
    return lambda number, _answer: requests[number % devices]


def fetch_token(server: ServerProcess, client_id: str, secret: str) -> str:
    form = {"grant_type": "client_credentials"}
    return str(ask(server, "/oauth2/token", form, auth=(client_id, secret))["access_token"])


def ask(server: ServerProcess, path: str, form: Mapping[str, str], **options: Any) -> dict[str, Any]:
    return dict(httpx.post(f"{server.url}{path}", data=dict(form), **options).json())


def main() -> int:
    from tests.bench.__main__ import SERVER_CORE, Bench

    with tempfile.TemporaryDirectory() as folder:
        database = start_postgres(Path(folder) / "bench")
        server = ServerProcess(
            Path(folder) / "bench", core=SERVER_CORE, AUTHER_DATABASE_URL=database.dsn, AUTHER_LOG_LEVEL="warning"
        ).start()
        try:
            run_grants(Bench(server))
        finally:
            server.stop()
            stop_postgres(database)
    return 0


if __name__ == "__main__":
    sys.exit(main())
