"""A small HTTP/1.1 load generator: keep-alive connections, each with one request in flight.

It runs in a process of its own, pinned to another core than the server's, and bounded in requests.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import quantiles
from typing import cast
from urllib.parse import urlsplit

import uvloop

# Makes the request bytes: (number of the request, answer to the former one on this connection) → request.
Requests = Callable[[int, bytes], bytes]
MAX_SECONDS = 120
_HEADER_END = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run showed. Times in milliseconds."""

    requests: int
    errors: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


class _Client(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send(b"")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(_HEADER_END)
        if not found or len(body) < _content_length(head):
            return
        self._run.record(int(head[9:12]), time.perf_counter() - self._sent_at)
        self._buffer = b""
        self._send(body)

    def connection_lost(self, error: Exception | None) -> None:
        self._run.leave()

    def _send(self, answer: bytes) -> None:
        assert self._transport is not None
        request = self._run.next_request(answer)
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


class _Run:
    def __init__(self, requests: Requests, total: int, connections: int) -> None:
        self._requests, self._total, self._open = requests, total, connections
        self._next = 0
        self.errors = 0
        self.times: list[float] = []
        self.done = asyncio.get_running_loop().create_future()

    def next_request(self, answer: bytes) -> bytes | None:
        if self._next >= self._total:
            return None
        self._next += 1
        return self._requests(self._next - 1, answer)

    def record(self, status: int, seconds: float) -> None:
        self.times.append(seconds * 1000)
        self.errors += status >= 400

    def leave(self) -> None:
        self._open -= 1
        if self._open == 0 and not self.done.done():
            self.done.set_result(None)


async def _run(url: str, requests: Requests, total: int, connections: int) -> Measured:
    run = _Run(requests, total, connections)
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    for _ in range(connections):
        await loop.create_connection(lambda: _Client(run), "127.0.0.1", parts.port)
    async with asyncio.timeout(MAX_SECONDS):
        await run.done
    seconds = time.perf_counter() - started
    cuts = quantiles(run.times, n=100)
    return Measured(len(run.times), run.errors, len(run.times) / seconds, cuts[49], cuts[94], cuts[98])


def _child(pipe: Connection, url: str, requests: Requests, total: int, connections: int, core: int) -> None:
    os.sched_setaffinity(0, {core})
    pipe.send(uvloop.run(_run(url, requests, total, connections)))


def measure(url: str, requests: Requests, *, total: int, connections: int = 16, core: int = 1) -> Measured:
    """Send `total` requests over `connections` and time each answer."""
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, url, requests, total, connections, core))
    process.start()
    measured: Measured = ours.recv()
    process.join()
    return measured


def request(method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """The bytes of one request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "host: localhost",
        *(f"{name}: {value}" for name, value in (headers or {}).items()),
    ]
    if body or method == "POST":
        lines.append(f"content-length: {len(body)}")
    return "\r\n".join(lines).encode() + _HEADER_END + body


def _content_length(head: bytes) -> int:
    lowered = head.lower()
    at = lowered.find(_LENGTH)
    if at < 0:
        return 0
    end = lowered.find(b"\r\n", at)
    return int(lowered[at + len(_LENGTH) : end if end >= 0 else None])
