"""A job as it goes on: for operators, until it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from app.graph.callers import Credentials
from app.graph.context import Context
from app.graph.http import Parameters
from app.graph.running import prepare
from app.graph.subscriptions import subscribe
from app.graph.watch import Watch
from app.jobs import registry
from app.jobs.errors import LeaseLost, ResultTooLarge
from app.jobs.progress import MAX_RESULT_CHARACTERS, note_progress, note_result, read_job
from app.jobs.service import enqueue, register, register_outbound, run_pending
from app.jobs.types import Job, JobState, Progress
from app.kit.actor import SYSTEM
from app.kit.guard import ALL_PERMISSIONS
from tests.graph.live import Live, headers_of
from tests.graph.support import console_documents
from tests.support import as_user, commit, counted_statements, deciding, make_admin, make_user

DOCUMENT = console_documents()["jobs/Job.graphql"]
FOLLOW = "subscription ($id: ID!) { auditEvents: job(id: $id) { state attempt progress { done total } result error } }"
MISSING = ("FORBIDDEN", "kit_permission_missing")


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    before = dict(registry.handlers)
    yield
    registry.handlers.clear()
    registry.handlers.update(before)


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("anonymous", ("UNAUTHENTICATED", "kit_sign_in_required")),
        ("plain", MISSING),
        ("lacking", MISSING),
        ("holding", None),
    ],
)
async def test_following_a_job_needs_the_permission(live: Live, caller: str, expected: tuple[str, str] | None) -> None:
    job_id = await commit(enqueue("test.job", {}))
    user = await make_user()
    headers = {} if caller == "anonymous" else await headers_of(user)
    held = {"lacking": ALL_PERMISSIONS - {"platform.manage_platform"}, "holding": {"platform.manage_platform"}}
    with deciding(**{user.id: held.get(caller, set())}):
        async with live.events(FOLLOW, headers=headers, id=job_id) as events, live.connected(headers) as socket:
            await socket.subscribe(query=FOLLOW, id=job_id)
            answers = [await events.next(), await socket.next()]

    assert [answer if expected else answer["state"] for answer in answers] == [expected or "READY"] * 2


@pytest.mark.parametrize("add", [register, register_outbound])
async def test_a_job_is_followed_to_its_end_in_both_ways(live: Live, add: Any) -> None:
    step = asyncio.Event()

    async def work(job: Job) -> None:
        await note_progress(job, 1, 3)
        await step.wait()
        await note_result(job, {"rows": 3})

    add("test.job", work)
    job_id = await commit(enqueue("test.job", {}))
    headers = await headers_of(await make_admin())
    async with live.events(FOLLOW, headers=headers, id=job_id) as events, live.connected(headers) as socket:
        await socket.subscribe(query=FOLLOW, id=job_id)
        begun = [await events.next(), await socket.next()]
        running = asyncio.create_task(run_pending())
        at_work = [await _until_progress(events.next), await _until_progress(socket.next)]
        step.set()
        await running
        # A job that commits by itself has its result a moment before it is over.
        over = [await _until_over(events.next), await _until_over(socket.next)]
        ends = [await events.next(), await socket.next()]

    assert begun == [{"state": "READY", "attempt": 0, "progress": None, "result": None, "error": None}] * 2
    assert [each["progress"] for each in at_work] == [{"done": 1.0, "total": 3.0}] * 2
    assert [(each["state"], each["result"]) for each in over] == [("DONE", {"rows": 3})] * 2
    assert ends == [None, None]


async def test_a_job_that_fails_for_good_says_why_and_ends_the_stream(live: Live) -> None:
    async def fail(job: Job) -> None:
        await note_progress(job, 5)
        await note_result(job, "rolled back")
        raise LookupError("no such thing")

    register("test.job", fail)
    job_id = await commit(enqueue("test.job", {}, max_attempts=1))
    await run_pending()
    headers = await headers_of(await make_admin())
    async with live.events(FOLLOW, headers=headers, id=job_id) as events:
        seen = [await events.next(), await events.next()]

    assert seen == [
        {
            "state": "DEAD",
            "attempt": 1,
            "progress": {"done": 5.0, "total": None},
            "result": None,
            "error": "LookupError: no such thing",
        },
        None,
    ]


async def test_an_unknown_job_is_not_found(live: Live) -> None:
    headers = await headers_of(await make_admin())
    async with live.events(FOLLOW, headers=headers, id="job_unknown") as events:
        assert await events.next() == ("NOT_FOUND", "jobs_unknown")


async def test_a_lost_permission_ends_the_stream(live: Live) -> None:
    job_id = await commit(enqueue("test.job", {}))
    user = await make_user()
    headers = await headers_of(user)
    with deciding(**{user.id: {"platform.manage_platform"}}) as decider:
        async with live.events(FOLLOW, headers=headers, id=job_id) as events:
            await events.next()
            decider.held = {}

            assert await events.next() == MISSING


async def test_the_next_attempt_begins_without_the_last_ones_progress() -> None:
    seen = []

    async def work(job: Job) -> None:
        seen.append((await read_job(SYSTEM, job.id)).progress)
        await note_progress(job, job.attempt)
        if job.attempt == 1:
            raise LookupError

    register("test.job", work)
    job_id = await commit(enqueue("test.job", {}))
    await run_pending()
    await _make_due(job_id)
    await run_pending()

    record = await read_job(SYSTEM, job_id)
    assert seen == [None, None]
    assert (record.state, record.progress) == (JobState.DONE, Progress(2, None))


async def test_whoever_lost_the_job_tells_nothing() -> None:
    job_id = await commit(enqueue("test.job", {}))
    stale = Job(job_id, "test.job", {}, attempt=1)

    for telling in (note_progress(stale, 1), note_result(stale, "x")):
        with pytest.raises(LeaseLost):
            await telling
    with pytest.raises(ResultTooLarge):
        await note_result(stale, "x" * MAX_RESULT_CHARACTERS)
    record = await read_job(SYSTEM, job_id)
    assert (record.progress, record.result) == (None, None)


async def test_a_look_costs_two_statements() -> None:
    admin = as_user(await make_admin())
    job_id = await commit(enqueue("test.job", {}))
    operation = prepare(Parameters(DOCUMENT, {"id": job_id}, None), Context(admin))
    async with aclosing(subscribe(operation, Watch(Credentials(admin), Context(admin)), "r")) as bodies:
        with counted_statements() as statements:
            body: Any = await anext(bodies)

    assert body["data"]["job"]["id"] == job_id
    assert len(statements) == 2


async def _until_progress(take: Any) -> Any:
    while not (found := await take())["progress"]:
        pass
    return found


async def _until_over(take: Any) -> Any:
    while (found := await take())["state"] == "RUNNING":
        pass
    return found


async def _make_due(job_id: str) -> None:
    from app.kit import db

    await db.execute("UPDATE jobs_job SET due_at = now() WHERE id = $1", job_id)
