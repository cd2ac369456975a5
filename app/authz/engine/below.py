"""What relations rest on, worked out when asked: for all of a large model at once it would fill the memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

from app.authz.engine.strata import Key, find_components

# Sets that are kept, and their members together. Relations that rest on each other share one.
_KEPT: Final = 256
_KEPT_MEMBERS: Final = 200_000


class Below:
    """The relations that each relation rests on, itself included.

    Args:
        edges: what each relation rests on directly; also what no model defines.
    """

    def __init__(self, edges: Mapping[Key, set[Key]]) -> None:
        self._edges = edges
        # Lowest first.
        self._components = find_components({key: sorted(found & edges.keys()) for key, found in edges.items()})
        self._known: OrderedDict[int, frozenset[Key]] = OrderedDict()
        self._members = 0

    def __getitem__(self, key: Key) -> frozenset[Key]:
        component = self._components[key]
        found = self._known.get(component)
        if found is None:
            found = self._known[component] = self._find(key)
            self._members += len(found)
            while len(self._known) > _KEPT or (self._members > _KEPT_MEMBERS and len(self._known) > 1):
                self._members -= len(self._known.popitem(last=False)[1])
        return found

    def _find(self, key: Key) -> frozenset[Key]:
        found, waiting = {key}, [key]
        while waiting:
            for other in self._edges.get(waiting.pop(), ()):
                if other in found:
                    continue
                known = self._known.get(self._components.get(other, -1))
                if known is not None:
                    found |= known
                else:
                    found.add(other)
                    waiting.append(other)
        return frozenset(found)

    def component(self, key: Key) -> int | None:
        """What is one number for relations that rest on each other; None for one that no model defines."""
        return self._components.get(key)

    def get(self, key: Key, default: Iterable[Key] = ()) -> Iterable[Key]:
        """What a relation rests on; the default for one that no model defines."""
        return self[key] if key in self._components else default

    def of(self, keys: Iterable[Key]) -> frozenset[Key]:
        """What several relations together rest on, these included."""
        return _reach(keys, self._edges)

    def above(self, keys: Iterable[Key]) -> frozenset[Key]:
        """The relations that rest on one of these, these included."""
        return _reach(keys, turn_around(self._edges))

    def heavier(self, weights: Mapping[Key, int], most: int) -> frozenset[Key]:
        """The relations that rest on more than so much weight."""
        sums: dict[int, frozenset[Key] | None] = {}
        members: dict[int, list[Key]] = {}
        for key, component in self._components.items():
            members.setdefault(component, []).append(key)
        for component in sorted(members):
            carried: set[Key] = set()
            is_over = False
            for key in members[component]:
                carried |= {key} & weights.keys()
                for other in {self._components[each] for each in self._edges[key] if each in self._components}:
                    below = sums.get(other, frozenset())
                    is_over = is_over or below is None
                    carried.update(below or ())
            is_over = is_over or sum(weights[each] for each in carried) > most
            sums[component] = None if is_over else frozenset(carried)
        return frozenset(key for key, component in self._components.items() if sums[component] is None)


def turn_around(edges: Mapping[Key, Iterable[Key]]) -> dict[Key, list[Key]]:
    """What rests on each relation directly."""
    found: dict[Key, list[Key]] = {}
    for source, targets in edges.items():
        for target in targets:
            found.setdefault(target, []).append(source)
    return found


def _reach(keys: Iterable[Key], edges: Mapping[Key, Iterable[Key]]) -> frozenset[Key]:
    found = set(keys)
    waiting = list(found)
    while waiting:
        for other in edges.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found)
