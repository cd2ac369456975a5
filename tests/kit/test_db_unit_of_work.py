"""A unit of work: all or nothing, and what happens around its end."""

from __future__ import annotations

import asyncio

import pytest

from app.kit import db
from app.kit.db import after_commit, after_rollback, is_in_unit_of_work, joined_unit_of_work, unit_of_work
from app.kit.errors import InvalidInput, Unavailable
from app.kit.models import Counter

_INSERT = "INSERT INTO kit_counter (name, bucket, window_start, hits, expires_at) VALUES ('t', $1, 0, 1, now())"


async def write(bucket: str) -> None:
    await db.execute(_INSERT, bucket)


async def written() -> list[str]:
    """What other transactions see."""

    async def read() -> list[str]:
        return [row["bucket"] for row in await db.fetch("SELECT bucket FROM kit_counter ORDER BY bucket")]

    return await read()


async def test_a_block_that_ends_is_committed() -> None:
    async with unit_of_work():
        await write("a")
        await write("b")

    assert await written() == ["a", "b"]


async def test_a_block_that_raises_leaves_nothing() -> None:
    with pytest.raises(KeyError):
        async with unit_of_work():
            await write("a")
            raise KeyError

    assert await written() == []


async def test_plain_sql_and_models_share_the_transaction() -> None:
    with pytest.raises(KeyError):
        async with unit_of_work():
            await write("a")
            assert await Counter.filter(bucket="a").count() == 1
            await Counter.filter(bucket="a").update(bucket="b")
            assert await written() == ["b"]
            raise KeyError

    assert await written() == []


async def test_statements_at_once_share_the_transaction() -> None:
    with pytest.raises(KeyError):
        async with unit_of_work():
            await asyncio.gather(*(write(str(n)) for n in range(5)))
            raise KeyError

    assert await written() == []


async def test_two_tasks_have_two_transactions() -> None:
    is_written, may_end = asyncio.Event(), asyncio.Event()

    async def other() -> None:
        async with unit_of_work():
            await write("other")
            is_written.set()
            await may_end.wait()

    task = asyncio.create_task(other())
    await is_written.wait()
    assert await written() == []

    may_end.set()
    await task
    assert await written() == ["other"]


async def test_a_unit_of_work_inside_another_is_refused() -> None:
    async with unit_of_work():
        await write("a")
        with pytest.raises(RuntimeError, match="open already"):
            async with unit_of_work():
                pass
        assert is_in_unit_of_work()

    assert not is_in_unit_of_work()
    assert await written() == ["a"]


async def test_joining_takes_part_in_the_open_one() -> None:
    with pytest.raises(KeyError):
        async with unit_of_work():
            async with joined_unit_of_work():
                await write("a")
            raise KeyError

    assert await written() == []


async def test_joining_opens_one_when_there_is_none() -> None:
    async with joined_unit_of_work():
        assert is_in_unit_of_work()
        await write("a")

    assert await written() == ["a"]


async def test_work_for_after_the_commit_runs_in_order_once_all_is_visible() -> None:
    seen: list[object] = []

    async def look(name: str) -> None:
        seen.append((name, await written(), is_in_unit_of_work()))

    async with unit_of_work():
        after_commit(lambda: look("first"))
        after_commit(lambda: look("second"))
        after_rollback(lambda: look("never"))
        await write("a")
        assert seen == []

    assert seen == [("first", ["a"], False), ("second", ["a"], False)]


async def test_work_for_after_the_commit_does_not_run_after_a_roll_back() -> None:
    seen: list[str] = []

    async def note() -> None:
        seen.append("ran")

    with pytest.raises(KeyError):
        async with unit_of_work():
            after_commit(note)
            raise KeyError

    assert seen == []


async def test_what_must_leave_a_trace_survives_the_roll_back() -> None:
    with pytest.raises(KeyError):
        async with unit_of_work():
            await write("undone")
            after_rollback(lambda: write("first trace"))
            after_rollback(lambda: write("second trace"))
            raise KeyError

    assert await written() == ["first trace", "second trace"]


async def test_a_trace_is_left_when_the_caller_goes_away() -> None:
    is_inside = asyncio.Event()

    async def request() -> None:
        async with unit_of_work():
            await write("undone")
            after_rollback(lambda: write("trace"))
            is_inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(request())
    await is_inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await written() == ["trace"]


