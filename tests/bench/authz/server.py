"""Our engine over real HTTP: checks through GraphQL, and how soon another process sees a write."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from tests.bench import engine as drive
from tests.bench.authz.report import MEASURED, Report
from tests.bench.authz.store import DOCUMENT
from tests.bench.authz.timing import LOAD_CORE, MEASURED_CORE, ROUNDS, late
from tests.bench.load import Requests, measure, request
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess
from tests.support import SECRET

PART, VISIBLE = "over HTTP, one server process", "write → another process"
# How long a server may take to load its index.
_LOAD_SECONDS = 120
_CHECK = "query C($i: CheckInput!) { check(input: $i) { allowed } }"
_CHECKS = "query C($i: [CheckInput!]!) { checks(inputs: $i) { allowed } }"
_ASK = "query A($i: CheckInput!, $c: ConsistencyInput) { check(input: $i, consistency: $c) { allowed source } }"
_LIST = """
query L($t: String!, $s: SubjectInput) { listObjects(action: "view", type: $t, subject: $s, first: 100) {
  totalCount nodes { entity { id } } } }
"""
_WRITE = "mutation W($i: TuplesWriteInput!) { tuplesWrite(input: $i) { token errors { message } } }"
_SEEN = "from the write's answer to that of a check over HTTP in the other process, `AT_LEAST_AS_FRESH`, by its index"
_INCLUDES = (
    "GraphQL over HTTP/1.1, kept alive, signed in by cookie as super admin asking about other users: session, guard, "
    "plan and check; the load comes from the other core"
)


class Console:
    """An operator signed in to one server."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server
        self.browser = FormBrowser(server.url).open("/signin").sign_in("admin", server.password)
        cookies = "; ".join(f"{each.name}={each.value}" for each in self.browser.client.cookies.jar)
        self.headers = {
            "content-type": "application/json",
            "accept": "application/graphql-response+json",
            "x-auther-csrf": "1",
            "cookie": cookies,
        }

    def request(self, document: str, **variables: object) -> bytes:
        """The bytes of a request."""
        body = json.dumps({"query": document, "variables": variables}).encode()
        return request("POST", "/graphql", headers=self.headers, body=body)

    def ask(self, document: str, **variables: object) -> Any:
        """The data of an answer."""
        headers = {"x-auther-csrf": "1", "accept": "application/json"}
        answer = self.browser.client.post("/graphql", json={"query": document, "variables": variables}, headers=headers)
        told = answer.json()
        assert "errors" not in told, answer.text[:500]
        return told["data"]

    def wait_for_index(self) -> None:
        """Until answers come from memory."""
        started = time.monotonic()
        question = to_input(("user", "nobody", "", "view", DOCUMENT, "none"))
        while self.ask(_ASK, i=question)["check"]["source"] != "INDEX":
            assert time.monotonic() - started < _LOAD_SECONDS, "the index was not loaded in time"
            time.sleep(0.2)


def start_server(folder: Path, dsn: str, core: int | None, port: int | None = None) -> ServerProcess:
    """A server on the shared database; those of one folder share the operator."""
    return ServerProcess(
        folder,
        port=port,
        core=core,
        AUTHER_DATABASE_URL=dsn,
        AUTHER_SECRET=SECRET,
        AUTHER_LOG_LEVEL="warning",
        AUTHER_GRAPHQL_MAX_COST="1000000",
        AUTHER_GRAPHQL_BUDGET="0",
        AUTHER_SIGNIN_ATTEMPTS_PER_ADDRESS="1000000",
    ).start()


def to_input(asked: drive.Question) -> dict[str, object]:
    subject_type, subject_id, _, action, entity_type, entity_id = asked
    return {
        "subject": {"type": subject_type, "id": subject_id},
        "action": action,
        "entity": {"type": entity_type, "id": entity_id},
    }


def measure_server(report: Report, folder: Path, dsn: str, tuples: int) -> None:
    """Rates of one server, then writes seen by a second one."""
    first = start_server(folder, dsn, MEASURED_CORE)
    try:
        console = Console(first)
        console.wait_for_index()
        _measure_rates(report, console, tuples)
        second = start_server(folder, dsn, LOAD_CORE)
        try:
            other = Console(second)
            other.wait_for_index()
            _measure_visibility(report, console, other)
        finally:
            second.stop()
    finally:
        first.stop()


