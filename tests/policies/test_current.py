"""Which version a process asks: remembered without a statement, and never staler than it may be."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context
from pathlib import Path

import pytest

from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.recall import ear
from app.policies.service import delete_policy, judge_many, save_policy
from tests.policies.support import draft, judge, make_policy, question
from tests.sessions.test_remembered_sessions import hear_out, stranger
from tests.support import commit, counted_statements

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 20


async def count(policy: str = "small") -> tuple[bool | None, int]:
    """What a policy says, and how many statements that took."""
    with counted_statements() as statements:
        verdict = await judge(policy)
    return verdict.value, len(statements)


async def settle() -> None:
    """Hear what was told so far, so that nothing of it comes later."""
    await hear_out()


@pytest.mark.usefixtures("hears")
async def test_a_policy_is_read_once() -> None:
    await make_policy("return true")
    await make_policy("return false", name="other")
    await settle()

    with counted_statements() as statements:
        first = await judge_many([question(), question("other"), question("missing")])
        again = await judge_many([question(), question("other"), question("missing")])

    assert [each.value for each in first] == [each.value for each in again] == [True, False, None]
    assert len(statements) == 1


async def test_who_hears_nothing_remembers_nothing() -> None:
    await make_policy("return true")

    assert [await count(), await count()] == [(True, 1), (True, 1)]


@pytest.mark.usefixtures("hears")
async def test_what_this_process_changes_counts_at_once() -> None:
    policy = await make_policy("return true")
    await settle()
    assert await count() == (True, 1)

    await make_policy("return false")
    changed = await judge()
    await settle()
    assert (await judge()).value is False
    await commit(delete_policy(SYSTEM, policy.id))
    gone = await judge()
    await make_policy("return true")

    assert (changed.value, changed.version) == (False, 2)
    assert gone.problem is not None
    assert gone.problem.code == "policies_missing"
    assert ((await judge()).value, (await judge()).version) == (True, 1)


@pytest.mark.usefixtures("hears")
async def test_what_is_not_committed_counts_for_its_own_unit_of_work_only() -> None:
    await make_policy("return true")
    await settle()
    await judge()

    async with unit_of_work():
        await save_policy(SYSTEM, draft("return false"))
        inside = await judge()
        outside = await asyncio.create_task(judge_elsewhere())

    assert (inside.value, outside) == (False, True)
    assert (await judge()).value is False


async def judge_elsewhere() -> bool | None:
    """As another request would, on a connection of its own."""
    task = asyncio.get_running_loop().create_task(judge(), context=Context())
    return (await task).value


@pytest.mark.usefixtures("hears")
async def test_what_somebody_else_changes_is_heard(dsn: str) -> None:
    await make_policy("return true")
    await settle()
    assert [await count(), await count("new")] == [(True, 1), (None, 1)]
    before = ear.generation

    async with stranger(dsn) as other:
        await other.execute("UPDATE policies_policy SET name = 'new'")
    await hear_out()

    assert ear.generation > before
    assert (await judge()).value is None


@pytest.mark.usefixtures("hears")
async def test_what_goes_unheard_is_not_believed_for_more_than_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_policy("return true")
    await settle()
    now = 1_000.0
    monkeypatch.setattr("app.policies.service.current.monotonic", lambda: now)
    monkeypatch.setattr(type(ear), "hears", property(lambda _: True))
    assert [await count(), await count()] == [(True, 1), (True, 0)]
    await db.execute("ALTER TABLE policies_policy DISABLE TRIGGER policies_policy_changed")
    try:
        await db.execute("UPDATE policies_version SET source = 'return false'")

        now += 0.999
        stale = await count()
        now += 0.002
        fresh = await count()
    finally:
        await db.execute("ALTER TABLE policies_policy ENABLE TRIGGER policies_policy_changed")

    assert (stale, fresh) == ((True, 0), (False, 1))


@asynccontextmanager
async def other_process(dsn: str) -> AsyncIterator[Callable[[str], Awaitable[str]]]:
    """A second process that judges; what it says to the name of a policy, and how many statements that took."""
    program = "tests.policies.judging_process"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", program, cwd=ROOT, env={**os.environ, "DSN": dsn}, stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def ask(line: str) -> str:
        stdin.write(f"{line}\n".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await stdout.readline()).decode().strip()

    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert (await stdout.readline()).decode().strip() == "ready"
        yield ask
    finally:
        stdin.close()
        await process.wait()


async def test_another_process_asks_the_new_version_once_it_is_saved(dsn: str) -> None:
    await make_policy("return true")

    async with other_process(dsn) as ask:
        first = await ask("small")
        await make_policy("return false")
        told = [await ask("small")]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while told[-1] == "True 1":
                told.append(await ask("small"))

    assert (first, told[-1]) == ("True 1", "False 2")
