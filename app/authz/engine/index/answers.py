"""Answers that are asked for again: one look into a dictionary in place of several, however many tuples there are.

Only answers that rest on tuples alone are kept, none on a context, a condition or a policy. Whatever changes a
relation that one of them rests on drops all of that type of entity.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from app.authz.engine.index.plans import Compiled, Plan
from app.authz.engine.index.store import Place
from app.authz.engine.resolve import Resolution
from app.authz.rules import MAX_ID

# Id of subject and entity, action, type of subject, its relation.
Asked: TypeAlias = tuple[str, str, str, str, str]

# Of all types together: about 300 bytes each. Dropping them all takes about a millisecond.
MOST: Final = 32_768
# When there are so many, others are found out as often before all are dropped: more questions than fit, asked in
# turns, would otherwise push out each other and never be known.
_PATIENCE: Final = 4


class Answers:
    """What was answered since the last change, by type of entity and question.

    Attributes:
        known: read it directly; it has every type of the models in force.
    """

    __slots__ = ("_by_place", "_compiled", "_count", "_plans", "_turned_away", "_watched", "known")

    def __init__(self, compiled: Compiled, types: Iterable[str]) -> None:
        self.known: dict[str, dict[Asked, Resolution]] = {name: {} for name in types}
        self._compiled = compiled
        self._count = self._turned_away = 0
        self._plans: set[Plan] = set()
        self._watched: set[tuple[str, frozenset[Place]]] = set()
        self._by_place: dict[Place, set[str]] = {}

    def __len__(self) -> int:
        return sum(map(len, self.known.values()))

    def keep(self, type_name: str, asked: Asked, plan: Plan, answer: Resolution) -> None:
        """Keep the answer of a plan that sets alone decide."""
        # An id that no tuple can have is not kept: it may be as long as a request.
        if len(asked[0]) > MAX_ID or len(asked[1]) > MAX_ID:
            return
        if self._count >= MOST:
            self._turned_away += 1
            if self._turned_away <= _PATIENCE * MOST:
                return
            self.clear()
        if plan not in self._plans:
            self._plans.add(plan)
            self._watch(type_name, self._compiled.places_of(plan))
        self.known[type_name][asked] = answer
        self._count += 1

    def _watch(self, type_name: str, places: frozenset[Place]) -> None:
        # Plans that rest on each other share one set.
        if (type_name, places) not in self._watched:
            self._watched.add((type_name, places))
            for place in places:
                self._by_place.setdefault(place, set()).add(type_name)

    def forget(self, place: Place) -> None:
        """Drop what a change of a relation may touch."""
        for name in self._by_place.get(place, ()):
            kept = self.known[name]
            self._count -= len(kept)
            kept.clear()

    def clear(self) -> None:
        """Drop everything."""
        for kept in self.known.values():
            kept.clear()
        self._count = self._turned_away = 0
