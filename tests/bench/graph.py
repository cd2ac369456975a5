"""`python -m tests.bench.graph`: GraphQL by its plans, in one process and over HTTP.

In process: how long an answer takes without HTTP and without the database, by plan and by graphql-core alone. Over
HTTP: rates of a server process on one core, and the processor time that each request takes of it, which depends
less on what else the machine does. Each figure is the median of ROUNDS rounds (an environment variable, 5).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from app.authz.service import checks
from app.authz.types.answers import Answer, Decision, Source
from app.graph.context import Context
from app.graph.http import JSON, Parameters
from app.graph.plans.operations import PlannedOperation
from app.graph.running import run
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.guard import remembering
from app.kit.paging import Page
from app.kit.postgres import start_postgres, stop_postgres
from app.users import service as users
from app.users.types import User
from tests.bench import engine as drive
from tests.bench.authz.report import Report
from tests.bench.authz.server import Console, start_server, to_input
from tests.bench.authz.store import DOCUMENT, fill, opened
from tests.bench.authz.timing import LOAD_CORE, MEASURED_CORE, ROUNDS
from tests.bench.load import Requests, measure, request
from tests.support import FixedDecider, deciding

LIST = """query List { users(first: 100, sort: CREATED_AT_DESC) { nodes {
  id email emailVerified username name status createdAt updatedAt } } }"""
EDGES = """query Edges { users(first: 100) {
  edges { cursor node { id name ban { reason until } } } pageInfo { endCursor } } }"""
KEY = "mutation Key($input: ApiKeyCreateInput!) { apiKeyCreate(input: $input) { secret errors { message } } }"
CHECK = "query Check($input: CheckInput!) { check(input: $input) { allowed } }"
CHECKS = "query Checks($inputs: [CheckInput!]!) { checks(inputs: $inputs) { allowed } }"
FOUND = """query Found($type: String!, $subject: SubjectInput) {
  listObjects(action: "view", type: $type, subject: $subject, first: 100) { totalCount nodes { entity { id } } } }"""
VIEWER = "query Viewer { viewer { user { id email } } }"
_BATCH, _SECONDS = 50, 1.0
_USERS = 1_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.graph", description=__doc__)
    parser.add_argument("--tuples", type=int, default=100_000, help="tuples in the database")
    parser.add_argument("--parts", nargs="+", default=["process", "http"], choices=["process", "http"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        database = start_postgres(Path(name))
        try:
            asyncio.run(_prepare(database.dsn, name, given.tuples, in_process="process" in given.parts))
            if "http" in given.parts:
                measure_http(Path(name), database.dsn, given.tuples)
        finally:
            stop_postgres(database)
    return 0


async def _prepare(dsn: str, folder: str, tuples: int, *, in_process: bool) -> None:
    async with opened(dsn, folder):
        await fill(Report(), tuples)
        if in_process:
            await measure_process()


async def measure_process() -> None:
    """Answers whose data are there already."""
    asked = {"action": "view", "entity": {"type": DOCUMENT, "id": "1"}, "subject": {"type": "user", "id": "ann"}}
    documents: Sequence[tuple[str, str, Mapping[str, Any]]] = (
        ("list of 100 × 8 fields", LIST, {}),
        ("edges of 100", EDGES, {}),
        ("check", CHECK, {"input": asked}),
        ("checks, 50 together", CHECKS, {"inputs": [asked] * _BATCH}),
    )
    actor = Actor(ActorKind.USER, "usr_admin")
    with _answering(), deciding(usr_admin={"users.view"}) as decider:
        for name, source, variables in documents:
            planned = await _time(source, variables, actor, decider)
            with _unplanned():
                plain = await _time(source, variables, actor, decider)
            print(f"{name:<26} {1 / planned:>9,.0f}/s by plan {1 / plain:>9,.0f}/s by graphql-core", flush=True)


async def _time(source: str, variables: Mapping[str, Any], actor: Actor, decider: FixedDecider) -> float:
    """Seconds of processor time for one answer, its JSON included: the median of the rounds."""
    # While `app.graph.endpoint` is loaded it loads the schema: here nobody waits for it.
    from app.graph.endpoint import answer

    times: list[float] = []
    for _ in range(ROUNDS + 1):
        count, started = 0, time.process_time()
        while time.process_time() - started < _SECONDS:
            with remembering():
                outcome = await run(Parameters(source, variables, None), Context(actor))
            response = answer(outcome, JSON, "bench")
            assert not outcome.result.errors, bytes(response.body)
            count += 1
        times.append((time.process_time() - started) / count)
        decider.asked.clear()
    return median(times[1:])


@contextmanager
def _answering() -> Iterator[None]:
    """Services that have their answers at hand."""
    before = users.list_users, checks.check_many
    now = clock.now()
    found = tuple(
        User(f"usr_{n}", f"{n}@example.com", True, None, f"User {n}", None, None, None, {}, None, now, now, None)
        for n in range(100)
    )
    page = Page(found, tuple(user.id for user in found), has_next=True, has_previous=False)

    async def list_users(*_: object, **__: object) -> Page[User]:
        return page

    async def check_many(_: Actor, questions: Sequence[object], *__: object) -> list[Answer]:
        return [Answer(Decision.ALLOWED, Source.INDEX, "token")] * len(questions)

    users.list_users, checks.check_many = list_users, check_many  # type: ignore[assignment]
    try:
        yield
    finally:
        users.list_users, checks.check_many = before


@contextmanager
def _unplanned() -> Iterator[None]:
    before = PlannedOperation.plan
    PlannedOperation.plan = lambda *_: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        PlannedOperation.plan = before  # type: ignore[method-assign]


def measure_http(folder: Path, dsn: str, tuples: int) -> None:
    """Rates of one server process, signed in by cookie as super admin asking about others."""
    server = start_server(folder, dsn, MEASURED_CORE)
    try:
        console = Console(server)
        console.wait_for_index()
        _seed(console)
        for name, requests, total in _requests(console, tuples):
            _rate(console, name, requests, total)
    finally:
        server.stop()


def _requests(console: Console, tuples: int) -> Iterator[tuple[str, list[bytes], int]]:
    made = drive.Drive(tuples, drive.make_rules())
    hits = islice(drive.questions(made, "view", hits=True), 500)
    misses = islice(drive.questions(made, "view", hits=False), 500)
    inputs = [to_input(each) for pair in zip(hits, misses, strict=True) for each in pair]
    yield "check", [console.request(CHECK, input=each) for each in inputs], 4_000
    made_key = console.ask(KEY, input={"name": "Bench", "uses": ["DIRECT"]})["apiKeyCreate"]
    own = [{"action": each["action"], "entity": each["entity"]} for each in inputs]
    by_key = {"content-type": "application/json", "x-api-key": made_key["secret"]}
    yield (
        "check of one's own, by key",
        [request("POST", "/graphql", headers=by_key, body=_body(CHECK, input=each)) for each in own],
        4_000,
    )
    batches_of_own = [own[at : at + _BATCH] for at in range(0, len(own), _BATCH)]
    yield (
        "checks, 50 of one's own, by key",
        [request("POST", "/graphql", headers=by_key, body=_body(CHECKS, inputs=each)) for each in batches_of_own],
        600,
    )
    batches = [inputs[at : at + _BATCH] for at in range(0, len(inputs), _BATCH)]
    yield "checks, 50 together", [console.request(CHECKS, inputs=each) for each in batches], 600
    found = [console.request(FOUND, type=DOCUMENT, subject=each["subject"]) for each in inputs[:200]]
    yield "list objects, page of 100", found, 1_000
    yield "100 users × 8 fields", [console.request(LIST)], 600
    yield "viewer", [console.request(VIEWER)], 2_000


def _body(document: str, **variables: object) -> bytes:
    return json.dumps({"query": document, "variables": variables}).encode()


def _seed(console: Console) -> None:
    """Users for the list."""
    for start in range(0, _USERS, 50):
        fields = " ".join(
            f'u{n}: userCreate(input: {{email: "p{n}@example.org", name: "Person {n}"}}) {{ user {{ id }} }}'
            for n in range(start, start + 50)
        )
        console.ask(f"mutation Seed {{ {fields} }}")


def _rate(console: Console, name: str, requests: Sequence[bytes], total: int) -> None:
    process = psutil.Process(console.server.pid)
    measure(console.server.url, _cycle(requests), total=total // 2, core=LOAD_CORE)
    runs, costs = [], []
    for _ in range(ROUNDS):
        before = process.cpu_times()
        run = measure(console.server.url, _cycle(requests), total=total, core=LOAD_CORE)
        after = process.cpu_times()
        assert run.errors == 0, name
        runs.append(run)
        costs.append((after.user + after.system - before.user - before.system) / total)
    middle = sorted(runs, key=lambda each: each.per_second)[len(runs) // 2]
    late = f"p50 {middle.p50_ms:.1f} ms, p95 {middle.p95_ms:.1f} ms"
    print(
        f"{name:<32} {middle.per_second:>9,.0f}/s {late}, 16 connections, "
        f"{median(costs) * 1_000_000:,.0f} µs of the processor each",
        flush=True,
    )


def _cycle(requests: Sequence[bytes]) -> Requests:
    return lambda number, _answer: requests[number % len(requests)]


if __name__ == "__main__":
    sys.exit(main())
