"""The walk of one subject through the relations, without I/O: it says what to look up, and is told.

Questions become goals; goals that rest on each other in a circle are settled by the least fixpoint, so a
circle in the data converges and is no error. All lookups that are open at one time can be answered together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from app.authz.engine.formulas import (
    AllOf,
    AnyOf,
    ButNot,
    Formula,
    Goal,
    Match,
    Same,
    Slot,
    Through,
    Verdict,
)
from app.authz.engine.lookups import Fact, Lookup, Node
from app.authz.engine.schema import CompiledRelation, Schema
from app.authz.engine.settling import is_settled, settle_goals
from app.authz.engine.values import NO, OPEN, YES, Bound
from app.authz.errors import WorkExceeded
from app.authz.types.model import Arrow, Computed, Direct, Intersection, Rewrite, Union
from app.authz.types.tuples import EVERY, SubjectRef

Strata = Mapping[tuple[str, str], int]
JudgeFact = Callable[[Fact], Verdict]

# Goals and tuples that one question may touch before it is given up.
MAX_WORK: Final = 100_000
# Settling looks at every goal: it is worth it when there are few, or this part more than the last time.
_FEW_GOALS: Final = 50
_GROWTH: Final = 0.25


class Walk:
    """Answers questions about one subject.

    Args:
        judge: decides the condition of a tuple, with the context of the question.
        is_thorough: follow everything, also when the answer is known (for explanations).
        is_reflexive: a userset that is reached contains itself as a subject. Not so when it is asked about
            itself: `doc:1#viewer` is a viewer of `doc:1` only if tuples say so.
    """

    def __init__(
        self,
        schema: Schema,
        strata: Strata,
        subject: SubjectRef,
        judge: JudgeFact,
        *,
        is_thorough: bool = False,
        is_reflexive: bool = True,
        max_work: int = MAX_WORK,
    ) -> None:
        self.goals: dict[Node, Goal] = {}
        self.bounds: dict[Node, Bound] = {}
        self._schema = schema
        self._strata = strata
        self._subject = subject
        self._judge = judge
        self._is_thorough = is_thorough
        self._is_reflexive = is_reflexive and bool(subject.relation)
        self._subject_node = Node(*_parts(subject))
        self._work_left = max_work
        self._roots: list[Node] = []
        self._open: list[Slot] = []
        self._unbuilt: deque[tuple[Goal, CompiledRelation]] = deque()
        self._dependents: dict[Node, list[Goal]] = {}
        self._settled_goals = 0
        self._conditioned: dict[Node, Bound] | None = None

    def ask(self, node: Node) -> None:
        """Add a question. A relation that no model defines is answered with no."""
        self._roots.append(node)
        self._want(node)
        self._build_wanted()

    def take_lookups(self) -> list[Slot]:
        """The slots that wait for tuples; fill each with `fill`, then call `settle`."""
        waiting, self._open = self._open, []
        return waiting

    def fill(self, slot: Slot, facts: Sequence[Fact]) -> None:
        """Give a slot its tuples; those that the model does not allow are left aside.

        Raises:
            WorkExceeded: too many goals and tuples.
        """
        self._spend(len(facts) + 1)
        relation = self._schema.relation(slot.lookup.node.type, slot.lookup.node.relation)
        assert relation is not None
        slot.parts = []
        for fact in facts:
            condition = fact.condition.name if fact.condition else None
            if relation.admits(fact.key.subject, condition):
                self._add_part(slot, fact)
        self._build_wanted()

    def settle(self) -> None:
        """Find out how far the questions are answered; when all are, nothing more is looked up."""
        grown = len(self.goals) - self._settled_goals
        if self._open and len(self.goals) > _FEW_GOALS and grown < _GROWTH * self._settled_goals:
            return
        self._settled_goals = len(self.goals)
        settle_goals(self.goals.values(), self._dependents, self.bounds, lambda goal: goal.formula.bound(self.bounds))
        if not self._is_thorough and all(is_settled(self.bound(node)) for node in self._roots):
            self._open.clear()

    def bound(self, node: Node) -> Bound:
        """How far a question is answered."""
        return self.bounds.get(node, NO)

    def conditioned_bound(self, node: Node) -> Bound:
        """How far a question is answered if only tuples with a condition of their own give relations.

        Tuples that make the subject a member of a userset count all the same: they give nothing themselves.
        """
        if self._conditioned is None:
            given: dict[Node, Bound] = {}
            settle_goals(
                self.goals.values(),
                self._dependents,
                given,
                lambda goal: goal.formula.conditioned(self.bounds, given),
            )
            self._conditioned = given
        return self._conditioned.get(node, NO)

    def _want(self, node: Node, by: Goal | None = None) -> None:
        if by is not None:
            self._dependents.setdefault(node, []).append(by)
        if node in self.bounds:
            return
        relation = self._schema.relation(node.type, node.relation)
        if relation is None:
            self.bounds[node] = NO
            return
        self._spend(1)
        if self._is_reflexive and node == self._subject_node:
            self.bounds[node] = YES
            return
        goal = Goal(node, AnyOf(()), self._strata[node.type, node.relation])
        self.goals[node] = goal
        self.bounds[node] = OPEN
        self._unbuilt.append((goal, relation))

    def _build_wanted(self) -> None:
        # Relations can follow from each other in long chains: no recursion here.
        while self._unbuilt:
            goal, relation = self._unbuilt.popleft()
            goal.formula = self._build(goal, relation, relation.rewrite)

    def _build(self, goal: Goal, relation: CompiledRelation, rewrite: Rewrite) -> Formula:
        node = goal.node
        if isinstance(rewrite, Direct):
            return self._direct(goal, relation)
        if isinstance(rewrite, Computed):
            other = Node(node.type, node.id, rewrite.relation)
            self._want(other, goal)
            return Same(other)
        if isinstance(rewrite, Arrow):
            lookup = Lookup(Node(node.type, node.id, rewrite.tupleset), everybody=True)
            return self._slot(goal, Slot(goal, lookup, rewrite.relation))
        if isinstance(rewrite, Union | Intersection):
            parts = tuple(self._build(goal, relation, part) for part in rewrite.parts)
            return AnyOf(parts) if isinstance(rewrite, Union) else AllOf(parts)
        return ButNot(self._build(goal, relation, rewrite.base), self._build(goal, relation, rewrite.subtracted))

    def _direct(self, goal: Goal, relation: CompiledRelation) -> Formula:
        is_taken = relation.takes(self._subject)
        if not is_taken and not relation.takes_usersets:
            return AnyOf(())
        lookup = Lookup(goal.node, self._subject if is_taken else None, relation.takes_usersets)
        return self._slot(goal, Slot(goal, lookup))

    def _slot(self, goal: Goal, slot: Slot) -> Slot:
        goal.slots.append(slot)
        self._open.append(slot)
        return slot

    def _add_part(self, slot: Slot, fact: Fact) -> None:
        subject = fact.key.subject
        assert slot.parts is not None
        if slot.arrow is not None:
            self._add_link(slot, fact, subject)
            return
        if names(subject, self._subject):
            slot.parts.append(Match(fact, self._judge(fact)))
        if subject.relation:
            node = Node(subject.type, subject.id, subject.relation)
            self._want(node, slot.goal)
            slot.parts.append(Through(fact, self._judge(fact), node))

    def _add_link(self, slot: Slot, fact: Fact, subject: SubjectRef) -> None:
        assert slot.arrow is not None and slot.parts is not None  # noqa: PT018
        if subject.relation or subject.id == EVERY or self._schema.relation(subject.type, slot.arrow) is None:
            return
        node = Node(subject.type, subject.id, slot.arrow)
        self._want(node, slot.goal)
        slot.parts.append(Through(fact, self._judge(fact), node))

    def _spend(self, amount: int) -> None:
        self._work_left -= amount
        if self._work_left < 0:
            raise WorkExceeded


def _parts(subject: SubjectRef) -> tuple[str, str, str]:
    return subject.type, subject.id, subject.relation


def names(stored: SubjectRef, asked: SubjectRef) -> bool:
    """Whether a tuple's subject is the one asked about, or everyone of its type."""
    if stored == asked:
        return True
    return stored.id == EVERY and not asked.relation and (stored.type, stored.relation) == (asked.type, "")
