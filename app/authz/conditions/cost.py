"""How much a condition may be given before an evaluation takes too long.

The library has no budget of its own. So the work is bounded beforehand: each node's steps and the size of what it
gives, as functions of the weight of all values, in the worst case. A step is about a twentieth of a microsecond.
Measured: a name is a reference, but fields, lists, `+` and each round of `map` and `filter` copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.authz.conditions.syntax import Kind, Node
from app.authz.types import ParameterType

MAX_STEPS = 2_000_000
# A condition that can not take even this much is refused: some thirty values and their lists.
MIN_WEIGHT = 64
# Whatever the expression, all of it is converted first: a microsecond each.
MAX_WEIGHT = 1 << 16
# What one unit of weight is worth in characters; copying and comparing them is quick.
CHARACTERS = 64

_CALL_STEPS, _ROUND_STEPS, _COPY_STEPS = 4, 3, 3
# A call into Python, and each thing that is handed over.
_TOOL_STEPS, _HAND_STEPS = 40, 16
_SCALARS = {"bool", "int", "uint", "double", "duration", "timestamp", "null", "type", "ipaddress"}
_TEXTS = {"string", "bytes"}
_COLLECTIONS = {"list", "map"}


@dataclass(frozen=True, slots=True)
class _Size:
    """At most so many items to go through, and so much to copy or compare."""

    count: float
    weight: float


_ONE = _Size(1, 1)


def find_max_weight(tree: Node, types: dict[int, ParameterType], tools: frozenset[str]) -> int:
    """The heaviest values that the expression is sure to be done with in time; below MIN_WEIGHT: refuse it."""
    low, high = 0, MAX_WEIGHT
    while low < high:
        middle = (low + high + 1) // 2
        if _Estimate(middle, types, is_calling_us=bool(tools)).steps_of(tree) <= MAX_STEPS:
            low = middle
        else:
            high = middle - 1
    return low


def is_weightless(kind: ParameterType) -> bool:
    """Whether a value of the type weighs next to nothing."""
    return kind.name in _SCALARS


def weigh(value: object, limit: int) -> int:
    """The weight of a JSON value: one for each thing in it, more for long texts. It stops soon after the limit."""
    total, waiting = 0, [value]
    while waiting and total <= limit:
        item = waiting.pop()
        total += 1
        if isinstance(item, str):
            total += len(item) // CHARACTERS
        elif isinstance(item, list | tuple | Mapping):
            if len(item) > limit:
                return total + len(item)
            waiting.extend(item)
            if isinstance(item, Mapping):
                waiting.extend(item.values())
    return total


class _Estimate:
    def __init__(self, weight: int, types: dict[int, ParameterType], *, is_calling_us: bool) -> None:
        self._given = _Size(weight, weight)
        self._types = types
        self._call_steps, self._hand_steps = (_TOOL_STEPS, _HAND_STEPS) if is_calling_us else (_CALL_STEPS, 1)
        self._bound: list[tuple[str, _Size]] = []
        self._steps = 0.0

    def steps_of(self, tree: Node) -> float:
        self._measure(tree)
        return self._steps

    def _measure(self, node: Node) -> _Size:
        """Add the node's steps; tell the size of what it gives."""
        if node.kind is Kind.LOOP:
            size = self._loop(node)
        else:
            parts = [self._measure(part) for part in node.parts]
            size = self._size(node, parts)
            if self._types[id(node)].name in _SCALARS:
                size = _ONE
            self._steps += 1 + self._own_steps(node, parts, size)
        return _ONE if self._types[id(node)].name in _SCALARS else size

    def _own_steps(self, node: Node, parts: list[_Size], size: _Size) -> float:
        taken = sum(part.weight for part in parts)
        if node.kind in (Kind.FUNCTION, Kind.METHOD):
            is_counting = node.text == "size" and self._types[id(node.parts[0])].name in _COLLECTIONS
            return self._call_steps + (0 if is_counting else taken * self._hand_steps)
        if node.kind in (Kind.LIST, Kind.MAP) or (node.kind is Kind.OPERATOR and node.text == "+"):
            return _COPY_STEPS * taken
        if node.kind in (Kind.SELECT, Kind.INDEX):
            return _COPY_STEPS * size.weight
        return taken if node.kind is Kind.OPERATOR else 0

    def _size(self, node: Node, parts: list[_Size]) -> _Size:
        total = 1 + sum(part.weight for part in parts)
        if node.kind is Kind.NAME:
            return next((size for name, size in reversed(self._bound) if name == node.text), self._given)
        if node.kind is Kind.LITERAL:
            weight = 1 + (node.end - node.at) // CHARACTERS
            return _Size(weight, weight)
        if node.kind in (Kind.LIST, Kind.MAP):
            return _Size(len(parts), total)
        if node.kind is Kind.OPERATOR:
            return _Size(sum(part.count for part in parts), total)
        if node.kind is Kind.CHOICE:
            return _Size(max(part.count for part in parts), max(part.weight for part in parts))
        return _Size(total, total)

    def _loop(self, node: Node) -> _Size:
        source = self._measure(node.parts[0])
        before = self._steps
        self._bound.append((node.variable, self._item_size(node, source)))
        bodies = [self._measure(part) for part in node.parts[1:]]
        self._bound.pop()
        built = _ONE
        if node.text == "map":
            built = _Size(source.count, 1 + source.count * bodies[-1].weight)
        elif node.text == "filter":
            built = source
        # Each round copies what has been built so far: half of it, on average.
        each = self._steps - before + _ROUND_STEPS + _COPY_STEPS * built.weight / 2
        self._steps = before + source.count * each + _COPY_STEPS * source.weight
        return built

    def _item_size(self, node: Node, source: _Size) -> _Size:
        """The size of what a loop binds.

        Steps grow in proportion to the length of a text, so all rounds together cost what rounds with texts of the
        average length do. A list may be gone through more than once: each counts like the heaviest.
        """
        kind = self._types[id(node.parts[0])]
        if kind.name == "map" or (kind.item and kind.item.name in _TEXTS | _SCALARS):
            return _Size(1, max(1, source.weight / max(1, source.count)))
        return _Size(source.weight, source.weight)
