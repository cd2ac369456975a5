"""`make bench`: measure the server and print the figures beside the budgets.

The server process is pinned to one core, the load generator to the other, PostgreSQL is free. Each figure is
the median of ROUNDS runs (an environment variable, 5). Run it on a machine that does nothing else.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import psutil

from app.cli.demo import DEMO_PASSWORD
from app.kit.postgres import start_postgres, stop_postgres
from tests.bench.api_keys import measure_keys
from tests.bench.grants import run_grants
from tests.bench.load import Measured, Requests, measure, request
from tests.bench.lua import run_lua
from tests.bench.proofs import run_proofs
from tests.e2e.flow import REDIRECT_URI, Authorization, redeem
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SERVER_CORE, LOAD_CORE = 0, 1
FORM = {"content-type": "application/x-www-form-urlencoded"}
USERS = """
query Bench { users(first: 100, sort: CREATED_AT_DESC) { nodes {
  id email emailVerified username name status createdAt updatedAt } } }
"""


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    value: str
    budget: str
    details: str = ""


class Bench:
    """One server and the figures taken of it."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.client_id = next(line for line in server.output if "Try a sign-in" in line).split()[-1]
        self.figures: list[Figure] = []

    def rate(
        self, name: str, budget: str, requests: Callable[[], Requests], *, total: int, connections: int = 16
    ) -> None:
        """Requests per second, the median of the rounds."""
        runs: list[Measured] = []
        for _ in range(ROUNDS):
            runs.append(measure(self.server.url, requests(), total=total, connections=connections, core=LOAD_CORE))
            assert runs[-1].errors == 0, f"{name}: {runs[-1].errors} errors"
        middle = sorted(runs, key=lambda run: run.per_second)[ROUNDS // 2]
        details = f"p50 {middle.p50_ms:.1f} ms, p95 {middle.p95_ms:.1f} ms, p99 {middle.p99_ms:.1f} ms"
        self.note(name, f"{middle.per_second:,.0f}/s", budget, f"{details}, {connections} connections")

    def note(self, name: str, value: str, budget: str, details: str = "") -> None:
        self.figures.append(Figure(name, value, budget, details))
        print(f"{name:<44} {value:>12}   budget {budget:<18} {details}", flush=True)

    def signed_in(self) -> FormBrowser:
        flow = Authorization(self.server.url, self.client_id)
        return FormBrowser(self.server.url).open(flow.url).sign_in("ada@example.com", DEMO_PASSWORD)

    def tokens(self) -> dict[str, str]:
        flow = Authorization(self.server.url, self.client_id)
        browser = FormBrowser(self.server.url).open(flow.url).sign_in("ada@example.com", DEMO_PASSWORD)
        tokens: dict[str, str] = redeem(flow, flow.code_from(browser.left_for)).json()
        return tokens


def cookies_of(browser: FormBrowser) -> dict[str, str]:
    return {"cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.client.cookies.jar)}


def constant(data: bytes) -> Callable[[], Requests]:
    return lambda: lambda _number, _answer: data


def sign_ins(bench: Bench) -> Requests:
    browser = FormBrowser(bench.server.url).open("/signin")
    fields = browser.parsed().forms[0]["fields"]
    assert isinstance(fields, dict)
    body = urlencode({**fields, "identifier": "ada@example.com", "password": DEMO_PASSWORD}).encode()
    data = request("POST", "/signin", headers={**FORM, **cookies_of(browser), "origin": bench.server.url}, body=body)
    return lambda _number, _answer: data


def redemptions(bench: Bench, total: int) -> Requests:
    browser = bench.signed_in()
    bodies: list[bytes] = []
    for _ in range(total):
        flow = Authorization(bench.server.url, bench.client_id)
        form = {
            "grant_type": "authorization_code",
            "code": flow.code_from(browser.open(flow.url).left_for),
            "redirect_uri": REDIRECT_URI,
            "client_id": bench.client_id,
            "code_verifier": flow.verifier,
        }
        bodies.append(request("POST", "/oauth2/token", headers=FORM, body=urlencode(form).encode()))
    return lambda number, _answer: bodies[number]


def refreshes(bench: Bench, connections: int) -> Requests:
    first = [bench.tokens()["refresh_token"] for _ in range(connections)]

    def next_request(_number: int, answer: bytes) -> bytes:
        token = json.loads(answer)["refresh_token"] if answer else first.pop()
        form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": bench.client_id}
        return request("POST", "/oauth2/token", headers=FORM, body=urlencode(form).encode())

    return next_request


def graphql(bench: Bench, document: str) -> bytes:
    browser = FormBrowser(bench.server.url).open("/signin").sign_in("admin", bench.server.password)
    headers = {"content-type": "application/json", "accept": "application/graphql-response+json", "x-auther-csrf": "1"}
    body = json.dumps({"query": document}).encode()
    return request("POST", "/graphql", headers={**headers, **cookies_of(browser)}, body=body)


def bare_argon2(seconds: float = 3.0) -> float:
    """Verifications per second on the cores that the server has."""
    from argon2 import PasswordHasher

    os.sched_setaffinity(0, {SERVER_CORE})
    hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
    stored = hasher.hash(DEMO_PASSWORD)
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        hasher.verify(stored, DEMO_PASSWORD)
        count += 1
    os.sched_setaffinity(0, {SERVER_CORE, LOAD_CORE})
    return count / seconds


def start_times(home: Path) -> tuple[float, float]:
    """Seconds from the command to readiness: the first start ever, and the median of later ones."""
    times: list[float] = []
    server = ServerProcess(home)
    for _ in range(ROUNDS + 1):
        started = time.perf_counter()
        server.start()
        times.append(time.perf_counter() - started)
        server.stop()
    return times[0], median(times[1:])


def idle_memory(server: ServerProcess) -> float:
    """MB of the server process, shared pages included."""
    return psutil.Process(server.pid).memory_info().rss / 1_000_000


def run_all(bench: Bench) -> None:
    server = bench.server
    tokens = bench.tokens()
    etag_request = request("GET", "/oauth2/jwks")
    bench.rate("JWKS", "≥ 5,000/s", constant(etag_request), total=10_000)
    bench.rate("discovery", "≥ 5,000/s", constant(request("GET", "/.well-known/openid-configuration")), total=10_000)
    userinfo = request("GET", "/oauth2/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})
    bench.rate("userinfo", "≥ 2,000/s", constant(userinfo), total=6_000)
    bench.rate("refresh with rotation", "≥ 600/s", lambda: refreshes(bench, 8), total=2_000, connections=8)
    bench.rate("token by code", "—", lambda: redemptions(bench, 1_000), total=1_000, connections=8)
    authorize = request(
        "GET",
        Authorization(server.url, bench.client_id).url.removeprefix(server.url),
        headers=cookies_of(bench.signed_in()),
    )
    bench.rate("authorize, signed in", "—", constant(authorize), total=2_000)
    bare = bare_argon2()
    bench.rate("password sign-in", f"≥ 85 % of {bare:.0f}/s", lambda: sign_ins(bench), total=150, connections=8)
    bench.rate("GraphQL, 100 users × 8 fields", "≥ 1,000/s", constant(graphql(bench, USERS)), total=1_500)
    measure_keys(bench)
    run_grants(bench)
    run_proofs(bench)
    run_lua(bench)
    bench.rate("GraphQL, viewer", "—", constant(graphql(bench, "{ viewer { user { id email } } }")), total=3_000)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        first, later = start_times(Path(folder) / "start")
        database = start_postgres(Path(folder) / "bench")
        server = ServerProcess(
            Path(folder) / "bench",
            core=SERVER_CORE,
            AUTHER_DATABASE_URL=database.dsn,
            AUTHER_SIGNIN_ATTEMPTS_PER_ADDRESS="1000000",
            AUTHER_SIGNIN_FAILURES_BEFORE_DELAY="1000",
            AUTHER_SIGNIN_FAILURES_BEFORE_LOCK="2000",
            AUTHER_LOG_LEVEL="warning",
            AUTHER_GRAPHQL_MAX_COST="100000",
            AUTHER_GRAPHQL_BUDGET="1000000000",
        ).start()
        try:
            bench = Bench(server)
            bench.note("first start ever", f"{first:.2f} s", "< 12 s")
            bench.note("start to ready", f"{later:.2f} s", "< 3 s")
            time.sleep(3)
            bench.note("memory, idle", f"{idle_memory(server):.0f} MB", "≤ 160 MB")
            seed_users(server, 1_000)
            run_all(bench)
            bench.note("memory, after the load", f"{idle_memory(server):.0f} MB", "—")
        finally:
            server.stop()
            stop_postgres(database)
    print(f"\n{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, {ROUNDS} rounds")
    return 0


def seed_users(server: ServerProcess, count: int) -> None:
    """Users for the list, made through the API."""
    browser = FormBrowser(server.url).open("/signin").sign_in("admin", server.password)
    fields = " ".join(
        f'u{n}: userCreate(input: {{email: "person{n}@example.org", name: "Person {n}"}}) {{ user {{ id }} }}'
        for n in range(50)
    )
    for batch in range(count // 50):
        document = fields.replace("@example.org", f".{batch}@example.org")
        response = browser.client.post(
            "/graphql",
            json={"query": f"mutation Seed {{ {fields if batch == 0 else document} }}"},
            headers={"x-auther-csrf": "1", "accept": "application/json"},
        )
        assert "errors" not in response.json(), response.text[:500]


if __name__ == "__main__":
    sys.exit(main())
