"""The tuples of one relation of a type that count now and that the model allows, from both ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.authz.engine.index.containers import (
    EntitySet,
    NodeSet,
    add_entity,
    add_node,
    drop_entity,
    drop_node,
    each_of,
)
from app.authz.engine.index.numbers import MASK, Kind, Numbers
from app.authz.engine.schema import admits_condition
from app.authz.types.tuples import ConditionRef, policy_of

# Type, offset of the relation, whether it is everyone of the type.
SubjectPart = tuple[int, int, bool]
Allowed = Mapping[SubjectPart, frozenset[str | None]]


class Table:
    """Tuples of one relation.

    Attributes:
        allowed: what the model in force lets stand here.
        grants, held: tuples without a condition, by entity and by subject.
        conditioned, held_conditioned: tuples with one.
        policies: how many of these have a policy.
        tracked: kinds of usersets that closures of subjects cannot hold; `open` has the tuples that name them.
    """

    __slots__ = (
        "allowed", "conditioned", "grants", "held", "held_conditioned", "kind", "open", "policies", "relation",
        "tracked",
    )  # fmt: skip

    def __init__(self, kind: Kind, relation: str) -> None:
        self.kind = kind
        self.relation = relation
        self.allowed: Allowed = {}
        self.tracked: frozenset[tuple[int, int]] = frozenset()
        self.grants: dict[int, NodeSet] = {}
        self.held: dict[int, EntitySet] = {}
        self.conditioned: dict[int, dict[int, ConditionRef]] = {}
        self.held_conditioned: dict[int, NodeSet] = {}
        self.policies = 0
        self.open: dict[int, NodeSet] = {}

    def clear(self) -> None:
        """Forget all tuples. The dictionaries stay: plans hold them."""
        star = self.kind.star
        self.kind.stars -= sum(1 for _ in each_of(self.grants.get(star))) + len(self.conditioned.get(star, ()))
        for each in (self.grants, self.held, self.conditioned, self.held_conditioned, self.open):
            each.clear()
        self.policies = 0

    def put(self, entity: int, node: int, condition: ConditionRef | None, numbers: Numbers) -> None:
        """Add a tuple that is not there."""
        if entity == self.kind.star:
            self.kind.stars += 1
        if condition is not None:
            self.policies += policy_of(condition) is not None
            self.conditioned.setdefault(entity, {})[node] = condition
            self.held_conditioned[node] = add_node(self.held_conditioned.get(node), entity)
            return
        self.grants[entity] = add_node(self.grants.get(entity), node)
        self.held[node] = add_entity(self.held.get(node), entity)
        if self.tracked and numbers.part_of(node) in self.tracked:
            self.open[entity] = add_node(self.open.get(entity), node)

    def compact(self) -> None:
        """Give back what sets have as room to grow: when they have grown one by one, that is up to three quarters."""
        for each in (self.grants, self.open):
            each.update([(entity, found.copy()) for entity, found in each.items() if isinstance(found, set)])

    def take(self, entity: int, node: int) -> bool:
        """Remove a tuple; whether it was there."""
        if node in each_of(self.grants.get(entity)):
            _shrink(self.grants, entity, drop_node(self.grants[entity], node))
            _shrink(self.held, node, drop_entity(self.held.get(node), entity))
            _shrink(self.open, entity, drop_node(self.open.get(entity), node))
        elif node in self.conditioned.get(entity, ()):
            self.policies -= policy_of(self.conditioned[entity].pop(node)) is not None
            if not self.conditioned[entity]:
                del self.conditioned[entity]
            _shrink(self.held_conditioned, node, drop_node(self.held_conditioned.get(node), entity))
        else:
            return False
        if entity == self.kind.star:
            self.kind.stars -= 1
        return True

    def track(self, tracked: frozenset[tuple[int, int]], numbers: Numbers) -> None:
        """Keep the tuples that name these kinds of usersets at hand."""
        if tracked == self.tracked:
            return
        self.tracked = tracked
        self.open.clear()
        for entity, found in self.grants.items() if tracked else ():
            for node in each_of(found):
                if node > MASK and numbers.part_of(node) in tracked:
                    self.open[entity] = add_node(self.open.get(entity), node)

    def admits(self, part: SubjectPart, condition: str | None) -> bool:
        """Whether the model lets such a subject stand here, with this condition or none."""
        conditions = self.allowed.get(part)
        return conditions is not None and admits_condition(conditions, condition)

    def tuples(self) -> Iterator[tuple[int, int, ConditionRef | None]]:
        """All of them: entity, subject, condition."""
        for entity, found in self.grants.items():
            for node in each_of(found):
                yield entity, node, None
        for entity, named in self.conditioned.items():
            for node, condition in named.items():
                yield entity, node, condition

    def __len__(self) -> int:
        plain = sum(1 if isinstance(each, int) else len(each) for each in self.grants.values())
        return plain + sum(map(len, self.conditioned.values()))


def _shrink(found: dict[int, NodeSet] | dict[int, EntitySet], key: int, left: NodeSet | EntitySet | None) -> None:
    if left is None:
        found.pop(key, None)
    else:
        found[key] = left  # type: ignore[assignment]
