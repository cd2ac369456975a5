"""Everybody who has a relation to an entity by tuples alone, as bitmaps, and the way that leads to each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pyroaring import BitMap

from app.authz.engine.index.containers import EntitySet, each_of
from app.authz.engine.index.generations import Generations
from app.authz.engine.index.lists import Lists
from app.authz.engine.index.numbers import MASK
from app.authz.engine.index.reader import Standing
from app.authz.engine.index.tables import Table
from app.authz.engine.strata import Key

# Weighed in pairs of bytes.
_MOST, _MOST_WEIGHT, _NODE_WEIGHT = 256, 10_000_000, 100

# Type, and offset of the relation: what kind of subject it is.
Part = tuple[int, int]


class Step(NamedTuple):
    """A tuple on the way down, and the one before it: `depth` is how many they are."""

    table: Table
    entity: int
    node: int
    before: Step | None
    depth: int


def depth_of(step: Step | None) -> int:
    """How many tuples a way has."""
    return step.depth if step else 0


class Members:
    """Everybody below a node, and the shortest way to each.

    Attributes:
        by_part: their numbers, by what kind of subject they are.
        came: by userset the last step to it, None where no tuple is needed.
        stands: for each table the entities that were visited, with the last step to each.
    """

    __slots__ = ("by_part", "came", "stands")

    def __init__(self) -> None:
        self.by_part: dict[Part, BitMap] = {}
        self.came: dict[int, Step | None] = {}
        self.stands: dict[Table, dict[int, Step | None]] = {}

    def way_to(self, node: int, ids: list[str]) -> list[Standing]:
        """The tuples that lead to one of them; of equally short ways the one with the least entity at its end.

        The tuples have not changed since it was found.
        """
        step = self.came[node] if node > MASK else self._last_step(node, ids)
        way: list[Standing] = []
        while step is not None:
            way.append((step.table, step.entity, step.node, None))
            step = step.before
        return way[::-1]

    def _last_step(self, node: int, ids: list[str]) -> Step:
        found = [
            (depth_of(before), ids[entity], table.relation, table.kind.id, Step(table, entity, node, before, 0))
            for table, entities in self.stands.items()
            for entity, before in _common(table.held.get(node), entities)
        ]
        return min(found, key=lambda each: each[:4])[4]


class _Kept(NamedTuple):
    serial: int
    members: Members


class KnownMembers:
    """Who was found lately, by relation and number of the entity: kept until a tuple changes that it rests on.

    Args:
        lists: which watch the relations.
    """

    __slots__ = ("_known", "_lists")

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._known: Generations[tuple[Key, int], _Kept] = Generations(_MOST, _MOST_WEIGHT, _weigh)

    def find(self, key: Key, number: int) -> Members | None:
        """What is kept and still true. Nobody may change it."""
        kept = self._known.find((key, number))
        return kept.members if kept is not None and kept.serial == self._lists.serial(key) else None

    def keep(self, key: Key, number: int, members: Members) -> None:
        """Keep what was found."""
        self._known.drop((key, number))
        self._known.keep((key, number), _Kept(self._lists.serial(key), members))


def _weigh(kept: _Kept) -> int:
    return len(kept.members.came) * _NODE_WEIGHT + sum(map(len, kept.members.by_part.values())) + _NODE_WEIGHT


def _common(held: EntitySet | None, entities: Mapping[int, Step | None]) -> Iterable[tuple[int, Step | None]]:
    if isinstance(held, BitMap) and len(held) > len(entities):
        return [(each, step) for each, step in entities.items() if each in held]
    return [(each, entities[each]) for each in each_of(held) if each in entities]
