"""The database goes away, is too busy, comes back: a clear 503, nothing half done, recovery by itself."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import asyncpg
import pytest
from tortoise.connection import get_connection

from app.kit import db, pool
from app.kit.db import unit_of_work
from app.kit.errors import Unavailable
from app.kit.settings import Settings
from tests.conftest import POOL_SIZE

_INSERT = "INSERT INTO kit_counter (name, bucket, window_start, hits, expires_at) VALUES ('t', $1, 0, 1, now())"
_KILL = """
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'auther'
"""
_SLEEPING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'
"""


@pytest.fixture
def dsn_text(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


async def kill_connections(dsn: str) -> int:
    """End every connection of the pool at the server; how many."""
    other = await asyncpg.connect(dsn)
    try:
        return int(await other.fetchval(_KILL))
    finally:
        await other.close()


def kill_unnoticed(dsn: str) -> None:
    """The same while this event loop stands still, so that the pool cannot have noticed yet."""
    thread = threading.Thread(target=asyncio.run, args=(kill_connections(dsn),))
    thread.start()
    thread.join()


@asynccontextmanager
async def all_connections_taken() -> AsyncIterator[None]:
    """Other requests hold every connection of the pool."""
    async with AsyncExitStack() as stack:
        wrapper = get_connection("default")
        for _ in range(POOL_SIZE):
            await stack.enter_async_context(wrapper.acquire_connection())
        yield


async def count_rows() -> int:
    """Rows, once the pool has noticed which of its connections are dead: each may refuse one statement."""
    for _ in range(POOL_SIZE):
        with suppress(Unavailable):
            return int(await db.fetch_value("SELECT count(*) FROM kit_counter"))
    raise AssertionError("the pool did not recover")


async def test_a_connection_killed_in_the_middle_gives_503_and_leaves_nothing(dsn_text: str) -> None:
    with pytest.raises(Unavailable) as caught:
        async with unit_of_work():
            await db.execute(_INSERT, "a")
            assert await kill_connections(dsn_text) >= 1
            await db.execute(_INSERT, "b")

    assert caught.value.code == "kit_database_unavailable"
    assert await count_rows() == 0


async def test_a_connection_killed_before_the_commit_gives_503_and_leaves_nothing(dsn_text: str) -> None:
    with pytest.raises(Unavailable) as caught:
        async with unit_of_work():
            await db.execute(_INSERT, "a")
            kill_unnoticed(dsn_text)

    assert caught.value.code == "kit_database_unavailable"
    assert await count_rows() == 0


async def test_a_statement_that_runs_when_its_connection_dies_gives_503(dsn_text: str) -> None:
    sleeping = asyncio.create_task(db.execute("SELECT pg_sleep(60)"))
    other = await asyncpg.connect(dsn_text)
    try:
        while not await other.fetchval(_SLEEPING):
            assert not sleeping.done()
            await asyncio.sleep(0)
        await other.execute(_KILL)
    finally:
        await other.close()

    with pytest.raises(Unavailable) as caught:
        await sleeping
    assert caught.value.code == "kit_database_unavailable"


async def test_the_error_of_the_block_is_kept_when_its_connection_is_dead(dsn_text: str) -> None:
    with pytest.raises(KeyError):
        async with unit_of_work():
            await db.execute(_INSERT, "a")
            await kill_connections(dsn_text)
            raise KeyError


async def test_the_whole_pool_recovers_by_itself(dsn_text: str) -> None:
    async with all_connections_taken():
        pass
    kill_unnoticed(dsn_text)

    results = await asyncio.gather(*(count_rows() for _ in range(POOL_SIZE)), return_exceptions=True)
    assert {type(result) for result in results} <= {int, Unavailable}

    assert await asyncio.gather(*(count_rows() for _ in range(2 * POOL_SIZE))) == [0] * 2 * POOL_SIZE


async def test_a_task_whose_transaction_could_not_begin_goes_on_with_the_next(dsn_text: str) -> None:
    async with all_connections_taken():
        pass
    kill_unnoticed(dsn_text)

    refused = 0
    for attempt in range(POOL_SIZE + 1):
        try:
            async with unit_of_work():
                await db.execute(_INSERT, str(attempt))
            break
        except Unavailable:
            refused += 1

    assert refused >= 1
    assert await count_rows() == 1
    async with all_connections_taken():
        pass


async def test_an_exhausted_pool_gives_503_instead_of_hanging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "ACQUIRE_TIMEOUT_SECONDS", 0.05)

    async with all_connections_taken():
        with pytest.raises(Unavailable) as statement:
            await db.fetch_value("SELECT 1")
        with pytest.raises(Unavailable) as unit:
            async with unit_of_work():
                pass

    for caught in (statement, unit):
        assert caught.value.code == "kit_database_unavailable"
        assert caught.value.detail == "no connection within 0.05 s; pool: 12 open, 0 idle, 12 at most"
    assert await db.fetch_value("SELECT 1") == 1


async def test_whoever_waits_gets_the_next_free_connection() -> None:
    async with all_connections_taken():
        waiting = asyncio.create_task(db.fetch_value("SELECT 1"))
        await asyncio.sleep(0)
        assert not waiting.done()

    assert await waiting == 1


async def test_a_request_that_is_given_up_returns_its_connection() -> None:
    async def request() -> None:
        async with unit_of_work():
            await db.execute(_INSERT, "a")
            await db.execute("SELECT pg_sleep(60)")

    for _ in range(POOL_SIZE + 1):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(request(), 0.02)

    async with all_connections_taken():
        pass
    assert await count_rows() == 0


_OPEN = """
import asyncio, sys
from app.kit import db
from app.kit.errors import AppError
from app.tables import APPS
async def main():
    for _ in range(2):
        try:
            await db.open_database(db.tortoise_config(sys.argv[1], {'kit': APPS['kit']}))
        except AppError as error:
            print(type(error).__name__, error.code)
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [("@127.0.0.1:", "@127.0.0.1:1"), ("@127.0.0.1:", "@no-such-host.invalid:"), ("/test_", "/none_"), (":", ":wrong")],
    ids=["port", "host", "database", "password"],
)
def test_a_database_that_cannot_be_opened_is_told_and_may_be_tried_again(
    dsn_text: str, before: str, after: str
) -> None:
    at = dsn_text.index(before, len("postgresql://"))
    wrong = dsn_text[:at] + after + dsn_text[at + len(before) :]
    if before == "@127.0.0.1:" and after.endswith(":1"):
        wrong = wrong[: wrong.rindex(":1")] + ":1/" + wrong.rpartition("/")[2]

    done = subprocess.run([sys.executable, "-c", _OPEN, wrong], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["Unavailable kit_database_unavailable"] * 2
    assert done.stderr == ""


def test_every_part_of_the_url_counts() -> None:
    config = db.tortoise_config("postgres://a%40b:p%2Fw@db.example:5433/my%20db?sslmode=verify-full", {}, pool_size=7)

    credentials = config["connections"]["default"]["credentials"]
    assert {name: credentials[name] for name in ("host", "port", "user", "password", "database", "ssl", "maxsize")} == {
        "host": "db.example",
        "port": 5433,
        "user": "a@b",
        "password": "p/w",
        "database": "my db",
        "ssl": "verify-full",
        "maxsize": 7,
    }


def test_what_the_url_leaves_out_has_a_default() -> None:
    credentials = db.tortoise_config("postgres:///auther", {})["connections"]["default"]["credentials"]

    assert (credentials["host"], credentials["port"], credentials["ssl"]) == ("localhost", 5432, None)
