"""How much of one turn of the event loop scripts may take."""

from __future__ import annotations

import asyncio
from typing import Final

# Hundreds of quick scripts; what is beyond waits for the next turn, behind whatever else is ready.
MAX_SECONDS: Final = 0.005


class Turn:
    """The time that scripts took of the present turn of the event loop, whether in one task or in many."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._seconds = 0.0

    async def wait(self) -> None:
        """Return at once, unless this turn is spent: then in one of the next."""
        loop = asyncio.get_running_loop()
        while True:
            if self._seconds <= MAX_SECONDS or self._loop is not loop:
                return
            await asyncio.sleep(0)

    def note(self, seconds: float) -> None:
        """A script took so long."""
        loop = asyncio.get_running_loop()
        if self._seconds == 0.0 or self._loop is not loop:
            self._loop, self._seconds = loop, 0.0
            loop.call_soon(self._begin)
        self._seconds += seconds

    def _begin(self) -> None:
        self._seconds = 0.0
