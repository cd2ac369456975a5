"""Formulas over facts and other questions: what a rewrite becomes for one entity and one subject.

A slot waits for tuples. Each formula knows how far its value is settled, and keeps what explains it.
`conditioned` is the same if, of the tuples that give a relation, only those with a condition of their own
count; how their subjects came by a userset, and what is subtracted, does not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from app.authz.engine.lookups import Fact, Lookup, Node
from app.authz.engine.policies import PolicyName, PolicyVerdict
from app.authz.engine.values import NO, OPEN, Bound, both, either, negate, of_verdict

Bounds: TypeAlias = Mapping[Node, Bound]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the condition of a tuple says. None: it could not be decided, and why.

    Attributes:
        policy: the tuple has one; `told` is what it said, None as long as it was not asked.
    """

    value: bool | None = True
    missing: tuple[str, ...] = ()
    problem: str | None = None
    policy: PolicyName | None = None
    told: PolicyVerdict | None = None


ALWAYS = Verdict()


@dataclass(slots=True, eq=False)
class Match:
    """A tuple that names the subject, or everyone of its type."""

    fact: Fact
    verdict: Verdict

    def bound(self, bounds: Bounds) -> Bound:
        return of_verdict(self.verdict.value)

    def conditioned(self, bounds: Bounds, given: Bounds) -> Bound:
        return self.bound(bounds) if self.fact.condition else NO


@dataclass(slots=True, eq=False)
class Through:
    """A tuple that leads to another question: a userset, or an entity that an arrow follows."""

    fact: Fact
    verdict: Verdict
    node: Node

    def bound(self, bounds: Bounds) -> Bound:
        return both(of_verdict(self.verdict.value), bounds.get(self.node, OPEN))

    def conditioned(self, bounds: Bounds, given: Bounds) -> Bound:
        return self.bound(bounds) if self.fact.condition else NO


@dataclass(slots=True, eq=False)
class Same:
    """Another relation of the same entity."""

    node: Node

    def bound(self, bounds: Bounds) -> Bound:
        return bounds.get(self.node, OPEN)

    def conditioned(self, bounds: Bounds, given: Bounds) -> Bound:
        return given.get(self.node, NO)


@dataclass(slots=True, eq=False)
class Slot:
    """Whoever the tuples of a relation name; with `arrow`, whoever has that relation to what they name."""

    goal: Goal
    lookup: Lookup
    arrow: str | None = None
    parts: list[Match | Through] | None = None

    def bound(self, bounds: Bounds) -> Bound:
        if self.parts is None:
            return OPEN
        found = NO
        for part in self.parts:
            found = either(found, part.bound(bounds))
        return found

    def conditioned(self, bounds: Bounds, given: Bounds) -> Bound:
        found = NO
        for part in self.parts or ():
            # An arrow's tuples only link entities: what counts is how the relation to the other one is given.
            is_link = self.arrow is not None and isinstance(part, Through)
            found = either(found, part.bound(given) if is_link else part.conditioned(bounds, given))
        return found


@dataclass(slots=True, eq=False)
class AnyOf:
    parts: tuple[Formula, ...]

    def bound(self, bounds: Bounds) -> Bound:
        found = NO
        for part in self.parts:
            found = either(found, part.bound(bounds))
        return found

    def conditioned(self, bounds: Bounds, given: Bounds) -> Bound:
        found = NO
        for part in self.parts:
            found = either(found, part.conditioned(bounds, given))
        return found


@dataclass(slots=True, eq=False)
class AllOf:
    parts: tuple[Formula, ...]

    def bound(self, bounds: Bounds) -> Bound:
        first, *rest = self.parts
        found = first.bound(bounds)
        for part in rest:
            found = both(found, part.bound(bounds))
        return found

    def conditioned(self, bounds: Bounds, given: Bounds) -> Bound:
        first, *rest = self.parts
        found = first.conditioned(bounds, given)
        for part in rest:
            found = both(found, part.conditioned(bounds, given))
        return found


@dataclass(slots=True, eq=False)
class ButNot:
    """The subtracted part rests on lower strata only, so its bounds are settled when this one's are sought."""

    base: Formula
    subtracted: Formula

    def bound(self, bounds: Bounds) -> Bound:
        return both(self.base.bound(bounds), negate(self.subtracted.bound(bounds)))

    def conditioned(self, bounds: Bounds, given: Bounds) -> Bound:
        return both(self.base.conditioned(bounds, given), negate(self.subtracted.bound(bounds)))


Formula: TypeAlias = Match | Through | Same | Slot | AnyOf | AllOf | ButNot


@dataclass(slots=True, eq=False)
class Goal:
    """One question: does the subject have the relation to the entity?"""

    node: Node
    formula: Formula
    stratum: int
    slots: list[Slot] = field(default_factory=list)
