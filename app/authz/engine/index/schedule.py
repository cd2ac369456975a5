"""Tuples that begin or end at a moment to come."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from app.authz.engine.index.rows import Entry, Key


class _Planned(NamedTuple):
    at: datetime
    serial: int
    key: Key


class Schedule:
    """What happens when. `due` is when the next tuple begins or ends, None when none does."""

    def __init__(self) -> None:
        self.due: datetime | None = None
        self._heap: list[_Planned] = []
        self._serial = 0
        self._entries: dict[Key, tuple[int, Entry, datetime | None]] = {}
        self._waiting: set[Key] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def plan(self, entry: Entry, starts_at: datetime | None, expires_at: datetime | None) -> None:
        """Remember a tuple that waits for its begin, or, with None as begin, for its end."""
        at = starts_at or expires_at
        assert at is not None
        self._serial += 1
        self._entries[entry.key] = (self._serial, entry, expires_at)
        if starts_at is not None:
            self._waiting.add(entry.key)
        heapq.heappush(self._heap, _Planned(at, self._serial, entry.key))
        self._look()

    def forget(self, key: Key) -> None:
        """Plan nothing for a tuple any more."""
        self._waiting.discard(key)
        if self._entries.pop(key, None) is not None:
            self._look()

    def take(self, now: datetime) -> Iterator[tuple[Entry, bool]]:
        """What is due, in order; with each tuple whether it begins."""
        while self.due is not None and self.due <= now:
            key = heapq.heappop(self._heap).key
            _, entry, expires_at = self._entries.pop(key)
            begins = key in self._waiting
            self._waiting.discard(key)
            if begins and expires_at is not None:
                self.plan(entry, None, expires_at)
            self._look()
            yield entry, begins

    def waiting(self) -> int:
        """How many tuples have not begun."""
        return len(self._waiting)

    def _look(self) -> None:
        while self._heap:
            first = self._heap[0]
            planned = self._entries.get(first.key)
            if planned is not None and planned[0] == first.serial:
                self.due = first.at
                return
            heapq.heappop(self._heap)
        self.due = None
