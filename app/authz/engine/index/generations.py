"""A cache that forgets what was not asked for lately, at no cost to what is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Generations(Generic[K, V]):
    """Two generations: when the young one is full it grows old, and the old one is forgotten.

    Readers look into `young` themselves, which never becomes another dictionary, and call `find` when that fails.

    Args:
        most: entries of one generation.
        most_weight: their weight together.
        weigh: how much an entry weighs.
    """

    __slots__ = ("_most", "_most_weight", "_old", "_weigh", "_weight", "young")

    def __init__(self, most: int, most_weight: int, weigh: Callable[[V], int]) -> None:
        self.young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._most, self._most_weight, self._weigh = most, most_weight, weigh
        self._weight = 0

    def __len__(self) -> int:
        return len(self.young) + len(self._old)

    def find(self, key: K) -> V | None:
        """What is kept for the key; it is young again."""
        found = self.young.get(key)
        if found is None:
            found = self._old.pop(key, None)
            if found is not None:
                self.keep(key, found)
        return found

    def keep(self, key: K, value: V) -> None:
        """Keep something."""
        if len(self.young) >= self._most or self._weight >= self._most_weight:
            self._old = self.young.copy()
            self.young.clear()
            self._weight = 0
        self.young[key] = value
        self._weight += self._weigh(value)

    def drop(self, key: K) -> None:
        """Forget what is kept for one key."""
        found = self.young.pop(key, None)
        if found is not None:
            self._weight -= self._weigh(found)
        self._old.pop(key, None)

    def drop_where(self, is_stale: Callable[[V], bool]) -> None:
        """Forget everything for which this holds."""
        for generation in (self.young, self._old):
            for key in [key for key, value in generation.items() if is_stale(value)]:
                self.drop(key)

    def clear(self) -> None:
        """Forget everything."""
        self.young.clear()
        self._old.clear()
        self._weight = 0
