"""Everybody who has a relation to an entity where that is many sets of subjects: one bitmap in place of them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from pyroaring import BitMap

from app.authz.engine.index.numbers import MASK

# Sets that are tested one by one; of more a crowd is made.
MAX_APART: Final = 3
# Members that are looked through to make one, some milliseconds; larger sets stay beside it.
MAX_MEMBERS: Final = 16_384
_LARGE: Final = 2_048


class Closure(frozenset[int]):
    """What a subject is. `own` are its only nodes that are no usersets: its number, and that of everyone."""

    __slots__ = ("own",)

    own: tuple[int, ...]

    @classmethod
    def of(cls, nodes: Iterable[int], own: tuple[int, ...]) -> Closure:
        """The closure of these nodes, its own among them."""
        made = cls(nodes)
        made.own = own
        return made


class Crowd:
    """The members of some sets. A test takes as long for hundreds of sets as for a few.

    The members of small sets are copied, so whatever changes one of them has to drop the crowd.
    """

    __slots__ = ("_large", "_subjects", "_usersets", "weight")

    def __init__(self, subjects: BitMap, usersets: frozenset[int], large: tuple[AbstractSet[int], ...]) -> None:
        self._subjects = subjects
        self._usersets = usersets
        self._large = large
        self.weight = len(subjects) + len(usersets) + len(large)

    @classmethod
    def of(cls, sets: Iterable[AbstractSet[int]]) -> Crowd | None:
        """The crowd of some sets, None if they have too many members."""
        small: set[int] = set()
        large: list[AbstractSet[int]] = []
        for each in sets:
            if len(each) > _LARGE:
                large.append(each)
            else:
                small.update(each)
                if len(small) > MAX_MEMBERS:
                    return None
        if len(large) > MAX_APART:
            return None
        usersets = frozenset([each for each in small if each > MASK]) if max(small, default=0) > MASK else frozenset()
        return cls(BitMap(small - usersets if usersets else small), usersets, tuple(large))

    def meets(self, closure: Closure) -> bool:
        """Whether the subject is in one of the sets."""
        subjects = self._subjects
        for each in closure.own:
            if each in subjects:
                return True
        if not closure.isdisjoint(self._usersets):
            return True
        return not all(map(closure.isdisjoint, self._large))


def weigh(crowd: Crowd) -> int:
    """How many members are kept for it."""
    return crowd.weight
