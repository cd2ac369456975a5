"""What a process remembers: never longer than it is true, and only while it hears of changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest

from app.kit import db
from app.kit.db import unit_of_work
from app.kit.recall import EVERYTHING, TRUST_SECONDS, Memory, ear, forget, forget_after_commit, hearing

PATIENCE_SECONDS = 20
_TELL = "SELECT pg_notify('auther_forget', $1)"
_LISTENERS = """
FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'auther listener'
"""


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what is heard sets no event of ours
            await asyncio.sleep(0.001)


@pytest.fixture
async def hears() -> AsyncIterator[None]:
    async with hearing():
        await until(lambda: ear.hears)
        yield


def remember(memory: Memory[str], key: str = "key", *rows: str) -> None:
    memory.keep(memory.begin(), key, f"value of {key}", rows or ("row",))


async def test_nothing_is_remembered_by_a_process_that_does_not_hear() -> None:
    memory: Memory[str] = Memory(10)

    remember(memory)

    assert (memory.begin(), memory.recall("key"), len(memory)) == (None, None, 0)


@pytest.mark.usefixtures("hears")
async def test_what_was_kept_is_recalled_until_one_of_its_rows_changes() -> None:
    memory: Memory[str] = Memory(10)
    remember(memory, "a", "user", "session-1")
    remember(memory, "b", "user", "session-2")

    forget("session-1")

    assert (memory.recall("a"), memory.recall("b")) == (None, "value of b")
    forget("user")
    assert (memory.recall("b"), memory._keys) == (None, {})


@pytest.mark.usefixtures("hears")
async def test_a_row_may_be_named_twice() -> None:
    memory: Memory[str] = Memory(10)
    remember(memory, "key", "client", "client")

    forget("client")

    assert (memory.recall("key"), memory._keys) == (None, {})


@pytest.mark.usefixtures("hears")
async def test_what_another_process_tells_is_forgotten() -> None:
    memory: Memory[str] = Memory(10)
    remember(memory, "a", "row-a")
    remember(memory, "b", "row-b")

    await db.execute(_TELL, "row-a")
    await until(lambda: memory.recall("a") is None)

    assert memory.recall("b") == "value of b"
    await db.execute(_TELL, EVERYTHING)
    await until(lambda: len(memory) == 0)


@pytest.mark.usefixtures("hears")
async def test_a_value_read_before_a_change_and_kept_after_it_is_not_remembered() -> None:
    memory: Memory[str] = Memory(10)
    begun = memory.begin()

    forget("whatever")
    memory.keep(begun, "key", "an old value", ("row",))

    assert memory.recall("key") is None


@pytest.mark.usefixtures("hears")
async def test_a_process_forgets_what_it_changes_once_that_is_committed() -> None:
    memory: Memory[str] = Memory(10)
    remember(memory)

    with pytest.raises(LookupError):
        async with unit_of_work():
            forget_after_commit("row")
            raise LookupError
    assert memory.recall("key") == "value of key"
    async with unit_of_work():
        forget_after_commit("row")

    assert memory.recall("key") is None


@pytest.mark.usefixtures("hears")
async def test_inside_a_unit_of_work_nothing_is_recalled_or_kept() -> None:
    memory: Memory[str] = Memory(10)
    remember(memory)

    async with unit_of_work():
        recalled, begun = memory.recall("key"), memory.begin()

    assert (recalled, begun) == (None, None)
    assert memory.recall("key") == "value of key"


@pytest.mark.usefixtures("hears")
async def test_all_is_forgotten_when_the_connection_breaks_until_there_is_another() -> None:
    memory: Memory[str] = Memory(10)
    remember(memory)
    before = ear.generation

    assert await db.fetch_value(f"SELECT count(pg_terminate_backend(pid, 5000)) {_LISTENERS}") == 1
    await until(lambda: ear.generation > before)

    assert memory.recall("key") is None
    await until(lambda: ear.hears)
    remember(memory)
    assert memory.recall("key") == "value of key"


@pytest.mark.usefixtures("hears")
async def test_a_value_whose_reading_saw_the_connection_break_is_not_remembered() -> None:
    memory: Memory[str] = Memory(10)
    begun = memory.begin()

    ear.lose()
    ear.prove(time.monotonic())
    memory.keep(begun, "key", "an old value", ("row",))

    assert memory.recall("key") is None


@pytest.mark.usefixtures("hears")
async def test_a_connection_that_died_without_a_word_is_not_trusted_for_long() -> None:
    memory: Memory[str] = Memory(10)
    remember(memory)

    ear.prove(time.monotonic() - TRUST_SECONDS)

    assert (memory.recall("key"), memory.begin()) == (None, None)


@pytest.mark.usefixtures("hears")
async def test_the_oldest_gives_way() -> None:
    memory: Memory[str] = Memory(2)
    for key in ("a", "b", "c"):
        remember(memory, key, "row", key)

    assert [memory.recall(key) for key in ("a", "b", "c")] == [None, "value of b", "value of c"]
    assert set(memory._keys) == {"row", "b", "c"}


async def test_hearing_ends_with_its_block() -> None:
    memory: Memory[str] = Memory(10)
    async with hearing():
        await until(lambda: ear.hears)
        remember(memory)

    assert (ear.hears, len(memory)) == (False, 0)
