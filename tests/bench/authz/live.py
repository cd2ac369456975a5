"""The live check over REST and AuthZEN: `python -m tests.bench.authz --parts live`.

An access token of an ordinary user who asks about himself; a bare Starlette route beside it says what HTTP alone costs
on this machine in the same minute.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Final

import httpx
import psutil

from app.cli.demo import DEMO_PASSWORD
from tests.bench.authz.report import MEASURED, Report
from tests.bench.authz.server import Console, cycle, start_server
from tests.bench.authz.store import DOCUMENT, fill, opened
from tests.bench.authz.timing import LOAD_CORE, MEASURED_CORE, ROUNDS
from tests.bench.load import Measured, measure, request
from tests.e2e.flow import Authorization, redeem
from tests.e2e.forms import FormBrowser
from tests.e2e.server import free_port
from tests.oidc.support import claims_of

PART: Final = "live check over HTTP, one server process"
_OWN: Final = 1_000
_CONNECTIONS: Final = 16
_WRITE: Final = "mutation W($i: TuplesWriteInput!) { tuplesWrite(input: $i) { token errors { message } } }"
_INCLUDES: Final = (
    "HTTP/1.1 kept alive, JSON in and out, an access token that is remembered, guard, metrics, security headers; "
    "half of the answers are yes; the load comes from the other core, 16 connections unless another number is named"
)
_BARE: Final = "one Starlette route that answers a constant, the same uvicorn"
_BARE_APP: Final = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[2])})
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

async def answer(request):
    await request.body()
    return Response(b'{"allowed":true}', media_type="application/json")

app = Starlette(routes=[Route("/", answer, methods=["POST"])])
uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="error", server_header=False)
"""


def measure_live(report: Report, folder: Path, dsn: str, tuples: int) -> None:
    """Fill the database unless it is, start a server, and measure."""
    asyncio.run(_prepare(report, dsn, str(folder), tuples))
    _measure_bare(report)
    with _running(folder, dsn) as console:
        token = _token(console)
    # Started anew, as servers are whose tuples are older than they.
    with _running(folder, dsn, port=console.server.port) as console:
        console.wait_for_index()
        _measure(report, console, token, tuples)


@contextmanager
def _running(folder: Path, dsn: str, port: int | None = None) -> Iterator[Console]:
    server = start_server(folder, dsn, MEASURED_CORE, port)
    try:
        yield Console(server)
    finally:
        server.stop()


async def _prepare(report: Report, dsn: str, data_dir: str, tuples: int) -> None:
    async with opened(dsn, data_dir):
        await fill(report, tuples)


def _token(console: Console) -> str:
    """An access token of a demo user, who may view some documents."""
    client_id = next(line for line in console.server.output if "Try a sign-in" in line).split()[-1]
    flow = Authorization(console.server.url, client_id)
    browser = FormBrowser(console.server.url).open(flow.url).sign_in("ada@example.com", DEMO_PASSWORD)
    token = str(redeem(flow, flow.code_from(browser.left_for)).json()["access_token"])
    viewer = {"relation": "viewer", "subject": {"type": "user", "id": claims_of(token)["sub"]}}
    for start in range(0, _OWN, 100):
        writes = [{"entity": {"type": DOCUMENT, "id": f"own-{n}"}, **viewer} for n in range(start, start + 100)]
        told = console.ask(_WRITE, i={"writes": writes})["tuplesWrite"]
        assert not told["errors"], told
    return token


