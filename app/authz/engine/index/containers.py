"""Sets of numbers in as few bytes as their size allows.

Of nodes: a number, a tuple of a few, a set. Of entities: a number, a tuple, a bitmap. None where there is none.
Of entities that are only read: a number, the bytes of an array, a bitmap.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from pyroaring import BitMap

NodeSet: TypeAlias = int | tuple[int, ...] | set[int]
EntitySet: TypeAlias = int | tuple[int, ...] | BitMap
Fan: TypeAlias = int | bytes | BitMap

# A set of nine has room for nineteen, 728 bytes; a tuple of eight has 104.
MAX_NODE_TUPLE: Final = 8
# A bitmap that spreads over much of the numbers takes more than a tuple of so many.
MAX_ENTITY_TUPLE: Final = 64
# Of more bitmaps the union is made at once.
MAX_UNITED_ONE_BY_ONE: Final = 8


def add_node(found: NodeSet | None, node: int) -> NodeSet:
    """A set with one more node; sets change in place."""
    if found is None:
        return node
    if isinstance(found, int):
        return found if found == node else (found, node)
    if isinstance(found, set):
        found.add(node)
        return found
    if node in found:
        return found
    return {*found, node} if len(found) >= MAX_NODE_TUPLE else (*found, node)


def drop_node(found: NodeSet | None, node: int) -> NodeSet | None:
    """A set with one node less; sets change in place."""
    if found is None or found == node:
        return None
    if isinstance(found, int):
        return found
    if isinstance(found, set):
        found.discard(node)
        return tuple(found) if len(found) <= MAX_NODE_TUPLE else found
    left = tuple(each for each in found if each != node)
    return left if len(left) > 1 else left[0]


def add_entity(found: EntitySet | None, number: int) -> EntitySet:
    """A set with one more entity; bitmaps change in place."""
    if found is None:
        return number
    if isinstance(found, int):
        return found if found == number else (found, number)
    if isinstance(found, BitMap):
        found.add(number)
        return found
    if number in found:
        return found
    return BitMap((*found, number)) if len(found) >= MAX_ENTITY_TUPLE else (*found, number)


def drop_entity(found: EntitySet | None, number: int) -> EntitySet | None:
    """A set with one entity less; bitmaps change in place."""
    if found is None or found == number:
        return None
    if isinstance(found, int):
        return found
    if isinstance(found, BitMap):
        found.discard(number)
        return tuple(found) if len(found) <= MAX_ENTITY_TUPLE else found
    left = tuple(each for each in found if each != number)
    return left if len(left) > 1 else left[0]


def each_of(found: NodeSet | EntitySet | None) -> Iterable[int]:
    """The members of a set."""
    if found is None:
        return ()
    return (found,) if isinstance(found, int) else found


def unite(sets: Iterable[EntitySet | Fan]) -> BitMap:
    """The union, a bitmap of its own."""
    bitmaps: list[BitMap] = []
    packed: list[bytes] = []
    numbers: list[int] = []
    for each in sets:
        if type(each) is int:
            numbers.append(each)
        elif type(each) is bytes:
            packed.append(each)
        elif type(each) is tuple:
            numbers += each
        else:
            bitmaps.append(each)  # type: ignore[arg-type]
    every = array("I", b"".join(packed))
    every.fromlist(numbers)
    united = BitMap(every)
    if len(bitmaps) > MAX_UNITED_ONE_BY_ONE:
        return united | BitMap.union(*bitmaps)
    for bitmap in bitmaps:
        united |= bitmap
    return united


def pack(sets: Sequence[EntitySet | Fan]) -> Fan:
    """The union, to be united with others: numbers side by side are read quicker than objects, and are smaller.

    One that comes more than once may stay so.
    """
    if len(sets) == 1 and not isinstance(sets[0], tuple):
        return sets[0]
    packed: list[bytes] = []
    numbers: list[int] = []
    for each in sets:
        if type(each) is bytes:
            packed.append(each)
        elif type(each) is int:
            numbers.append(each)
        elif type(each) is tuple:
            numbers += each
        else:
            return unite(sets)
    packed.append(array("I", numbers).tobytes())
    every = b"".join(packed)
    return every if len(every) <= 4 * MAX_ENTITY_TUPLE else BitMap(array("I", every))
