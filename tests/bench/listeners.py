"""`python -m tests.bench.listeners`: a thousand listeners of the audit trail, half of them on sockets.

An event is committed by another process than the server's; measured is how long after its commit the listeners have
it. The server has a core of its own, listeners and writer share the other.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

import psutil
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect

from app import wiring
from app.authz.service import grant_relation, super_admin
from app.events.service import emit
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.notify import flush_notifications
from app.kit.postgres import start_postgres, stop_postgres
from app.kit.settings import Settings
from app.sessions.service import begin_session
from app.tables import APPS
from app.users.service import register_user
from app.users.types import NewUser
from tests.bench.__main__ import LOAD_CORE, SERVER_CORE
from tests.e2e.server import ServerProcess
from tests.events.support import DoorOpened

LISTENERS = int(os.environ.get("LISTENERS", "1000"))
EVENTS = int(os.environ.get("EVENTS", "20"))
PAUSE_SECONDS = float(os.environ.get("PAUSE", "0.7"))
OPERATORS = 20
BUDGET_MS = 250
DOCUMENT = (
    Path(__file__).parents[2] / "graphql" / "audit" / "AuditEventsStream.graphql"
).read_text() + "\nfragment AuditEventFields on AuditEvent { id action outcome occurredAt actorId targetType targetId }"
FILTER = {"filter": {"action": "door."}}
SECRET = "a secret for measuring, thirty-two bytes or more"

Note = Callable[[str], None]


class Seen:
    """When each listener had each event."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = {}
        self.is_complete = asyncio.Event()

    def note(self, target: str) -> None:
        times = self.times.setdefault(target, [])
        times.append(time.perf_counter())
        if len(times) == LISTENERS:
            self.is_complete.set()


class EventStream(asyncio.Protocol):
    """A listener by server-sent events, which looks for the name of an event only."""

    def __init__(self, request: bytes, opened: asyncio.Future[None], note: Note) -> None:
        self._request, self._opened, self._note = request, opened, note

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        assert b'"errors"' not in data, data
        if b'"node":null' in data and not self._opened.done():
            self._opened.set_result(None)
        for part in data.split(b'"targetId":"')[1:]:
            self._note(part.split(b'"', 1)[0].decode())

    def connection_lost(self, error: Exception | None) -> None:
        if not self._opened.done():
            self._opened.set_exception(ConnectionError("the server closed a stream that it had not opened"))


