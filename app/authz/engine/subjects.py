"""Who has a relation to an entity: found downward from the entity, with the way that leads to each.

Each level is one round trip. Where `and`, `but not` or conditions have a say, whoever was found is checked
before they count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.authz.engine.lookups import Fact, Lookup, Node, TupleReader
from app.authz.engine.schema import CompiledRelation, Schema
from app.authz.engine.turns import NO_TURNS, Turns
from app.authz.errors import WorkExceeded
from app.authz.types.model import Arrow, Computed, Direct, Exclusion, Intersection, Rewrite, Union
from app.authz.types.tuples import EVERY, SubjectRef, policy_of

# Nodes and tuples that one search may touch before it is given up.
MAX_FOUND: Final = 100_000


@dataclass(frozen=True, slots=True)
class _Want:
    """A lookup, and the node whose answer it is part of; with `arrow`, what to follow from each entity."""

    lookup: Lookup
    node: Node
    arrow: str | None = None


class Descent:
    """Finds everybody that stands below a node by tuples, whatever conditions say.

    `found` maps each subject to the tuples that lead to it, the entity's own first. A userset that is passed
    on the way is a subject too. `met_policy`: tuples with a policy were followed, so whoever was found has to be
    checked.
    """

    def __init__(self, schema: Schema, root: Node) -> None:
        self.found: dict[SubjectRef, tuple[Fact, ...]] = {}
        self.met_policy = False
        self._schema = schema
        self._ways: dict[Node, tuple[Fact, ...]] = {}
        self._waiting: list[_Want] = []
        self._work_left = MAX_FOUND
        self._enter(root, ())

    async def run(self, reader: TupleReader, turns: Turns = NO_TURNS) -> None:
        """Search until nothing new is found.

        Args:
            reader: it stays at one state meanwhile.
            turns: those of others, where the reader never waits.

        Raises:
            WorkExceeded: it leads through too many tuples.
        """
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            lookups = list(dict.fromkeys(want.lookup for want in waiting))
            facts = dict(zip(lookups, await reader.read(lookups), strict=True))
            for want in waiting:
                await self._take(want, facts[want.lookup], turns)

    async def _take(self, want: _Want, facts: Iterable[Fact], turns: Turns) -> None:
        relation = self._schema.relation(want.lookup.node.type, want.lookup.node.relation)
        assert relation is not None
        for fact in facts:
            if turns.is_over:
                await turns.breathe()
            self._work_left -= 1
            if self._work_left < 0:
                raise WorkExceeded
            if relation.admits(fact.key.subject, fact.condition.name if fact.condition else None):
                self.met_policy = self.met_policy or policy_of(fact.condition) is not None
                self._add(want, fact)

    def _add(self, want: _Want, fact: Fact) -> None:
        subject, way = fact.key.subject, (*self._ways[want.node], fact)
        if want.arrow is not None:
            if not subject.relation and subject.id != EVERY:
                self._enter(Node(subject.type, subject.id, want.arrow), way)
            return
        self.found.setdefault(subject, way)
        if subject.relation:
            self._enter(Node(subject.type, subject.id, subject.relation), way)

    def _enter(self, node: Node, way: tuple[Fact, ...]) -> None:
        if node in self._ways:
            return
        if self._ways:
            self.found.setdefault(SubjectRef(*node), way)
        self._ways[node] = way
        relation = self._schema.relation(node.type, node.relation)
        if relation is not None:
            self._waiting += list(self._wants(node, relation, relation.rewrite))

    def _wants(self, node: Node, relation: CompiledRelation, rewrite: Rewrite) -> Iterator[_Want]:
        if isinstance(rewrite, Direct):
            yield _Want(Lookup(node, everybody=True), node)
        elif isinstance(rewrite, Computed):
            self._enter(Node(node.type, node.id, rewrite.relation), self._ways[node])
        elif isinstance(rewrite, Arrow):
            yield _Want(Lookup(Node(node.type, node.id, rewrite.tupleset), everybody=True), node, rewrite.relation)
        elif isinstance(rewrite, Exclusion):
            yield from self._wants(node, relation, rewrite.base)
        else:
            assert isinstance(rewrite, Union | Intersection)
            for part in rewrite.parts:
                yield from self._wants(node, relation, part)
