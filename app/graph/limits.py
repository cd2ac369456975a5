"""Bounds on the shape of a document, checked before it is validated. Pure.

Validation takes time that grows with the square of a document's fields, so what is too large, too
deep or circular is refused before. Fragments are measured once, however often they are spread.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from app.kit.errors import LimitReached
from app.kit.settings import Settings

# Validation of a document compares its fields in pairs: 500 take up to a quarter of a second.
MAX_FIELDS = 500
MAX_FRAGMENTS = 100
MAX_OPERATIONS = 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may be, from the settings."""

    depth: int
    aliases: int
    tokens: int
    cost: int

    @classmethod
    def of(cls, chosen: Settings) -> Limits:
        return cls(
            chosen.graphql_max_depth, chosen.graphql_max_aliases, chosen.graphql_max_tokens, chosen.graphql_max_cost
        )


class TooComplex(LimitReached):
    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"graph_{what}", f"The document exceeds the limit of {what}: {most}.")


@dataclass(frozen=True, slots=True)
class _Size:
    """Deepest level and number of aliases below a selection set, fragments spread out."""

    depth: int = 0
    aliases: int = 0


def check_shape(document: DocumentNode, limits: Limits) -> None:
    """Let a document pass that can be validated in reasonable time.

    Raises:
        TooComplex: `graph_fields`, `graph_fragments`, `graph_operations`, `graph_cycles`, `graph_depth`,
            `graph_aliases`.
    """
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    _require(len(fragments), MAX_FRAGMENTS, "fragments")
    _require(len(operations), MAX_OPERATIONS, "operations")
    written = (*operations, *fragments.values())
    _require(sum(_count_fields(definition.selection_set) for definition in written), MAX_FIELDS, "fields")
    measure = _Measure(fragments)
    sizes = [measure.size(definition.selection_set) for definition in written]
    _require(max((size.depth for size in sizes), default=0), limits.depth, "depth")
    _require(sum(size.aliases for size in sizes[: len(operations)]), limits.aliases, "aliases")


def _require(amount: int, most: int, what: str) -> None:
    if amount > most:
        raise TooComplex(what, most)


def _count_fields(selection_set: SelectionSetNode | None) -> int:
    if selection_set is None:
        return 0
    return sum(1 + _count_fields(getattr(node, "selection_set", None)) for node in selection_set.selections)


class _Measure:
    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, _Size] = {}
        self._open: set[str] = set()

    def size(self, selection_set: SelectionSetNode | None) -> _Size:
        if selection_set is None:
            return _Size()
        return _sum(self._size_of(node) for node in selection_set.selections)

    def _size_of(self, node: SelectionNode) -> _Size:
        if isinstance(node, FieldNode):
            # Introspection has bounds of its own: graphql-core's depth rule and a flat cost.
            inner = _Size() if node.name.value.startswith("__") else self.size(node.selection_set)
            return _Size(inner.depth + 1, inner.aliases + (node.alias is not None))
        if isinstance(node, InlineFragmentNode):
            return self.size(node.selection_set)
        return self._size_of_fragment(node.name.value) if isinstance(node, FragmentSpreadNode) else _Size()

    def _size_of_fragment(self, name: str) -> _Size:
        if name not in self._fragments:
            return _Size()
        if name in self._open:
            raise TooComplex("cycles", 0)
        if name not in self._known:
            self._open.add(name)
            self._known[name] = self.size(self._fragments[name].selection_set)
            self._open.discard(name)
        return self._known[name]


def _sum(sizes: Iterable[_Size]) -> _Size:
    depth = aliases = 0
    for size in sizes:
        depth, aliases = max(depth, size.depth), aliases + size.aliases
    return _Size(depth, aliases)
