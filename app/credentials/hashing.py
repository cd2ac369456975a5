"""Argon2id off the event loop: a bounded pool of threads with a bounded queue (RFC 9106)."""

from __future__ import annotations

import asyncio
import base64
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from app.credentials import foreign_hashes
from app.credentials.errors import HashingBusy
from app.kit.runtime import settings

_OWN = "$argon2id$"
_SALT_BYTES = 16
_HASH_BYTES = 32
Result = TypeVar("Result")


class Hasher:
    """Hashes and verifies passwords with one set of parameters.

    Args:
        memory_kib, time_cost, parallelism: argon2id parameters.
        concurrency: hashes computed at once; each holds `memory_kib`.
        queue: hashes that may wait.
    """

    def __init__(self, memory_kib: int, time_cost: int, parallelism: int, concurrency: int, queue: int) -> None:
        self._argon2 = PasswordHasher(
            time_cost=time_cost,
            memory_cost=memory_kib,
            parallelism=parallelism,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
            type=Type.ID,
        )
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="argon2")
        self._capacity = concurrency + queue
        self._dummy = _make_dummy(memory_kib, time_cost, parallelism)
        self.running = 0
        self.computed = 0

    async def hash(self, password: str) -> str:
        """A new hash in PHC form.

        Raises:
            HashingBusy: the queue is full.
        """
        return await self._run(lambda: self._argon2.hash(password))

    async def verify(self, phc: str | None, password: str) -> bool:
        """Whether the password has this hash. None costs the same and is never right.

        Raises:
            HashingBusy: the queue is full.
        """
        return await self._run(lambda: self._matches(phc or self._dummy, password)) and phc is not None

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do something else that takes a processor for a while, in the place of a hash.

        Raises:
            HashingBusy: the queue is full.
        """
        return await self._run(work, is_hash=False)

    def is_outdated(self, phc: str) -> bool:
        """Whether the hash was made with other parameters than these, or in another way."""
        return not phc.startswith(_OWN) or self._argon2.check_needs_rehash(phc)

    def _matches(self, phc: str, password: str) -> bool:
        if not phc.startswith(_OWN):
            # Never quicker than for an account that nobody has; how much slower, the hash decides.
            self._matches(self._dummy, password)
            return foreign_hashes.matches(phc, password)
        try:
            return self._argon2.verify(phc, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], Result], *, is_hash: bool = True) -> Result:
        if self.running >= self._capacity:
            raise HashingBusy
        self.running += 1
        future = self._pool.submit(work)
        loop = asyncio.get_running_loop()
        # INVARIANT: a place is freed when the thread is done, not when the caller gave up waiting.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._free, is_hash))
        return await asyncio.wrap_future(future)

    def _free(self, is_hash: bool) -> None:
        self.running -= 1
        self.computed += is_hash


def hasher() -> Hasher:
    """The hasher for the settings in force."""
    chosen = settings()
    return _hasher(
        chosen.argon2_memory_kib,
        chosen.argon2_time_cost,
        chosen.argon2_parallelism,
        chosen.argon2_concurrency,
        chosen.argon2_queue,
    )


@lru_cache(maxsize=8)
def _hasher(memory_kib: int, time_cost: int, parallelism: int, concurrency: int, queue: int) -> Hasher:
    return Hasher(memory_kib, time_cost, parallelism, concurrency, queue)


def _make_dummy(memory_kib: int, time_cost: int, parallelism: int) -> str:
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (_SALT_BYTES, _HASH_BYTES)
    )
    return f"$argon2id$v=19$m={memory_kib},t={time_cost},p={parallelism}${salt}${digest}"
