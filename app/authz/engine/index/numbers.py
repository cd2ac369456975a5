"""Numbers for entities, relations and nodes.

Every entity has a number below 2**32. A node is an entity, or the userset of a relation to it: the number of the
relation's name stands above the lower 32 bits, 0 for the entity itself. So the node of an entity is its number.
"""

from __future__ import annotations

from array import array
from typing import Final

from app.authz.types.tuples import EVERY

SHIFT: Final = 32
MASK: Final = (1 << SHIFT) - 1
NEVER_LATE: Final = 1 << SHIFT


class Kind:
    """The entities of a type.

    Attributes:
        numbers: numbers by id.
        star: the number of `*`; as a subject, everyone of the type.
        stars: how many tuples speak of every entity of the type.
        late: numbers below it are in the order of their ids.
    """

    __slots__ = ("greatest", "id", "late", "numbers", "star", "stars")

    def __init__(self, type_id: int) -> None:
        self.id = type_id
        self.numbers: dict[str, int] = {}
        self.star = -1
        self.stars = 0
        self.late = NEVER_LATE
        self.greatest = ""


class Numbers:
    """Gives numbers and knows what they stand for. A number is never given twice, nor taken back."""

    def __init__(self) -> None:
        self.kinds: dict[int, Kind] = {}
        self.ids: list[str] = []
        self.types = array("i")
        self.relations: dict[str, int] = {"": 0}
        self.names: list[str] = [""]

    def kind(self, type_id: int) -> Kind:
        """The type of this id."""
        found = self.kinds.get(type_id)
        if found is None:
            found = self.kinds[type_id] = Kind(type_id)
            found.star = self.number(type_id, EVERY)
        return found

    def kind_of(self, number: int) -> Kind:
        """The type of an entity."""
        return self.kinds[self.types[number]]

    def is_star(self, number: int) -> bool:
        """Whether a number stands for every entity of its type."""
        return self.kinds[self.types[number]].star == number

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
        return found

    def number_all(self, type_id: int, ids: dict[str, int]) -> list[int]:
        """Number the entities of a new type in the order of their ids.

        Args:
            ids: id → its place among all, from 0; becomes id → number.

        Returns:
            The numbers by place.
        """
        kind = self.kinds[type_id] = Kind(type_id)
        ids.setdefault(EVERY, len(ids))
        numbers = [0] * len(ids)
        for number, each in enumerate(sorted(ids), start=len(self.ids)):
            numbers[ids[each]] = ids[each] = number
            self.ids.append(each)
        self.types.extend([type_id] * len(ids))
        kind.numbers, kind.star, kind.greatest = ids, ids[EVERY], self.ids[-1]
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
