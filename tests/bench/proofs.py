"""Bound tokens and signed answers beside plain ones. `python -m tests.bench.proofs` measures only these."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from app.kit.postgres import start_postgres, stop_postgres
from tests.bench.grants import always, fetch_token, post
from tests.bench.load import Requests, request
from tests.e2e.clients import make_client
from tests.e2e.flow import Authorization
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess
from tests.oidc.machines import KeyPair

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

REDIRECT_URI = "http://127.0.0.1:3996/callback"
TOTAL = 3_000


class Prover:
    """Makes proofs for a server, as many as it is asked for: each has a `jti` of its own."""

    def __init__(self, server: ServerProcess) -> None:
        self._url = server.url
        self._key = KeyPair()
        public = {name: value for name, value in self._key.jwk.items() if name not in {"kid", "use", "alg"}}
        self._header = {"kid": None, "typ": "dpop+jwt", "jwk": public}
        answer = httpx.post(f"{server.url}/oauth2/token", data={}, headers={"dpop": "x"})
        self._nonce = answer.headers["dpop-nonce"]
        self._series = time.time_ns()

    def proof(self, number: int, method: str, path: str, token: str | None = None) -> str:
        now = int(time.time())
        claims = {
            "jti": f"{self._series}-{number}", "htm": method, "htu": self._url + path, "iat": now, "nonce": self._nonce,
        }  # fmt: skip
        if token is not None:
            claims["ath"] = base64.urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
        return self._key.sign(claims, **self._header)


def run_proofs(bench: Bench) -> None:
    """What proofs and signatures cost, each beside the same without."""
    server = bench.server
    machine_id, secret = make_client(server, "MACHINE", grantTypes=["client_credentials"])
    basic = {"authorization": f"Basic {base64.b64encode(f'{machine_id}:{secret}'.encode()).decode()}"}
    bench.rate("client credentials, DPoP", "—", lambda: own_tokens(server, basic), total=TOTAL)
    look = {"token": fetch_token(server, machine_id, secret)}
    signed = post("/oauth2/introspect", look, {**basic, "accept": "application/token-introspection+jwt"})
    bench.rate("introspection as a JWT, RS256", "—", lambda: always(signed), total=TOTAL)
    web_id, _ = make_client(
        server, "NATIVE", redirectUris=[REDIRECT_URI], isFirstParty=True, userinfoSignedResponseAlg="ES256"
    )  # fmt: skip
    token = sign_in(server, web_id, None)["access_token"]
    plain = request("GET", "/oauth2/userinfo", headers={"authorization": f"Bearer {token}"})
    bench.rate("userinfo as a JWT, ES256", "—", lambda: always(plain), total=TOTAL)
    bench.rate("userinfo, DPoP", "—", lambda: readings(bench), total=TOTAL)
    bench.rate("refresh with rotation, DPoP", "—", lambda: refreshes(bench, 8), total=1_500, connections=8)


def own_tokens(server: ServerProcess, basic: dict[str, str]) -> Requests:
    prover = Prover(server)

    def next_request(number: int, _answer: bytes) -> bytes:
        proof = prover.proof(number, "POST", "/oauth2/token")
        return post("/oauth2/token", {"grant_type": "client_credentials"}, {**basic, "dpop": proof})

    return next_request


def readings(bench: Bench) -> Requests:
    prover = Prover(bench.server)
    token = sign_in(bench.server, bench.client_id, prover)["access_token"]

    def next_request(number: int, _answer: bytes) -> bytes:
        proof = prover.proof(number, "GET", "/oauth2/userinfo", token)
        return request("GET", "/oauth2/userinfo", headers={"authorization": f"DPoP {token}", "dpop": proof})

    return next_request


def refreshes(bench: Bench, connections: int) -> Requests:
    prover = Prover(bench.server)
    # With a secret: proofs of clients that prove nothing else have a budget for each address.
    client_id, secret = make_client(bench.server, "WEB", redirectUris=[REDIRECT_URI], isFirstParty=True)
    basic = {"authorization": f"Basic {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"}
    first = [sign_in(bench.server, client_id, prover, n, basic)["refresh_token"] for n in range(connections)]

    def next_request(number: int, answer: bytes) -> bytes:
        token = json.loads(answer)["refresh_token"] if answer else first.pop()
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return post("/oauth2/token", form, {**basic, "dpop": prover.proof(number, "POST", "/oauth2/token")})

    return next_request


def sign_in(
    server: ServerProcess,
    client_id: str,
    prover: Prover | None,
    number: int = 0,
    basic: dict[str, str] | None = None,
) -> dict[str, str]:
    """Tokens of Ada's, bound to a key if there is one."""
    from app.cli.demo import DEMO_PASSWORD

    flow = Authorization(server.url, client_id)
    browser = FormBrowser(server.url).open(flow.url).sign_in("ada@example.com", DEMO_PASSWORD)
    form = {
        "grant_type": "authorization_code", "code": flow.code_from(browser.left_for), "redirect_uri": REDIRECT_URI,
        "code_verifier": flow.verifier, **({} if basic else {"client_id": client_id}),
    }  # fmt: skip
    headers = {} if prover is None else {"dpop": prover.proof(-1 - number, "POST", "/oauth2/token")}
    headers |= basic or {}
    answer = httpx.post(f"{server.url}/oauth2/token", data=form, headers=headers, timeout=30)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


def main() -> int:
    from tests.bench.__main__ import SERVER_CORE, Bench, constant
    from tests.bench.__main__ import refreshes as plain_refreshes

    with tempfile.TemporaryDirectory() as folder:
        database = start_postgres(Path(folder) / "bench")
        server = ServerProcess(
            Path(folder) / "bench", core=SERVER_CORE, AUTHER_DATABASE_URL=database.dsn, AUTHER_LOG_LEVEL="warning",
            AUTHER_SIGNIN_ATTEMPTS_PER_ADDRESS="1000000",
        ).start()  # fmt: skip
        try:
            bench = Bench(server)
            shown = {"authorization": f"Bearer {bench.tokens()['access_token']}"}
            machine_id, secret = make_client(server, "MACHINE", grantTypes=["client_credentials"])
            basic = {"authorization": f"Basic {base64.b64encode(f'{machine_id}:{secret}'.encode()).decode()}"}
            own = post("/oauth2/token", {"grant_type": "client_credentials"}, basic)
            look = post("/oauth2/introspect", {"token": fetch_token(server, machine_id, secret)}, basic)
            bench.rate("client credentials, ES256", "≥ 1,200/s", constant(own), total=TOTAL)
            bench.rate("introspection", "≥ 1,500/s", constant(look), total=TOTAL)
            bench.rate(
                "userinfo", "≥ 2,000/s", constant(request("GET", "/oauth2/userinfo", headers=shown)), total=TOTAL
            )
            bench.rate(
                "refresh with rotation", "≥ 600/s", lambda: plain_refreshes(bench, 8), total=1_500, connections=8
            )
            run_proofs(bench)
        finally:
            server.stop()
            stop_postgres(database)
    return 0


if __name__ == "__main__":
    sys.exit(main())
