"""Sets of numbers in as few bytes as their size allows.

Of nodes: a number, a tuple of a few, a set. Of entities: a number, a tuple, a bitmap. None where there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from pyroaring import BitMap

NodeSet: TypeAlias = int | tuple[int, ...] | set[int]
EntitySet: TypeAlias = int | tuple[int, ...] | BitMap

# A set of nine has room for nineteen, 728 bytes; a tuple of eight has 104.
MAX_NODE_TUPLE: Final = 8
# A bitmap that spreads over much of the numbers takes more than a tuple of so many.
MAX_ENTITY_TUPLE: Final = 64


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


def unite(sets: Iterable[EntitySet]) -> BitMap:
    """The union, a bitmap of its own."""
    bitmaps: list[BitMap] = []
    numbers: list[int] = []
    for each in sets:
        if isinstance(each, int):
            numbers.append(each)
        elif isinstance(each, BitMap):
            bitmaps.append(each)
        else:
            numbers.extend(each)
    united = BitMap(numbers)
    if bitmaps:
        united |= bitmaps[0] if len(bitmaps) == 1 else BitMap.union(*bitmaps)
    return united
