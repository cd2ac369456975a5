"""The database gateway: one pool shared by Tortoise and by plain SQL, one unit of work.

Hot paths call `fetch`, `fetch_row`, `fetch_value` and `execute` with SQL that asyncpg prepares
once per connection. Ordinary CRUD uses the rooms' Tortoise models. Both take part in the unit
of work that is open, and neither commits: the edge does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
import orjson
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from app.kit.db_errors import translated, translated_statements
from app.kit.pool import PooledConnection, observed

__all__ = [
    "PooledConnection", "Row", "UnitOfWork", "after_commit", "after_rollback", "close_database", "connection",
    "copy_rows", "dump_json", "execute", "execute_many", "fetch", "fetch_row", "fetch_value", "is_in_unit_of_work",
    "is_marked", "joined_unit_of_work", "load_json", "mark_unit_of_work", "observed", "open_database", "stream",
    "tortoise_config", "translated", "unit_of_work",
]  # fmt: skip

Row: TypeAlias = asyncpg.Record
Work = Callable[[], Awaitable[object]]

_CONNECTION = "default"
COMMAND_TIMEOUT = timedelta(seconds=30)
_STATEMENT_CACHE = 1_000
_CONNECT_TIMEOUT_SECONDS = 5


def tortoise_config(
    dsn: str,
    apps: dict[str, dict[str, Any]],
    *,
    pool_size: int = 10,
    command_timeout: timedelta | None = COMMAND_TIMEOUT,
) -> dict[str, Any]:
    """Tortoise's configuration for one database whose apps are the rooms.

    Args:
        command_timeout: how long a statement may take before the database counts as away; None for migrations.
    """
    parts = urlsplit(dsn)
    return {
        "connections": {
            _CONNECTION: {
                "engine": "app.kit.pool",
                "credentials": {
                    "host": parts.hostname or "localhost",
                    "port": parts.port or 5432,
                    "user": unquote(parts.username or ""),
                    "password": unquote(parts.password or ""),
                    "database": unquote(parts.path.removeprefix("/")),
                    "minsize": 1,
                    "maxsize": pool_size,
                    "connection_class": PooledConnection,
                    "statement_cache_size": _STATEMENT_CACHE,
                    "timeout": _CONNECT_TIMEOUT_SECONDS,
                    "command_timeout": command_timeout.total_seconds() if command_timeout else None,
                    "application_name": "auther",
                    "ssl": parse_qs(parts.query).get("sslmode", [None])[-1],
                },
            }
        },
        "apps": apps,
        "use_tz": True,
        "timezone": "UTC",
    }


async def open_database(config: dict[str, Any]) -> TortoiseContext:
    """Open the process's pool. Close it with `close_database`.

    Raises:
        Unavailable: `kit_database_unavailable`.
    """
    context = await Tortoise.init(config=config, _enable_global_fallback=True)
    try:
        await fetch_value("SELECT 1")
    except BaseException:
        await close_database()
        raise
    return context


async def close_database() -> None:
    """Close the pool; in-flight statements end first (10 s at most)."""
    await Tortoise.close_connections()


@asynccontextmanager
async def connection() -> AsyncIterator[asyncpg.Connection]:
    """The connection of the open unit of work, else one from the pool.

    Raises:
        Unavailable: `kit_database_unavailable`, PostgreSQL is away or the pool is exhausted.
    """
    with translated():
        async with get_connection(_CONNECTION).acquire_connection() as held:
            yield held


async def fetch(sql: str, *args: object) -> list[Row]:
    """All rows."""
    with translated():
        async with get_connection(_CONNECTION).acquire_connection() as held:
            rows: list[Row] = await held.fetch(sql, *args)
            return rows


async def fetch_row(sql: str, *args: object) -> Row | None:
    """The first row, None if there is none."""
    with translated():
        async with get_connection(_CONNECTION).acquire_connection() as held:
            return await held.fetchrow(sql, *args)


async def fetch_value(sql: str, *args: object) -> Any:
    """The first column of the first row, None if there is no row."""
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def execute(sql: str, *args: object) -> int:
    """Run a statement; the number of rows that it touched."""
    async with connection() as held:
        status: str = await held.execute(sql, *args)
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0


async def execute_many(sql: str, rows: Sequence[Sequence[object]]) -> None:
    """Run one statement for many rows in one round trip, all or nothing."""
    async with connection() as held:
        await held.executemany(sql, rows)


async def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Bring rows into a table by COPY, the quickest way in; all or nothing."""
    async with connection() as held:
        await held.copy_records_to_table(table, columns=columns, records=rows)


