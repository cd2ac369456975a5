"""What a subject can reach: the entities that it has a relation to, found upward from the subject.

Each level of the search is one round trip. Where `and`, `but not` or conditions have a say, what was reached
is checked before it counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from app.authz.engine.lookups import Fact, Holding, Node, TupleReader
from app.authz.engine.paths import Graph, Step
from app.authz.engine.schema import Schema
from app.authz.engine.strata import Key
from app.authz.engine.turns import NO_TURNS, Turns
from app.authz.errors import WorkExceeded
from app.authz.types.tuples import EVERY, SubjectRef, policy_of

# Nodes that one search may reach before it is given up.
MAX_REACHED: Final = 200_000


class Search:
    """Finds every node of some relations that a subject reaches by tuples, whatever conditions say.

    Args:
        targets: the relations asked for; only what they rest on is followed.
        is_strict: tuples with a policy do not count.

    Attributes:
        reached: all nodes; `ids` has the entities reached by each relation asked for.
        met_policy: tuples with a policy were followed, so what was reached has to be checked.
    """

    def __init__(
        self,
        schema: Schema,
        graph: Graph,
        subject: SubjectRef,
        targets: Collection[Key],
        *,
        max_reached: int = MAX_REACHED,
        is_strict: bool = False,
    ) -> None:
        self.met_policy = False
        self._is_strict = is_strict
        self.reached: set[Node] = set()
        self.ids: dict[Key, list[str]] = {target: [] for target in targets}
        self._schema = schema
        self._graph = graph
        self._subject = subject
        self._max_reached = max_reached
        self._relevant = frozenset(key for target in targets for key in graph.below.get(target, ()))

    async def run(self, reader: TupleReader, turns: Turns = NO_TURNS) -> None:
        """Search until nothing new is reached.

        Args:
            reader: it stays at one state meanwhile.
            turns: those of others, where the reader never waits.

        Raises:
            WorkExceeded: it leads through too many nodes.
        """
        waiting = [(holding, (holding.type, holding.relation)) for holding in self._first()]
        if self._subject.relation:
            own = self._reach(Node(self._subject.type, self._subject.id, self._subject.relation))
            waiting += [entry for node in own for entry in self._next(node)]
        while waiting:
            holdings = list(dict.fromkeys(holding for holding, _ in waiting))
            facts = dict(zip(holdings, await reader.read_holdings(holdings), strict=True))
            fresh: list[Node] = []
            for holding, target in waiting:
                for fact in facts[holding]:
                    if turns.is_over:
                        await turns.breathe()
                    if self._is_allowed(fact):
                        fresh += self._reach(Node(target[0], fact.key.entity_id, target[1]))
            waiting = []
            for node in fresh:
                if turns.is_over:
                    await turns.breathe()
                waiting += self._next(node)

    def _first(self) -> Iterator[Holding]:
        subject = self._subject
        for type_name, relation in sorted(self._relevant):
            compiled = self._schema.relation(type_name, relation)
            if compiled is None:
                continue
            if (subject.type, subject.relation, subject.id == EVERY) in compiled.conditions:
                yield Holding(subject, type_name, relation)
            everyone = (subject.type, "", True) in compiled.conditions
            if everyone and not subject.relation and subject.id != EVERY:
                yield Holding(SubjectRef(subject.type, EVERY), type_name, relation)

    def _reach(self, node: Node) -> list[Node]:
        """Add a node with all that follows from it on the same entity; those that are new."""
        fresh: list[Node] = []
        waiting = [node]
        while waiting:
            each = waiting.pop()
            if each in self.reached or (each.type, each.relation) not in self._relevant:
                continue
            if len(self.reached) >= self._max_reached:
                raise WorkExceeded
            self.reached.add(each)
            fresh.append(each)
            key = (each.type, each.relation)
            if key in self.ids:
                self.ids[key].append(each.id)
            steps = self._graph.steps.get(key, ())
            waiting += [Node(each.type, each.id, step.target[1]) for step in steps if step.through is None]
        return fresh

    def _next(self, node: Node) -> Iterator[tuple[Holding, Key]]:
        for step in self._graph.steps.get((node.type, node.relation), ()):
            if step.through is not None and step.target in self._relevant:
                yield _holding(node, step, step.through), step.target

    def _is_allowed(self, fact: Fact) -> bool:
        relation = self._schema.relation(fact.key.entity_type, fact.key.relation)
        condition = fact.condition
        if relation is None or not relation.admits(fact.key.subject, condition.name if condition else None):
            return False
        if condition is not None and policy_of(condition) is not None:
            self.met_policy = True
            return not self._is_strict
        return True


def _holding(node: Node, step: Step, through: Key) -> Holding:
    subject = SubjectRef(node.type, node.id, "" if step.is_arrow else node.relation)
    return Holding(subject, *through, any_id=node.id == EVERY)
