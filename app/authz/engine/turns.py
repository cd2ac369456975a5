"""Turns of the event loop: whoever works long in memory lets others have theirs every few milliseconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Final, TypeVar

Item = TypeVar("Item")

SLICE_SECONDS: Final = 0.005


class Turns:
    """The time of one piece of work, cut into slices."""

    __slots__ = ("_began_at", "_ends_at", "_spent_before")

    def __init__(self) -> None:
        self._spent_before = 0.0
        self._began_at = time.perf_counter()
        self._ends_at = self._began_at + SLICE_SECONDS

    @property
    def spent_seconds(self) -> float:
        """Time of its own, without that of others."""
        return self._spent_before + time.perf_counter() - self._began_at

    @property
    def is_over(self) -> bool:
        """Whether the slice is used up: time to `breathe`."""
        return time.perf_counter() >= self._ends_at

    async def breathe(self) -> None:
        """Let others have their turn when the slice is used up."""
        if self.is_over:
            await self.wait_for(asyncio.sleep(0))
            self._ends_at = time.perf_counter() + SLICE_SECONDS

    async def wait_for(self, other: Awaitable[Item]) -> Item:
        """Await something whose time is not counted."""
        self._spent_before += time.perf_counter() - self._began_at
        try:
            return await other
        finally:
            self._began_at = time.perf_counter()


class _NoTurns(Turns):
    """For work that waits for the database anyway: it goes on until then."""

    __slots__ = ()

    @property
    def is_over(self) -> bool:
        return False


NO_TURNS: Final[Turns] = _NoTurns()
