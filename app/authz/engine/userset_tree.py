"""The userset tree of a relation: what it is made of, and whom its tuples name; one level of rewrites deep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.authz.engine.lookups import Fact, Lookup, Node, TupleReader
from app.authz.engine.schema import CompiledRelation, Schema, parts_of
from app.authz.types.model import Arrow, Computed, Direct, Exclusion, Rewrite, Union

# Tuples that one leaf shows.
MAX_SHOWN: Final = 1_000


class TreeKind(StrEnum):
    """What a node of a userset tree is."""

    UNION = "union"
    INTERSECTION = "intersection"
    EXCLUSION = "exclusion"
    DIRECT = "direct"
    COMPUTED = "computed"
    ARROW = "arrow"


@dataclass(frozen=True, slots=True)
class UsersetTree:
    """A node of the tree.

    Attributes:
        usersets: what a computed relation or an arrow leads to.
        facts: the tuples of a direct leaf, or those that an arrow follows.
        is_cut: there are more tuples than are shown.
    """

    kind: TreeKind
    label: str
    usersets: tuple[Node, ...] = ()
    facts: tuple[Fact, ...] = ()
    is_cut: bool = False
    parts: tuple[UsersetTree, ...] = ()


async def expand(schema: Schema, reader: TupleReader, node: Node) -> UsersetTree:
    """The tree of a relation that the schema defines. One round trip.

    Raises:
        WorkExceeded: a relation has more tuples than can be read.
    """
    relation = schema.relation(node.type, node.relation)
    assert relation is not None
    lookups = list(dict.fromkeys(_lookups(node, relation.rewrite)))
    rows = await reader.read(lookups) if lookups else []
    facts = {lookup: tuple(_admitted(schema, lookup, found)) for lookup, found in zip(lookups, rows, strict=True)}
    return _Builder(schema, relation, node, facts).build(relation.rewrite)


class _Builder:
    def __init__(
        self, schema: Schema, relation: CompiledRelation, node: Node, facts: dict[Lookup, tuple[Fact, ...]]
    ) -> None:
        self._schema = schema
        self._relation = relation
        self._node = node
        self._facts = facts

    def build(self, rewrite: Rewrite) -> UsersetTree:
        if isinstance(rewrite, Direct):
            facts = self._facts[_direct(self._node)]
            label = f"[{', '.join(str(each) for each in self._relation.allowed)}]"
            return UsersetTree(TreeKind.DIRECT, label, (), facts[:MAX_SHOWN], len(facts) > MAX_SHOWN)
        if isinstance(rewrite, Computed):
            target = Node(self._node.type, self._node.id, rewrite.relation)
            return UsersetTree(TreeKind.COMPUTED, rewrite.relation, (target,))
        if isinstance(rewrite, Arrow):
            return self._arrow(rewrite)
        parts = tuple(self.build(part) for part in parts_of(rewrite))
        kind = TreeKind.UNION if isinstance(rewrite, Union) else TreeKind.INTERSECTION
        kind = TreeKind.EXCLUSION if isinstance(rewrite, Exclusion) else kind
        return UsersetTree(kind, kind.value, parts=parts)

    def _arrow(self, rewrite: Arrow) -> UsersetTree:
        facts = self._facts[_linked(self._node, rewrite)]
        usersets = tuple(
            Node(fact.key.subject_type, fact.key.subject_id, rewrite.relation)
            for fact in facts
            if self._schema.relation(fact.key.subject_type, rewrite.relation) is not None
        )
        label = f"{rewrite.relation} from {rewrite.tupleset}"
        return UsersetTree(TreeKind.ARROW, label, usersets[:MAX_SHOWN], facts[:MAX_SHOWN], len(facts) > MAX_SHOWN)


def _lookups(node: Node, rewrite: Rewrite) -> Iterator[Lookup]:
    if isinstance(rewrite, Direct):
        yield _direct(node)
    elif isinstance(rewrite, Arrow):
        yield _linked(node, rewrite)
    for part in parts_of(rewrite):
        yield from _lookups(node, part)


def _direct(node: Node) -> Lookup:
    return Lookup(node, everybody=True)


def _linked(node: Node, arrow: Arrow) -> Lookup:
    return Lookup(Node(node.type, node.id, arrow.tupleset), everybody=True)


def _admitted(schema: Schema, lookup: Lookup, facts: Iterable[Fact]) -> Iterator[Fact]:
    relation = schema.relation(lookup.node.type, lookup.node.relation)
    for fact in facts:
        if relation and relation.admits(fact.key.subject, fact.condition.name if fact.condition else None):
            yield fact
