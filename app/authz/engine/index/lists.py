"""Entities that were found for a subject, kept until a tuple changes that they rest on: lists are turned page by page.

Nothing is dropped when something changes, however many lists rest on it: each is as old as the serial it was found at.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Final, NamedTuple

from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.doubts import Reached
from app.authz.engine.index.generations import Generations
from app.authz.engine.index.store import Place
from app.authz.engine.strata import Key

# Weighed in pairs of bytes; each list takes some hundreds beside.
_MOST, _MOST_WEIGHT = 4_096, 2_000_000
# A closure may be kept nowhere else.
_NODE_WEIGHT: Final = 42


class _Kept(NamedTuple):
    serial: int
    found: Reached
    weight: int


class Lists:
    """What was found lately, by relation and closure of the subject. No condition has a say in it."""

    __slots__ = ("_by_place", "_known", "_serials")

    def __init__(self) -> None:
        self._known: Generations[tuple[Key, Closure], _Kept] = Generations(_MOST, _MOST_WEIGHT, attrgetter("weight"))
        self._serials: dict[Key, int] = {}
        self._by_place: dict[Place, list[Key]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def find(self, key: Key, nodes: Closure) -> Reached | None:
        """What is kept of a relation and still true. Nobody may change it."""
        kept = self._known.find((key, nodes))
        return kept.found if kept is not None and kept.serial == self._serials[key] else None

    def keep(self, key: Key, nodes: Closure, found: Reached) -> None:
        """Keep what was found. The relation has been watched since."""
        self._known.drop((key, nodes))
        weight = _weigh(found) + _NODE_WEIGHT * len(nodes)
        self._known.keep((key, nodes), _Kept(self._serials[key], found, weight))

    def is_watched(self, key: Key) -> bool:
        """Whether it is known what a relation rests on."""
        return key in self._serials

    def serial(self, key: Key) -> int:
        """How often a watched relation was outdated."""
        return self._serials[key]

    def watch(self, key: Key, places: frozenset[Place]) -> None:
        """Have changes of these relations outdate what is kept of one that rests on them."""
        self._serials[key] = 0
        for place in places:
            self._by_place.setdefault(place, []).append(key)

    def forget(self, place: Place) -> None:
        """Outdate what rests on a relation."""
        for key in self._by_place.get(place, ()):
            self._serials[key] += 1

    def clear(self) -> None:
        """Drop everything."""
        self._known.clear()


def _weigh(reached: Reached) -> int:
    """Two bytes for each entity, at most 8 KB for each 65,536 numbers."""
    found = reached.certain
    return min(len(found), (found.max() - found.min() >> 16) + 1 << 12) + 1 if found else 1