async def stream(sql: str, *args: object, batch: int) -> AsyncIterator[list[Row]]:
    """All rows, `batch` at a time, by a cursor that lives as long as the open unit of work."""
    async with connection() as held:
        cursor = await held.cursor(sql, *args)
        while rows := await cursor.fetch(batch):
            yield rows


class UnitOfWork:
    """One transaction and what has to happen around its end."""

    def __init__(self) -> None:
        self.committed: list[Work] = []
        self.rolled_back: list[Work] = []
        self.marks: set[str] = set()


_unit: ContextVar[UnitOfWork | None] = ContextVar("unit_of_work", default=None)


@asynccontextmanager
async def unit_of_work() -> AsyncIterator[UnitOfWork]:
    """One transaction: committed when the block ends, rolled back when it raises.

    Only the edge (a route, a mutation, a job, a command) opens one; services never do.

    Raises:
        RuntimeError: inside another unit of work.
        Unavailable: `kit_database_unavailable`.
    """
    if _unit.get() is not None:
        raise RuntimeError("a unit of work is open already")
    unit = UnitOfWork()
    token = _unit.set(unit)
    try:
        async with _transaction():
            yield unit
    except BaseException:
        _unit.reset(token)
        await _leave_traces(unit)
        raise
    _unit.reset(token)
    for work in unit.committed:
        await work()


@asynccontextmanager
async def _transaction() -> AsyncIterator[None]:
    context = in_transaction(_CONNECTION)
    with translated():
        await context.__aenter__()
    try:
        with translated_statements():
            yield
    except BaseException as error:
        with translated():
            await context.__aexit__(type(error), error, error.__traceback__)
        raise
    with translated():
        await context.__aexit__(None, None, None)


@asynccontextmanager
async def joined_unit_of_work() -> AsyncIterator[None]:
    """The unit of work that is open, else one of its own (for code that runs in both places)."""
    if _unit.get() is not None:
        yield
        return
    async with unit_of_work():
        yield


def is_in_unit_of_work() -> bool:
    return _unit.get() is not None


def mark_unit_of_work(mark: str) -> None:
    """Remember something of the open unit of work until it ends (that it wrote what others keep in memory).

    Raises:
        RuntimeError: outside a unit of work.
    """
    _open_unit().marks.add(mark)


def is_marked(mark: str) -> bool:
    """Whether there is an open unit of work, and it has this mark."""
    unit = _unit.get()
    return unit is not None and mark in unit.marks


def after_commit(work: Work) -> None:
    """Run `work` once the open unit of work is committed, in the order of the calls.

    Raises:
        RuntimeError: outside a unit of work.
    """
    _open_unit().committed.append(work)


def after_rollback(work: Work) -> None:
    """If the open unit of work rolls back, run `work` in a committed unit of its own.

    For what must leave a trace even though the request failed: a counter of wrong passwords, a
    revoked token family, the audit row of a denial.

    Raises:
        RuntimeError: outside a unit of work.
    """
    _open_unit().rolled_back.append(work)


def _open_unit() -> UnitOfWork:
    unit = _unit.get()
    if unit is None:
        raise RuntimeError("no unit of work is open")
    return unit


async def _leave_traces(unit: UnitOfWork) -> None:
    for work in unit.rolled_back:
        async with unit_of_work():
            await work()


def dump_json(value: object) -> str:
    """JSON text for a `jsonb` parameter."""
    return orjson.dumps(value).decode()


def load_json(text: str | bytes | None) -> Any:
    """The value of a `jsonb` column read by plain SQL."""
    return None if text is None else orjson.loads(text)
