"""The pool behind `app.kit.db`: Tortoise's PostgreSQL client with what it lacks.

Waiting for a connection is bounded, a transaction that cannot begin leaves nothing behind, and
statements can be observed. Tortoise finds `client_class` by the name of this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any

import asyncpg
from asyncpg.pool import Pool
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import ConfigurationError

from app.kit.errors import Unavailable

# A request that has waited so long is better told so than kept: whoever holds the connections is stuck.
ACQUIRE_TIMEOUT_SECONDS = 5.0
# asyncpg's own defaults, which its constructor wants spelt out.
_MAX_QUERIES = 50_000
_IDLE_LIFETIME_SECONDS = 300.0

Observer = Callable[[str], None]

_observer: ContextVar[Observer | None] = ContextVar("statement_observer", default=None)


@contextmanager
def observed(observer: Observer) -> Iterator[None]:
    """Show each SQL statement that the block runs (tests count them; traces time them)."""
    token = _observer.set(observer)
    try:
        yield
    finally:
        _observer.reset(token)


def _observe(query: object) -> None:
    observer = _observer.get()
    if observer is not None:
        observer(str(query))


class PooledConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection whose release costs no round trip, and whose statements can be observed.

    INVARIANT: no session state (SET, LISTEN, advisory session locks) on pooled connections,
    because nothing resets it.
    """

    def get_reset_query(self) -> str:
        return ""

    async def _execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        _observe(query)
        return await super()._execute(query, *args, **kwargs)

    async def _executemany(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        _observe(query)
        return await super()._executemany(query, *args, **kwargs)

    async def execute(self, query: str, *args: Any, **kwargs: Any) -> str:
        if not args:
            _observe(query)
        return str(await super().execute(query, *args, **kwargs))


class BoundedPool(Pool):  # type: ignore[misc]
    """A pool that gives up waiting for a connection; asyncpg's own waits for ever."""

    async def _acquire(self, timeout: float | None) -> Any:
        if self._queue is not None and not self._queue.empty():
            # Nobody to wait for; opening a connection is bounded by itself.
            return await super()._acquire(None)
        try:
            async with asyncio.timeout(timeout or ACQUIRE_TIMEOUT_SECONDS):
                return await super()._acquire(None)
        except TimeoutError as error:
            raise Unavailable(
                "kit_database_unavailable",
                "The database does not answer now. Try again soon.",
                detail=f"no connection within {ACQUIRE_TIMEOUT_SECONDS} s; pool: {self.get_size()}"
                f" open, {self.get_idle_size()} idle, {self.get_max_size()} at most",
            ) from error


def pool_sizes() -> tuple[int, int]:
    """Connections that the open pool has, and those of them that nobody uses; nought before it is open."""
    try:
        pool = get_connections().get("default")._pool
    except ConfigurationError:
        return 0, 0
    return (pool.get_size(), pool.get_idle_size()) if pool is not None else (0, 0)


class _Transaction(TransactionContextPooled):
    """Tortoise's own keeps a dead connection for the rest of the task when BEGIN or the release fails."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        get_connections().reset(self.token)
        try:
            if kind is None:
                await self.client.commit()
            else:
                # A transaction whose connection is gone is rolled back already; the block's own error counts.
                with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
                    await self.client.rollback()
        finally:
            await self.client._parent._pool.release(self.client._connection)


class PooledClient(AsyncpgDBClient):
    """Tortoise's client on a bounded pool."""

    async def create_pool(self, **options: Any) -> Pool:
        return await BoundedPool(
            init_size=options["min_size"],
            max_queries=_MAX_QUERIES,
            max_inactive_connection_lifetime=_IDLE_LIFETIME_SECONDS,
            record_class=asyncpg.Record,
            **options,
        )

    def _in_transaction(self) -> _Transaction:
        return _Transaction(TransactionWrapper(self), self._pool_init_lock)


client_class = PooledClient
