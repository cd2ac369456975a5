"""Where a script runs: at once, or in one of two kinds of threads; remembered for those that took too long."""

from __future__ import annotations

from collections import OrderedDict
from enum import IntEnum
from typing import Final

# Scripts that are remembered, and how often they go where they had to go before they are tried again.
MAX_REMEMBERED: Final = 1_024
RUNS: Final = 100


class Place(IntEnum):
    """LOOP: the event loop runs it. QUICK: a thread that only ever runs short work. SLOW: threads for the others."""

    LOOP = 0
    QUICK = 1
    SLOW = 2


class Places:
    """What is known of the scripts that the event loop could not finish. One thread asks."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Place, int]] = OrderedDict()

    def find(self, source: str) -> Place:
        """Where to begin with a script."""
        known = self._known.get(source)
        if known is None:
            return Place.LOOP
        place, left = known
        if left == 0:
            del self._known[source]
            return Place.LOOP
        self._known[source] = place, left - 1
        return place

    def note(self, source: str, place: Place) -> None:
        """A script had to go there."""
        self._known[source] = place, RUNS
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