async def open_event_stream(url: str, cookie: str, note: Note) -> None:
    parts = urlsplit(url)
    body = json.dumps({"query": DOCUMENT, "variables": FILTER}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nhost: {parts.netloc}\r\ncookie: auther_session={cookie}\r\nx-auther-csrf: 1\r\n"
        f"accept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    loop = asyncio.get_running_loop()
    opened = loop.create_future()
    await loop.create_connection(lambda: EventStream(head.encode() + body, opened, note), "127.0.0.1", parts.port)
    await opened


async def open_socket(url: str, cookie: str, stack: AsyncExitStack) -> ClientConnection:
    headers = {"cookie": f"auther_session={cookie}", "x-auther-csrf": "1"}
    opened = await stack.enter_async_context(
        connect(
            f"ws{url.removeprefix('http')}/graphql",
            subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
            additional_headers=headers,
            compression=None,
            ping_interval=None,
            proxy=None,
        )
    )
    await opened.send('{"type":"connection_init"}')
    await opened.recv()
    payload = {"query": DOCUMENT, "variables": FILTER}
    await opened.send(json.dumps({"type": "subscribe", "id": "1", "payload": payload}))
    first = str(await opened.recv())
    assert '"node":null' in first, first
    return opened


async def read_socket(opened: ClientConnection, note: Note) -> None:
    async for message in opened:
        note(str(message).split('"targetId":"', 1)[1].split('"', 1)[0])


async def make_operators() -> list[str]:
    """Cookies of operators: each caller has a hundred streams at most."""
    cookies = []
    for n in range(OPERATORS):
        async with unit_of_work():
            user = await register_user(SYSTEM, NewUser(email=f"operator{n}@example.com", email_verified=True))
            await grant_relation(SYSTEM, super_admin("user", user.id))
            new = await begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser")
        cookies.append(new.token)
    await flush_notifications()
    return cookies


async def measure(server: ServerProcess) -> list[float]:
    """Milliseconds from the commit of an event to each listener, of all events but the first."""
    url, process = server.url, psutil.Process(server.pid)
    cookies, seen = await make_operators(), Seen()
    async with AsyncExitStack() as stack:
        readers = []
        for n in range(LISTENERS):
            cookie = cookies[n % OPERATORS]
            if (n // OPERATORS) % 2:
                await open_event_stream(url, cookie, seen.note)
            else:
                readers.append(asyncio.create_task(read_socket(await open_socket(url, cookie, stack), seen.note)))
        print(f"{LISTENERS} listeners, {len(readers)} of them on sockets", flush=True)
        idle = await spent_cpu(process, asyncio.sleep(3)) / 3
        print(f"CPU of the server while nothing happens: {idle:.0f} ms a second", flush=True)
        found: list[float] = []
        before, began = cpu_ms(process), time.perf_counter()
        for n in range(EVENTS + 1):
            await asyncio.sleep(PAUSE_SECONDS)
            seen.is_complete.clear()
            async with unit_of_work():
                await emit(SYSTEM, DoorOpened(target_id=f"door_{n}"))
            committed = time.perf_counter()
            try:
                await asyncio.wait_for(seen.is_complete.wait(), 30)
            except TimeoutError:
                raise SystemExit(f"only {len(seen.times.get(f'door_{n}', ()))} have the event {n}") from None
            found += [(moment - committed) * 1_000 for moment in seen.times[f"door_{n}"]] if n else []
        busy = cpu_ms(process) - before - idle * (time.perf_counter() - began)
        print(f"CPU of the server for an event: {busy / (EVENTS + 1):.0f} ms", flush=True)
        for reader in readers:
            reader.cancel()
    return found


def cpu_ms(process: psutil.Process) -> float:
    times = process.cpu_times()
    return (times.user + times.system) * 1_000


async def spent_cpu(process: psutil.Process, work: Awaitable[None]) -> float:
    """Milliseconds of CPU that a process uses meanwhile."""
    before = cpu_ms(process)
    await work
    return cpu_ms(process) - before


async def run(dsn: str, server: ServerProcess) -> list[float]:
    settings = Settings(_env_file=None, secret=SecretStr(SECRET), public_url=server.url)  # type: ignore[call-arg]
    wiring.wire(settings)
    await db.open_database(db.tortoise_config(dsn, APPS))
    try:
        return await measure(server)
    finally:
        await flush_notifications()
        await db.close_database()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        database = start_postgres(Path(folder) / "bench")
        server = ServerProcess(
            Path(folder) / "bench",
            core=SERVER_CORE,
            AUTHER_DATABASE_URL=database.dsn,
            AUTHER_SECRET=SECRET,
            AUTHER_LOG_LEVEL="warning",
        ).start()
        try:
            os.sched_setaffinity(0, {LOAD_CORE})
            found = asyncio.run(run(database.dsn, server))
        except Exception:
            print("\n".join(server.output[-60:]))
            raise
        finally:
            server.stop()
            stop_postgres(database)
    parts = quantiles(found, n=100)
    is_kept = parts[94] < BUDGET_MS
    print(
        f"audit subscription, {LISTENERS:,} listeners: p50 {parts[49]:.0f} ms, p95 {parts[94]:.0f} ms, "
        f"p99 {parts[98]:.0f} ms, most {max(found):.0f} ms after the commit (budget: p95 < {BUDGET_MS} ms)"
    )
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