def _measure_rates(report: Report, console: Console, tuples: int) -> None:
    made = drive.Drive(tuples, drive.make_rules())
    hits = list(islice(drive.questions(made, "view", hits=True), 2_000))
    misses = list(islice(drive.questions(made, "view", hits=False), 2_000))
    inputs = [to_input(each) for pair in zip(hits, misses, strict=True) for each in pair]
    told = console.ask(_CHECKS, i=inputs[:1_000])["checks"]
    assert all(each["allowed"] for each in told[::2])
    single = [console.request(_CHECK, i=each) for each in inputs]
    batches = [console.request(_CHECKS, i=inputs[at : at + 50]) for at in range(0, len(inputs), 50)]
    lists = [console.request(_LIST, t=DOCUMENT, s=each["subject"]) for each in inputs[:400]]
    _rate(report, console, f"check, {tuples:,}", single, total=8_000, each=1)
    _rate(report, console, f"checks, 50 together, {tuples:,}", batches, total=800, each=50)
    _rate(report, console, f"list objects, page of 100, {tuples:,}", lists, total=2_000, each=1)


def cycle(requests: Sequence[bytes]) -> Requests:
    """One after the other, and again from the beginning."""
    return lambda number, _answer: requests[number % len(requests)]


def _rate(report: Report, console: Console, row: str, requests: Sequence[bytes], *, total: int, each: int) -> None:
    url = console.server.url
    measure(url, cycle(requests), total=total // 2, core=LOAD_CORE)
    runs = [measure(url, cycle(requests), total=total, core=LOAD_CORE) for _ in range(ROUNDS)]
    assert not any(run.errors for run in runs), row
    middle = sorted(runs, key=lambda run: run.per_second)[len(runs) // 2]
    note = f"p50 {middle.p50_ms:.1f} ms, p95 {middle.p95_ms:.1f} ms, p99 {middle.p99_ms:.1f} ms, 16 connections"
    rates = [run.per_second * each for run in runs]
    includes = _INCLUDES + ("; in checks a second" if each > 1 else "")
    report.rounds(PART, row, MEASURED, rates, "/s", note=note, includes=includes)
    alone = [
        measure(url, cycle(requests), total=max(total // 8, 200), connections=1, core=LOAD_CORE) for _ in range(ROUNDS)
    ]
    p99 = f"p99 {sorted(run.p99_ms for run in alone)[len(alone) // 2]:.2f} ms"
    report.rounds(
        PART, row, "one at a time", [run.p50_ms for run in alone], "ms", note=p99, includes="one connection, p50"
    )


def _measure_visibility(report: Report, writer: Console, reader: Console) -> None:
    """Write through one server, ask the other with the token."""
    writes, seen, both = [], [], []
    for n in range(40 * ROUNDS):
        asked = ("user", f"reader-{n % 50}", "", "view", DOCUMENT, f"seen-{n}")
        given = {"writes": [_viewer(asked)]}
        started = time.perf_counter()
        told = writer.ask(_WRITE, i=given)["tuplesWrite"]
        assert not told["errors"], told
        written = time.perf_counter()
        answer = reader.ask(_ASK, i=to_input(asked), c={"mode": "AT_LEAST_AS_FRESH", "token": told["token"]})["check"]
        ended = time.perf_counter()
        assert answer == {"allowed": True, "source": "INDEX"}, answer
        writes.append((written - started) * 1_000)
        seen.append((ended - written) * 1_000)
        both.append((ended - started) * 1_000)
    for column, values, includes in (
        ("write", writes, "`tuplesWrite` of one tuple over HTTP, durable"),
        ("seen after", seen, _SEEN),
        ("together", both, "both, one after the other"),
    ):  # fmt: skip
        note = late(values, "ms")
        report.rounds(VISIBLE, "one tuple", column, values, "ms", note=note, includes=includes)
    _measure_following(report, writer, reader)


def _measure_following(report: Report, writer: Console, reader: Console) -> None:
    """How soon a check that asks for nothing special sees it."""
    times = []
    for n in range(10 * ROUNDS):
        asked = ("user", "follower", "", "view", DOCUMENT, f"followed-{n}")
        writer.ask(_WRITE, i={"writes": [_viewer(asked)]})
        started = time.perf_counter()
        while not reader.ask(_CHECK, i=to_input(asked))["check"]["allowed"]:
            assert time.perf_counter() - started < 5, "the other process does not follow"
        times.append((time.perf_counter() - started) * 1_000)
    note = late(times, "ms")
    includes = "from the write's answer until a check without a token, asked again and again, allows"
    report.rounds(VISIBLE, "one tuple", "followed after", times, "ms", note=note, includes=includes)


def _viewer(asked: drive.Question) -> dict[str, object]:
    subject_type, subject_id, _, _, entity_type, entity_id = asked
    return {
        "entity": {"type": entity_type, "id": entity_id},
        "relation": "viewer",
        "subject": {"type": subject_type, "id": subject_id},
    }
