"""Proofs: which tuples and rewrites led to an answer, or what was tried in vain.

Read off a walk that followed everything. Each node says what it is, what came of it and what it rests on;
a question that stands above itself already is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.authz.engine.formulas import AllOf, AnyOf, ButNot, Formula, Goal, Match, Same, Slot, Through, Verdict
from app.authz.engine.lookups import Fact, Node
from app.authz.engine.policies import PolicyVerdict
from app.authz.engine.schema import CompiledRelation, Schema
from app.authz.engine.values import FALSE, TRUE, Bound
from app.authz.engine.walk import Walk
from app.authz.types.answers import Decision
from app.authz.types.tuples import EVERY, SubjectRef, TupleKey

MAX_NODES: Final = 2_000
# Formulas within each other. A step is some calls deep, here and wherever a proof is read.
MAX_DEPTH: Final = 60
_MAX_MISSING: Final = 10
_DECISIONS: Final = {True: Decision.ALLOWED, False: Decision.DENIED, None: Decision.UNDECIDED}


class StepKind(StrEnum):
    """What a node of a proof is."""

    PERMISSION = "permission"
    BYPASS = "bypass"
    RELATION = "relation"
    DIRECT = "direct"
    COMPUTED = "computed"
    ARROW = "arrow"
    UNION = "union"
    INTERSECTION = "intersection"
    EXCLUSION = "exclusion"
    TUPLE = "tuple"
    CONDITION = "condition"
    POLICY = "policy"
    REPEATED = "repeated"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class ProofStep:
    """A node of a proof.

    Attributes:
        label: the node in words of the model (`document:1#viewer`, `viewer from parent`, a tuple).
        fact: the tuple, where one is meant.
        problem: why nothing was decided here.
        verdict: what the policy said, where one was asked.
    """

    kind: StepKind
    label: str
    decision: Decision
    fact: Fact | None = None
    problem: str | None = None
    steps: tuple[ProofStep, ...] = ()
    verdict: PolicyVerdict | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A tuple that does not stand, and the condition without which its model does not take it."""

    key: TupleKey
    condition: str | None = None

    def __str__(self) -> str:
        return f"{self.key} with {self.condition}" if self.condition else str(self.key)


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof and, for a denial, tuples of which each alone would have allowed it, the nearest first.

    One with a condition would have done so as far as its condition holds.
    """

    root: ProofStep
    missing: tuple[Missing, ...] = ()


class Prover:
    """Reads proofs off a settled walk."""

    def __init__(self, schema: Schema, walk: Walk) -> None:
        self._schema = schema
        self._walk = walk
        self._nodes_left = MAX_NODES
        self._depth = 0

    def prove(self, node: Node) -> ProofStep:
        """The proof of one question."""
        return self._goal(node, ())

    def _goal(self, node: Node, above: tuple[Node, ...]) -> ProofStep:
        bound = self._walk.bound(node)
        goal = self._walk.goals.get(node)
        if goal is None:
            return ProofStep(StepKind.RELATION, str(node), decide(bound), problem=self._absence(node, bound))
        if node in above:
            return ProofStep(StepKind.REPEATED, str(node), decide(bound))
        if self._nodes_left <= 0 or self._depth >= MAX_DEPTH:
            return ProofStep(StepKind.CUT, str(node), decide(bound), problem="The rest is left out.")
        self._nodes_left -= 1
        relation = self._schema.relation(node.type, node.relation)
        assert relation is not None
        steps = (self._formula(goal.formula, relation, (*above, node)),)
        return ProofStep(StepKind.RELATION, str(node), decide(bound), steps=steps)

    def _absence(self, node: Node, bound: Bound) -> str | None:
        if bound[0] == TRUE:
            return "The subject is this userset itself."
        return f"{node.type} has no relation {node.relation}."

    def _formula(self, formula: Formula, relation: CompiledRelation, above: tuple[Node, ...]) -> ProofStep:
        self._depth += 1
        step = self._step(formula, relation, above)
        self._depth -= 1
        return step

    def _step(self, formula: Formula, relation: CompiledRelation, above: tuple[Node, ...]) -> ProofStep:
        decision = decide(formula.bound(self._walk.bounds))
        if isinstance(formula, Slot):
            return self._slot(formula, relation, decision, above)
        if isinstance(formula, Same):
            inner = self._goal(formula.node, above)
            return ProofStep(StepKind.COMPUTED, formula.node.relation, decision, steps=(inner,))
        if isinstance(formula, Match | Through):
            return self._part(formula, above)
        kind, parts = _operation(formula)
        if kind is StepKind.UNION and not parts:
            return ProofStep(StepKind.DIRECT, "[]", decision, problem="No tuple may name such a subject here.")
        steps = tuple(self._formula(part, relation, above) for part in parts)
        return ProofStep(kind, kind.value, decision, steps=steps)

    def _slot(self, slot: Slot, relation: CompiledRelation, decision: Decision, above: tuple[Node, ...]) -> ProofStep:
        steps = tuple(self._part(part, above) for part in slot.parts or ())
        if slot.arrow is not None:
            label = f"{slot.arrow} from {slot.lookup.node.relation}"
            return ProofStep(StepKind.ARROW, label, decision, steps=steps)
        label = f"[{', '.join(str(each) for each in relation.allowed)}]"
        return ProofStep(StepKind.DIRECT, label, decision, steps=steps)

    def _part(self, part: Match | Through, above: tuple[Node, ...]) -> ProofStep:
        steps = [_condition(part.fact, part.verdict)] if part.fact.condition else []
        if isinstance(part, Through):
            steps.append(self._goal(part.node, above))
        decision = decide(part.bound(self._walk.bounds))
        return ProofStep(StepKind.TUPLE, str(part.fact.key), decision, part.fact, steps=tuple(steps))


def decide(bound: Bound) -> Decision:
    """The decision that a bound stands for; one that is not settled is undecided."""
    if bound[0] == TRUE:
        return Decision.ALLOWED
    return Decision.DENIED if bound[1] == FALSE else Decision.UNDECIDED


def find_missing(schema: Schema, walk: Walk, root: Node, subject: SubjectRef) -> Iterator[Missing]:
    """Tuples that would name the subject where it was looked for in vain, the nearest to the entity first.

    Where a subject may stand without a condition, those that it may have besides are not told.
    Whether a tuple suffices has to be tried: a relation may need more than one, or exclude the subject.
    """
    seen, waiting, found = {root}, [root], 0
    for node in waiting:
        goal, relation = walk.goals.get(node), schema.relation(node.type, node.relation)
        if goal is None or relation is None or found >= _MAX_MISSING:
            continue
        if node.id != EVERY:
            key = TupleKey(*node, subject.type, subject.id, subject.relation)
            for condition in _conditions_of(relation, subject):
                found += 1
                yield Missing(key, condition)
        for other in _rests_on(goal):
            if other not in seen:
                seen.add(other)
                waiting.append(other)


def _conditions_of(relation: CompiledRelation, subject: SubjectRef) -> Sequence[str | None]:
    """With what the subject may stand in a tuple of the relation: nothing, or one of some conditions."""
    if relation.admits(subject, None):
        return (None,)
    found = relation.conditions.get((subject.type, subject.relation, subject.id == EVERY), frozenset())
    return sorted(each for each in found if each is not None)


def _rests_on(goal: Goal) -> Iterator[Node]:
    waiting: list[Formula] = [goal.formula]
    while waiting:
        formula = waiting.pop(0)
        if isinstance(formula, Same | Through):
            yield formula.node
        elif isinstance(formula, Slot):
            waiting += formula.parts or ()
        elif isinstance(formula, AnyOf | AllOf):
            waiting += formula.parts
        elif isinstance(formula, ButNot):
            waiting.append(formula.base)


def _operation(formula: AnyOf | AllOf | ButNot) -> tuple[StepKind, Sequence[Formula]]:
    if isinstance(formula, ButNot):
        return StepKind.EXCLUSION, (formula.base, formula.subtracted)
    return (StepKind.UNION if isinstance(formula, AnyOf) else StepKind.INTERSECTION), formula.parts


def _condition(fact: Fact, verdict: Verdict) -> ProofStep:
    assert fact.condition is not None
    if verdict.policy is not None:
        if verdict.told is not None:
            return show_policy(verdict.policy.name, verdict.told)
        return ProofStep(StepKind.POLICY, verdict.policy.name, Decision.UNDECIDED, problem=verdict.problem)
    problem = verdict.problem or (f"needs {', '.join(verdict.missing)}" if verdict.missing else None)
    return ProofStep(StepKind.CONDITION, fact.condition.name, _DECISIONS[verdict.value], problem=problem)


def show_policy(name: str, verdict: PolicyVerdict) -> ProofStep:
    """What a policy said, as a node of a proof."""
    problem = verdict.problem.message if verdict.problem else None
    return ProofStep(StepKind.POLICY, name, _DECISIONS[verdict.value], problem=problem, verdict=verdict)
