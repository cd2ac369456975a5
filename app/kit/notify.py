"""PostgreSQL notifications: told after a commit, in batches; heard on a connection of their own.

A notification is a hint. It may be lost (the process dies between commit and telling, the
listener is just reconnecting), so whoever listens also polls.
"""

from __future__ import annotations

import asyncio
import contextvars
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import structlog
from tortoise.connection import get_connection

from app.kit import db
from app.kit.errors import Unavailable

_log = structlog.get_logger("auther.notify")

_CONNECT_TIMEOUT_SECONDS = 5
# How often an idle connection is asked whether it still lives: a vanished peer sends no goodbye.
_PROBE_SECONDS = 15
_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 5.0

_TELL = "SELECT pg_notify(n.channel, n.payload) FROM unnest($1::text[], $2::text[]) AS n (channel, payload)"

Hear = Callable[[str, str], None]


class _Teller:
    """Sends what piled up in one statement, beside the request that caused it.

    A commit that notifies takes a lock of the whole database until it is on disk; sent on its own
    and for many commits at once, no request waits for that.
    """

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str], None] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, channel: str, payload: str) -> None:
        self._pending[channel, payload] = None
        if self._task is None or self._task.done():
            # A fresh context: the request's transaction and statement observer are not ours.
            self._task = asyncio.create_task(self._send(), context=contextvars.Context())

    async def _send(self) -> None:
        while self._pending:
            batch = list(self._pending)
            self._pending.clear()
            try:
                await db.execute(_TELL, [channel for channel, _ in batch], [payload for _, payload in batch])
            except Unavailable as error:
                _log.warning("notify.lost", count=len(batch), detail=error.detail)
                return

    async def drain(self) -> None:
        if self._task is not None and not self._task.done():
            await asyncio.wait([self._task])


_teller = _Teller()


def notify_after_commit(channel: str, payload: str = "") -> None:
    """Tell the listeners of a channel once the open unit of work is committed.

    Args:
        channel: lower-case name.
        payload: ids only, never content; less than 8,000 bytes.

    Raises:
        RuntimeError: outside a unit of work.
    """

    async def tell() -> None:
        _teller.add(channel, payload)

    db.after_commit(tell)


async def flush_notifications() -> None:
    """Wait until what was committed is told (before a short-lived process ends)."""
    await _teller.drain()


class Listener:
    """Hears channels on one dedicated connection, which it opens again whenever it breaks.

    Args:
        channels: what to listen to.
        hear: called with channel and payload, on the event loop; must not block.
        on_connect: called after each connect: whatever was told before was not heard.
        on_proof: called with the moment (`time.monotonic`) before which everything told was heard.
        on_loss: called whenever the connection is gone.
        probe_seconds: how often an idle connection has to prove that it lives.
    """

    def __init__(
        self,
        channels: Sequence[str],
        hear: Hear,
        on_connect: Callable[[], None],
        *,
        on_proof: Callable[[float], None] = lambda _: None,
        on_loss: Callable[[], None] = lambda: None,
        probe_seconds: float = _PROBE_SECONDS,
    ) -> None:
        self._channels = tuple(channels)
        self._hear = hear
        self._on_connect = on_connect
        self._on_proof = on_proof
        self._on_loss = on_loss
        self._probe_seconds = probe_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until `stop` is set."""
        failures = 0
        while not stop.is_set():
            try:
                await self._listen(stop)
                failures = 0
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                failures += 1
                if failures == 1:
                    _log.warning("listen.lost", channels=self._channels, error=repr(error))
                await wait_for_event(stop, reconnect_delay(failures))

    async def _listen(self, stop: asyncio.Event) -> None:
        connection = await _connect()
        closed = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: closed.set())
            for channel in self._channels:
                await connection.add_listener(channel, self._on_notification)
            self._on_connect()
            while not stop.is_set() and not closed.is_set():
                await self._prove(connection)
                await _first_of(stop, closed, timeout=self._probe_seconds)
        finally:
            self._on_loss()
            connection.terminate()

    async def _prove(self, connection: asyncpg.Connection) -> None:
        # A backend hands over what it was told before it says that it is done with a statement.
        asked_at = time.monotonic()
        await connection.execute("SELECT 1", timeout=_CONNECT_TIMEOUT_SECONDS)
        self._on_proof(asked_at)

    def _on_notification(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self._hear(channel, str(payload))


def reconnect_delay(failures: int) -> float:
    """Seconds to wait before the next attempt: doubling, capped, with jitter."""
    ceiling: float = min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** min(failures, 10))
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


async def wait_for_event(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event, at most so long; whether it is set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True


async def _first_of(*events: asyncio.Event, timeout: float) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def _connect() -> asyncpg.Connection:
    pool: Any = get_connection("default")
    return await asyncpg.connect(
        host=pool.host,
        port=pool.port,
        user=pool.user,
        password=pool.password,
        database=pool.database,
        ssl=pool.extra.get("ssl"),
        timeout=_CONNECT_TIMEOUT_SECONDS,
        server_settings={"application_name": "auther listener"},
    )
