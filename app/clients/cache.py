"""What this process remembers for a moment: clients it was asked for, origins it was called from.

A change made in another process is seen here after the time to live at the latest; one made in
this process at once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from app.clients import queries
from app.clients.queries import StoredClient
from app.kit import clock

CLIENT_TTL = timedelta(seconds=2)
ORIGIN_TTL = timedelta(seconds=5)
_MAX_CLIENTS = 5_000
_MAX_ORIGINS = 1_000
_MAX_USES = 10_000
# How exact `last_used_at` is: a secret in constant use is written so often by each process.
USE_PRECISION = timedelta(minutes=5)

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ShortMemory(Generic[Key, Value]):
    """At most `size` values, each for `ttl`; the oldest give way."""

    def __init__(self, ttl: timedelta, size: int) -> None:
        self._ttl = ttl
        self._size = size
        self._held: OrderedDict[Key, tuple[datetime, Value]] = OrderedDict()
        self._generation = 0

    def begin(self) -> int:
        """Call before a value is read; what it returns is for `keep`."""
        return self._generation

    def keep(self, begun: int, key: Key, value: Value) -> None:
        """Put a value, unless something was dropped since `begin`: it may be as it was before."""
        if begun == self._generation:
            self.put(key, value)

    def get(self, key: Key) -> Value | None:
        entry = self._held.get(key)
        if entry is None or abs(clock.now() - entry[0]) >= self._ttl:
            return None
        return entry[1]

    def put(self, key: Key, value: Value) -> None:
        self._held[key] = (clock.now(), value)
        self._held.move_to_end(key)
        if len(self._held) > self._size:
            self._held.popitem(last=False)

    def drop(self, key: Key) -> None:
        self._generation += 1
        self._held.pop(key, None)

    def clear(self) -> None:
        self._generation += 1
        self._held.clear()


_clients: ShortMemory[str, StoredClient] = ShortMemory(CLIENT_TTL, _MAX_CLIENTS)
_origins: ShortMemory[str, bool] = ShortMemory(ORIGIN_TTL, _MAX_ORIGINS)
_uses: ShortMemory[str, bool] = ShortMemory(USE_PRECISION, _MAX_USES)


async def read_client(client_id: str) -> StoredClient | None:
    """The client as it was at most CLIENT_TTL ago; what an open transaction wrote is not remembered."""
    held = _clients.get(client_id)
    if held is not None:
        return held
    begun = _clients.begin()
    stored = await queries.find_client(client_id)
    if stored is not None and not stored.is_uncommitted:
        _clients.keep(begun, client_id, stored)
    return stored


async def read_origin(origin: str) -> bool:
    """Whether a browser application is registered there, as it was at most ORIGIN_TTL ago."""
    held = _origins.get(origin)
    if held is None:
        begun = _origins.begin()
        held = await queries.has_origin(origin)
        _origins.keep(begun, origin, held)
    return held


def is_first_use(secret_id: str) -> bool:
    """True once in USE_PRECISION for each secret."""
    if _uses.get(secret_id) is not None:
        return False
    _uses.put(secret_id, True)
    return True


def forget_all() -> None:
    """Drop everything."""
    for memory in (_clients, _origins, _uses):
        memory.clear()


def forgetter(client_id: str) -> Callable[[], Awaitable[None]]:
    """For `after_commit`: drop one client, and all origins."""

    async def forget() -> None:
        _clients.drop(client_id)
        _origins.clear()

    return forget
