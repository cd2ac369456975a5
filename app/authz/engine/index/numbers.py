"""Numbers for entities, relations and nodes.

Every entity has a number below 2**32. A node is an entity, or the userset of a relation to it: the number of the
relation's name stands above the lower 32 bits, 0 for the entity itself. So the node of an entity is its number.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Final

from app.authz.types.tuples import EVERY

SHIFT: Final = 32
MASK: Final = (1 << SHIFT) - 1
NEVER_LATE: Final = 1 << SHIFT
# Late numbers that are sorted in one go, some milliseconds.
_RUN: Final = 8_192


class Late:
    """The numbers of a type that are not in the order of their ids, in runs that are."""

    __slots__ = ("_fresh", "_ids", "_runs")

    def __init__(self, ids: list[str]) -> None:
        self._ids = ids
        self._runs: list[list[int]] = []
        self._fresh: list[int] = []

    def __len__(self) -> int:
        return sum(map(len, self._runs)) + len(self._fresh)

    def add(self, number: int) -> None:
        """Take one more."""
        self._fresh.append(number)
        if len(self._fresh) >= _RUN:
            self._sort()

    def runs(self) -> Sequence[Sequence[int]]:
        """All of them. Nobody may change them, nor keep them until more come."""
        if self._fresh:
            self._sort()
        return self._runs

    def _sort(self) -> None:
        if self._runs and len(self._runs[-1]) < _RUN:
            self._fresh = self._runs.pop() + self._fresh
        self._fresh.sort(key=self._ids.__getitem__)
        self._runs.append(self._fresh)
        self._fresh = []


class Kind:
    """The entities of a type.

    Attributes:
        numbers: numbers by id.
        star: the number of `*`; as a subject, everyone of the type.
        stars: how many tuples speak of every entity of the type.
        late: numbers below it are in the order of their ids; `others` are the rest.
    """

    __slots__ = ("greatest", "id", "late", "numbers", "others", "star", "stars")

    def __init__(self, type_id: int, ids: list[str]) -> None:
        self.id = type_id
        self.others = Late(ids)
        self.numbers: dict[str, int] = {}
        self.star = -1
        self.stars = 0
        self.late = NEVER_LATE
        self.greatest = ""


class Numbers:
    """Gives numbers and knows what they stand for. A number is never given twice, nor taken back.

    Attributes:
        every: the numbers of `*`, of all types.
    """

    def __init__(self) -> None:
        self.every: set[int] = set()
        self.kinds: dict[int, Kind] = {}
        self.ids: list[str] = []
        self.types = array("i")
        self.relations: dict[str, int] = {"": 0}
        self.names: list[str] = [""]

    def kind(self, type_id: int) -> Kind:
        """The type of this id."""
        found = self.kinds.get(type_id)
        if found is None:
            found = self.kinds[type_id] = Kind(type_id, self.ids)
            found.star = self.number(type_id, EVERY)
            self.every.add(found.star)
        return found

    def kind_of(self, number: int) -> Kind:
        """The type of an entity."""
        return self.kinds[self.types[number]]

    def is_star(self, number: int) -> bool:
        """Whether a number stands for every entity of its type."""
        return number in self.every

    def number(self, type_id: int, entity_id: str) -> int:
        """The number of an entity, a new one if it has none."""
        kind = self.kinds.get(type_id) or self.kind(type_id)
        found = kind.numbers.get(entity_id)
        if found is None:
            found = len(self.ids)
            if entity_id > kind.greatest:
                kind.greatest = entity_id
            else:
                kind.late = min(kind.late, found)
            kind.numbers[entity_id] = found
            self.ids.append(entity_id)
            self.types.append(type_id)
            if found >= kind.late:
                kind.others.add(found)
        return found

    def number_all(self, type_id: int, ids: dict[str, int]) -> list[int]:
        """Number the entities of a new type in the order of their ids.

        Args:
            ids: id → its place among all, from 0; becomes id → number.

        Returns:
            The numbers by place.
        """
        kind = self.kinds[type_id] = Kind(type_id, self.ids)
        ids.setdefault(EVERY, len(ids))
        names, start = sorted(ids), len(self.ids)
        order = array("I", map(ids.__getitem__, names))
        # The places go before the numbers come, so that these take their memory.
        ids.clear()
        ids.update(zip(names, range(start, start + len(names)), strict=True))
        self.ids += names
        self.types.extend(array("i", [type_id]) * len(names))
        kind.numbers, kind.star, kind.greatest = ids, ids[EVERY], names[-1]
        self.every.add(kind.star)
        numbers = [0] * len(names)
        for place, number in zip(order, ids.values(), strict=True):
            numbers[place] = number
        return numbers

    def find(self, type_id: int, entity_id: str) -> int | None:
        """The number of an entity, None if no tuple ever named it."""
        kind = self.kinds.get(type_id)
        return kind.numbers.get(entity_id) if kind else None

    def offset(self, relation: str) -> int:
        """What makes the node of a userset out of the number of its entity; 0 for no relation."""
        found = self.relations.get(relation)
        if found is None:
            found = self.relations[relation] = len(self.names)
            self.names.append(relation)
        return found << SHIFT

    def part_of(self, node: int) -> tuple[int, int]:
        """Type and offset of a node: what kind of subject it is."""
        return self.types[node & MASK], node & ~MASK

    def name_of(self, node: int) -> tuple[int, str, str]:
        """Type, id and relation of a node."""
        number = node & MASK
        return self.types[number], self.ids[number], self.names[node >> SHIFT]