def _measure(report: Report, console: Console, token: str, tuples: int) -> None:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    defaults = {"subject": {"type": "user", "id": claims_of(token)["sub"]}, "action": {"name": "view"}}
    _check_answers(console, headers)
    documents = [name for n in range(_OWN) for name in (f"own-{n}", f"missing-{n}")]
    checks = [{"entityType": DOCUMENT, "entityId": each, "permission": "view"} for each in documents]
    evaluations = [{"resource": {"type": DOCUMENT, "id": each}} for each in documents]

    def posts(path: str, bodies: Sequence[object]) -> list[bytes]:
        return [request("POST", path, headers=headers, body=json.dumps(each).encode()) for each in bodies]

    listing = f"/api/auth/list-objects?entityType={DOCUMENT}&permission=view&first=100"
    batches = range(0, len(documents), 50)
    pages = [request("GET", listing, headers=headers)]
    for row, requests, each, total in (
        ("check-permission", posts("/api/auth/check-permission", checks), 1, 24_000),
        ("AuthZEN evaluation",
         posts("/access/v1/evaluation", [{**defaults, **each} for each in evaluations]), 1, 24_000),
        ("check-permission/batch of 50",
         posts("/api/auth/check-permission/batch", [{"checks": checks[at : at + 50]} for at in batches]), 50, 6_000),
        ("AuthZEN evaluations of 50",
         posts("/access/v1/evaluations", [{**defaults, "evaluations": evaluations[at : at + 50]} for at in batches]),
         50, 6_000),
    ):  # fmt: skip
        _rate(report, console, f"{row}, {tuples:,}", requests, each=each, total=total)
    for connections in (1, 4, _CONNECTIONS):
        row = f"list-objects, page of 100 and total, {tuples:,}, {connections} at a time"
        _rate(report, console, row, pages, total=8_000, connections=connections)


def _check_answers(console: Console, headers: dict[str, str]) -> None:
    asked = {"checks": [{"entityType": DOCUMENT, "entityId": name, "permission": "view"} for name in ("own-7", "no")]}
    url = f"{console.server.url}/api/auth/check-permission/batch"
    results = httpx.post(url, json=asked, headers=headers).json()["results"]
    assert [each["allowed"] for each in results] == [True, False], results


def _rate(
    report: Report,
    console: Console,
    row: str,
    requests: Sequence[bytes],
    *,
    total: int,
    each: int = 1,
    connections: int = _CONNECTIONS,
) -> None:
    runs, spent = _run(console.server.url, console.server.pid, requests, total, connections)
    rates = [run.per_second * each for run in runs]
    report.rounds(PART, row, MEASURED, rates, "/s", note=f"{_late(runs)}; {spent}", includes=_INCLUDES)


def _run(
    url: str, pid: int, requests: Sequence[bytes], total: int, connections: int = _CONNECTIONS
) -> tuple[list[Measured], str]:
    """The rounds, and in words what processor time each request took."""
    process = psutil.Process(pid)
    measure(url, cycle(requests), total=total // 4, core=LOAD_CORE)
    runs, seconds = [], []
    for _ in range(ROUNDS):
        before = process.cpu_times()
        runs.append(measure(url, cycle(requests), total=total, connections=connections, core=LOAD_CORE))
        after = process.cpu_times()
        seconds.append((after.user - before.user + after.system - before.system) / total)
    assert not any(run.errors for run in runs), url
    return runs, f"{median(seconds) * 1_000_000:.0f} µs of processor time a request"


def _late(runs: Sequence[Measured]) -> str:
    middle = sorted(runs, key=lambda run: run.per_second)[len(runs) // 2]
    return f"p50 {middle.p50_ms:.1f} ms, p95 {middle.p95_ms:.1f} ms, p99 {middle.p99_ms:.1f} ms"


def _measure_bare(report: Report) -> None:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _BARE_APP, str(port), str(MEASURED_CORE)])
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        data = [request("POST", "/", headers={"content-type": "application/json"}, body=b"{}")]
        runs, spent = _run(url, process.pid, data, 24_000)
        rates = [run.per_second for run in runs]
        report.rounds(PART, "a bare route", MEASURED, rates, "/s", note=f"{_late(runs)}; {spent}", includes=_BARE)
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    started = time.monotonic()
    while True:
        try:
            httpx.post(url, json={})
            return
        except httpx.TransportError:
            assert time.monotonic() - started < 20, "the bare route does not answer"
            time.sleep(0.05)