@pytest.mark.parametrize("promise", [after_commit, after_rollback])
async def test_promises_outside_of_a_unit_of_work_are_refused(promise: object) -> None:
    assert callable(promise)
    with pytest.raises(RuntimeError, match="no unit of work is open"):
        promise(written)


async def test_a_network_error_of_the_block_itself_stays_what_it_is() -> None:
    refused = ConnectionRefusedError("mail.example.com")

    with pytest.raises(ConnectionRefusedError) as caught:
        async with unit_of_work():
            await write("a")
            raise refused

    assert caught.value is refused
    assert await written() == []


@pytest.mark.parametrize("value", ["nul \0 inside", "half \ud800 a pair", "x" * 257])
async def test_a_text_that_cannot_be_stored_is_the_callers_mistake(value: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        async with unit_of_work():
            await write(value)

    assert caught.value.code == "kit_value"
    assert value not in caught.value.message
    assert await written() == []


async def test_a_number_that_cannot_be_stored_is_the_callers_mistake() -> None:
    with pytest.raises(InvalidInput) as caught:
        await db.execute("UPDATE kit_counter SET hits = $1", 2**70)

    assert caught.value.code == "kit_value"


async def test_a_database_that_takes_no_changes_is_unavailable_for_writing_only() -> None:
    with pytest.raises(Unavailable) as caught:
        async with unit_of_work():
            await db.execute("SET TRANSACTION READ ONLY")
            assert await written() == []
            await write("a")

    assert caught.value.code == "kit_read_only"


async def test_two_units_that_wait_for_each_other_end_with_a_clear_error() -> None:
    await write("a")
    await write("b")
    has_locked = [asyncio.Event(), asyncio.Event()]

    async def lock(mine: int, buckets: tuple[str, str]) -> None:
        async with unit_of_work():
            await db.execute("UPDATE kit_counter SET hits = hits + 1 WHERE bucket = $1", buckets[0])
            has_locked[mine].set()
            await has_locked[1 - mine].wait()
            await db.execute("UPDATE kit_counter SET hits = hits + 1 WHERE bucket = $1", buckets[1])

    results = await asyncio.gather(lock(0, ("a", "b")), lock(1, ("b", "a")), return_exceptions=True)

    errors = [result for result in results if result is not None]
    assert [(type(error), error.code) for error in errors if isinstance(error, Unavailable)] == [
        (Unavailable, "kit_database_busy")
    ]
    assert len(errors) == 1
    assert [row["hits"] for row in await db.fetch("SELECT hits FROM kit_counter")] == [2, 2]


async def test_every_statement_can_be_observed() -> None:
    seen: list[str] = []
    with db.observed(seen.append):
        await db.fetch("SELECT 1 AS a")
        await db.fetch_row("SELECT 2 AS b")
        await db.fetch_value("SELECT $1::int AS c", 3)
        await db.execute("DELETE FROM kit_counter")
        await db.execute("DELETE FROM kit_counter WHERE bucket = $1", "a")
        await db.execute_many(_INSERT, [("a",), ("b",)])
        async with unit_of_work():
            await Counter.filter(bucket="a").delete()
    await db.fetch("SELECT 'unseen'")

    assert seen == [
        "SELECT 1 AS a",
        "SELECT 2 AS b",
        "SELECT $1::int AS c",
        "DELETE FROM kit_counter",
        "DELETE FROM kit_counter WHERE bucket = $1",
        _INSERT,
        "BEGIN;",
        'DELETE FROM "kit_counter" WHERE "bucket"=$1',
        "COMMIT;",
    ]


async def test_many_rows_are_written_all_or_none() -> None:
    with pytest.raises(InvalidInput):
        await db.execute_many(_INSERT, [("a",), ("x" * 300,)])

    assert await written() == []


async def test_executing_tells_how_many_rows_were_touched() -> None:
    await db.execute_many(_INSERT, [("a",), ("b",), ("c",)])

    assert await db.execute("UPDATE kit_counter SET hits = 2 WHERE bucket <> $1", "a") == 2
    assert await db.execute("DELETE FROM kit_counter") == 3
    assert await db.execute("SET LOCAL lock_timeout = 0") == 0


def test_json_goes_in_and_out() -> None:
    assert db.load_json(db.dump_json({"a": [1, None, "ü"]})) == {"a": [1, None, "ü"]}
    assert db.load_json(None) is None
