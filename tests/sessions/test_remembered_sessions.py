"""Sessions that a process remembers: they cost no statement, and are over at once when anything ends them."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.recall import Memory, ear, hearing
from app.kit.runtime import override, settings
from app.sessions.known import TOUCH_INTERVAL
from app.sessions.service import (
    end_session,
    end_user_sessions,
    find_session,
    resolve_session,
    revoke_sessions,
    sweep_sessions,
)
from app.sessions.types import NewSession
from app.users.service import ban_user, delete_user, update_user
from app.users.types import User, UserChanges
from tests.sessions.support import sign_in
from tests.support import as_user, commit, counted_statements, make_user

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 20
TICK = timedelta(microseconds=1)

Ending = Callable[[NewSession], Awaitable[object]]
ENDINGS: dict[str, Ending] = {
    "session ended": lambda new: commit(end_session(SYSTEM, new.session.id)),
    "sessions of the user ended": lambda new: commit(end_user_sessions(SYSTEM, new.session.user_id)),
    "revoked by its owner": lambda new: commit(revoke_sessions(as_user(new.session.user_id), new.session.user_id)),
    "user banned": lambda new: commit(ban_user(SYSTEM, new.session.user_id, reason="spam")),
    "user deleted": lambda new: commit(delete_user(SYSTEM, new.session.user_id)),
}
# The same, by somebody who goes past the program.
STATEMENTS = {
    "session ended": "UPDATE sessions_session SET ended_at = now()",
    "session cut short": "UPDATE sessions_session SET expires_at = created_at",
    "session deleted": "DELETE FROM sessions_session",
    "session given another token": r"UPDATE sessions_session SET token_hash = decode(repeat('00', 32), 'hex')",
    "user banned": "UPDATE users_user SET banned_at = now()",
    "user deleted": "DELETE FROM users_user",
    "sessions emptied": "TRUNCATE sessions_session CASCADE",
    "users emptied": "TRUNCATE users_user CASCADE",
}


@pytest.fixture
async def hears(database: None) -> AsyncIterator[None]:
    async with hearing():
        await until(lambda: ear.hears)
        yield


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what is heard sets no event of ours
            await asyncio.sleep(0.001)


@asynccontextmanager
async def stranger(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def hear_out() -> int:
    """Hear everything that was told so far, and a mark behind it; how often this process has heard of a change."""
    memory = Memory[str](1)
    memory.keep(memory.begin(), "mark", "mark", ("mark",))
    assert len(memory) == 1
    await db.execute("SELECT pg_notify('auther_forget', 'mark')")
    await until(lambda: len(memory) == 0)
    return ear.generation


async def count_statements(token: str) -> int:
    """How many statements it takes to find who is behind a live session."""
    with counted_statements() as statements:
        assert await resolve_session(token) is not None
    return len(statements)


async def prepare(user: User | None = None) -> NewSession:
    """A session that is remembered here."""
    new = await sign_in(user or await make_user())
    assert [await count_statements(new.token), await count_statements(new.token)] == [1, 0]
    return new


@pytest.mark.usefixtures("hears")
async def test_what_is_remembered_is_what_the_database_says() -> None:
    new = await sign_in(await make_user(username="ada", attributes={"a": 1}))

    read, recalled = await resolve_session(new.token), await resolve_session(new.token)

    assert read is not None
    assert recalled == read
    assert recalled.session == new.session


@pytest.mark.usefixtures("hears")
@pytest.mark.parametrize("name", ENDINGS)
async def test_a_session_that_was_ended_here_is_over_at_the_next_request(name: str) -> None:
    new = await prepare()

    await ENDINGS[name](new)

    assert await resolve_session(new.token) is None


@pytest.mark.usefixtures("hears")
@pytest.mark.parametrize("name", STATEMENTS)
async def test_a_session_that_was_ended_past_the_program_is_over_once_that_is_heard(name: str, dsn: str) -> None:
    new = await prepare()
    before = ear.generation

    async with stranger(dsn) as connection:
        await connection.execute(STATEMENTS[name])
    await until(lambda: ear.generation > before)

    assert await resolve_session(new.token) is None


@pytest.mark.usefixtures("hears")
async def test_the_token_of_before_is_worth_nothing_after_a_new_proof() -> None:
    user = await make_user()
    new = await prepare(user)

    renewed = await sign_in(user, replaces=new.session.id)

    assert await resolve_session(new.token) is None
    resolved = await resolve_session(renewed.token)
    assert resolved is not None
    assert resolved.session == renewed.session
    assert resolved.session.auth_time > new.session.auth_time


@pytest.mark.usefixtures("hears")
async def test_somebody_else_s_sign_in_in_the_same_browser_ends_a_session() -> None:
    new = await prepare()

    await sign_in(await make_user("bob@example.com"), replaces=new.session.id)

    assert await resolve_session(new.token) is None


@pytest.mark.usefixtures("hears")
async def test_other_sessions_go_on() -> None:
    user = await make_user()
    first, second = await prepare(user), await prepare(user)

    await commit(end_user_sessions(SYSTEM, user.id, except_id=first.session.id))

    assert await count_statements(first.token) == 0
    assert await resolve_session(second.token) is None


@pytest.mark.usefixtures("hears")
async def test_what_was_rolled_back_ends_nothing() -> None:
    new = await prepare()

    with pytest.raises(LookupError):
        async with db.unit_of_work():
            await end_session(SYSTEM, new.session.id)
            assert await resolve_session(new.token) is None
            raise LookupError

    assert await count_statements(new.token) == 0


@pytest.mark.usefixtures("hears")
async def test_what_changed_of_the_user_is_seen_at_the_next_request() -> None:
    user = await make_user(name="Ada Lovelace")
    new = await prepare(user)

    await commit(update_user(SYSTEM, user.id, UserChanges(name="Countess Lovelace")))

    resolved = await resolve_session(new.token)
    assert resolved is not None
    assert resolved.user.name == "Countess Lovelace"


@pytest.mark.usefixtures("hears")
async def test_a_use_is_noted_once_a_minute_and_costs_nothing_in_between() -> None:
    with clock.frozen() as stopped:
        new = await prepare()

        stopped.advance(TOUCH_INTERVAL)
        within = await count_statements(new.token)
        stopped.advance(TICK)
        after = [await count_statements(new.token) for _ in range(3)]

        session = await find_session(new.session.id)
        assert session is not None
        assert session.last_seen_at == clock.now()
    # It is read, and its use noted; read as it is now; remembered.
    assert (within, after) == (0, [2, 1, 0])


@pytest.mark.usefixtures("hears")
async def test_a_use_makes_nobody_forget(dsn: str) -> None:
    new = await prepare()
    before = await hear_out()

    async with stranger(dsn) as connection:
        await connection.execute("UPDATE sessions_session SET last_seen_at = last_seen_at + interval '1 second'")

    assert (await hear_out(), await count_statements(new.token)) == (before + 1, 0)


@pytest.mark.usefixtures("hears")
async def test_use_keeps_a_remembered_session_alive_until_its_absolute_end() -> None:
    with (
        clock.frozen() as stopped,
        override(session_idle_ttl=timedelta(minutes=10), session_absolute_ttl=timedelta(minutes=30)),
    ):
        new = await prepare()
        for _ in range(3):
            stopped.advance(timedelta(minutes=9, seconds=30))
            for _ in range(3):
                assert await resolve_session(new.token) is not None

        stopped.advance(timedelta(minutes=1, seconds=30) - TICK)
        assert await resolve_session(new.token) is not None
        stopped.advance(TICK)
        assert await resolve_session(new.token) is None


@pytest.mark.usefixtures("hears")
async def test_a_remembered_session_expires_within_the_minute() -> None:
    with clock.frozen() as stopped, override(session_absolute_ttl=timedelta(seconds=30)):
        new = await prepare()

        stopped.advance(timedelta(seconds=30) - TICK)
        assert await count_statements(new.token) == 0
        stopped.advance(TICK)

        assert await resolve_session(new.token) is None


@pytest.mark.usefixtures("hears")
async def test_a_remembered_session_that_was_left_idle_is_over() -> None:
    with clock.frozen() as stopped:
        new = await prepare()

        with override(session_idle_ttl=timedelta(seconds=30)):
            stopped.advance(timedelta(seconds=30) - TICK)
            assert await count_statements(new.token) == 0
            stopped.advance(TICK)
            assert await resolve_session(new.token) is None


@pytest.mark.usefixtures("hears")
async def test_what_another_process_noted_keeps_a_session_alive_here() -> None:
    with clock.frozen() as stopped:
        new = await prepare()
        stopped.advance(settings().session_idle_ttl - TICK)
        await db.execute("UPDATE sessions_session SET last_seen_at = $1", clock.now())
        stopped.advance(timedelta(seconds=30))

        assert await resolve_session(new.token) is not None


@pytest.mark.usefixtures("hears")
async def test_a_remembered_session_does_not_count_where_everybody_needs_a_second_factor() -> None:
    new = await prepare()

    with override(require_mfa=True):
        assert await resolve_session(new.token) is None

    assert await count_statements(new.token) == 0


@pytest.mark.usefixtures("hears")
async def test_only_who_shows_the_token_is_known() -> None:
    new = await prepare()

    assert await resolve_session(new.token[::-1]) is None
    assert await resolve_session(f"{new.token[:-1]}{'A' if new.token[-1] != 'A' else 'B'}") is None
    assert await resolve_session(new.session.id) is None


@pytest.mark.usefixtures("hears")
async def test_what_is_swept_was_over_and_tells_nobody() -> None:
    new = await prepare()
    await commit(end_session(SYSTEM, (await sign_in(await make_user("bob@example.com"))).session.id))
    before = await hear_out()

    with clock.frozen(clock.now() + timedelta(days=31)):
        swept = await sweep_sessions()

    assert (swept, await hear_out(), await count_statements(new.token)) == (1, before + 1, 0)


@pytest.mark.usefixtures("hears")
async def test_no_reader_brings_back_what_was_ended_meanwhile(dsn: str) -> None:
    user = await make_user()
    new = await sign_in(user)
    stale = 0
    async with stranger(dsn) as connection:
        for _ in range(60):
            readers = [asyncio.create_task(resolve_session(new.token)) for _ in range(8)]
            before = ear.generation
            await connection.execute("UPDATE sessions_session SET ended_at = now()")
            await asyncio.gather(*readers)
            await until(lambda: ear.generation > before)  # noqa: B023 - awaited here
            stale += await resolve_session(new.token) is not None
            before = ear.generation
            await connection.execute("UPDATE sessions_session SET ended_at = NULL")
            await until(lambda: ear.generation > before)  # noqa: B023 - awaited here

    assert stale == 0


@pytest.mark.usefixtures("hears")
async def test_a_remembered_session_still_has_to_prove_where_it_comes_from(browser: httpx.AsyncClient) -> None:
    new = await prepare()
    browser.cookies.set("auther_session", new.token)
    viewer = {"query": "{ viewer { session { id } } }"}

    without = await browser.post("/graphql", json=viewer)
    elsewhere = await browser.post(
        "/graphql", json=viewer, headers={"x-auther-csrf": "1", "origin": "https://evil.example"}
    )
    ours = await browser.post("/graphql", json=viewer, headers={"x-auther-csrf": "1"})

    codes = [each.json()["errors"][0]["extensions"]["code"] for each in (without, elsewhere)]
    assert (without.status_code, elsewhere.status_code, codes) == (403, 403, ["CSRF", "CSRF"])
    assert ours.json()["data"] == {"viewer": {"session": {"id": new.session.id}}}


class Other:
    """Another process that remembers sessions."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def read(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            return (await self._process.stdout.readline()).decode().strip()

    async def look(self, token: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{token}\n".encode())
        return await self.read()

    async def look_until_over(self, token: str) -> str:
        """What it says once it no longer answers from memory."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (answer := await self.look(token)) == "live 0":
                pass
        return answer


@pytest.fixture
async def other(database: None, dsn: str) -> AsyncIterator[Other]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sessions.remembering_process", stdin=PIPE, stdout=PIPE,
        env={**os.environ, "DSN": dsn}, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    running = Other(process)
    assert await running.read() == "ready"
    yield running
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0


async def test_another_process_hears_of_every_end(other: Other) -> None:
    async def renew(new: NewSession) -> None:
        user = (await resolve_session(new.token)).user  # type: ignore[union-attr]
        await sign_in(user, replaces=new.session.id)

    endings: dict[str, Ending] = {**ENDINGS, "proved anew": renew}
    before, after = [], []
    for number, end in enumerate(endings.values()):
        new = await sign_in(await make_user(f"user{number}@example.com"))
        before.append([await other.look(new.token), await other.look(new.token)])
        await end(new)
        after.append(await other.look_until_over(new.token))

    assert before == [["live 1", "live 0"]] * len(endings)
    assert after == ["dead 1"] * len(endings)
