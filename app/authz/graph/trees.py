"""Trees in the API: flat lists, each node before those below it, with the number of the one above."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Any, TypeVar

import strawberry
from strawberry import enum_value, field

from app.authz.engine import explain, userset_tree
from app.authz.engine.policies import PolicyVerdict
from app.authz.graph.values import Subject, TupleKey, as_key, as_subject
from app.authz.types import answers
from app.authz.types.tuples import SubjectRef
from app.graph.scalars import JSON

Branch = TypeVar("Branch")


@strawberry.enum(description="What was decided. Only ALLOWED opens a door.")
class Decision(Enum):
    ALLOWED = enum_value(answers.Decision.ALLOWED, description="The subject may.")
    DENIED = enum_value(answers.Decision.DENIED, description="The subject may not.")
    UNDECIDED = enum_value(
        answers.Decision.UNDECIDED, description="Something that would decide is missing, or failed: not allowed."
    )


@strawberry.enum(description="What a node of a proof is.")
class ProofKind(Enum):
    PERMISSION = enum_value(explain.StepKind.PERMISSION, description="The permission that was asked for.")
    BYPASS = enum_value(explain.StepKind.BYPASS, description="What gives every permission.")
    RELATION = enum_value(explain.StepKind.RELATION, description="A relation of an entity.")
    DIRECT = enum_value(explain.StepKind.DIRECT, description="Whoever a tuple names.")
    COMPUTED = enum_value(explain.StepKind.COMPUTED, description="Whoever has another relation to the entity.")
    ARROW = enum_value(explain.StepKind.ARROW, description="Whoever has a relation to a related entity.")
    UNION = enum_value(explain.StepKind.UNION, description="One of several ways is enough.")
    INTERSECTION = enum_value(explain.StepKind.INTERSECTION, description="All of several ways are needed.")
    EXCLUSION = enum_value(explain.StepKind.EXCLUSION, description="The first way without the second.")
    TUPLE = enum_value(explain.StepKind.TUPLE, description="A tuple.")
    CONDITION = enum_value(explain.StepKind.CONDITION, description="The condition of a tuple.")
    POLICY = enum_value(explain.StepKind.POLICY, description="The policy of the permission, or of a tuple.")
    REPEATED = enum_value(explain.StepKind.REPEATED, description="What stands above already: a circle.")
    CUT = enum_value(explain.StepKind.CUT, description="The rest is left out: the proof is too large.")


@strawberry.enum(description="What a node of a userset tree is.")
class UsersetKind(Enum):
    UNION = enum_value(userset_tree.TreeKind.UNION, description="Whoever is in one of its parts.")
    INTERSECTION = enum_value(userset_tree.TreeKind.INTERSECTION, description="Whoever is in all of its parts.")
    EXCLUSION = enum_value(userset_tree.TreeKind.EXCLUSION, description="Whoever is in the first and not the second.")
    DIRECT = enum_value(userset_tree.TreeKind.DIRECT, description="Whoever a tuple names.")
    COMPUTED = enum_value(userset_tree.TreeKind.COMPUTED, description="Whoever has another relation to the entity.")
    ARROW = enum_value(userset_tree.TreeKind.ARROW, description="Whoever has a relation to a related entity.")


@strawberry.type(description="A node of a proof.")
class ProofNode:
    id: int = field(description="Its number in the list, from 0.")
    parent_id: int | None = field(description="The number of the node that rests on it; null for the root.")
    depth: int = field(description="How many nodes stand above it.")
    kind: ProofKind = field(description="What it is.")
    label: str = field(
        description="The node in words of the model, such as `document:1#viewer` or `viewer from parent`."
    )
    decision: Decision = field(description="What came of it.")
    tuple: TupleKey | None = field(description="The tuple, where one is meant.")
    problem: str | None = field(description="Why nothing was decided here.")
    policy: str | None = field(description="The name of the policy, where one is meant.")
    version: int | None = field(description="The version of the policy that was asked; null when none was.")
    duration_microseconds: int | None = field(description="How long the policy took; null when none was asked.")
    inputs: JSON | None = field(
        description="What the policy saw, as its `context`: without secrets, cut where it is long. Null when none was "
        "asked."
    )


@strawberry.type(description="A node of a userset tree.")
class UsersetNode:
    id: int = field(description="Its number in the list, from 0.")
    parent_id: int | None = field(description="The number of the node that it is a part of; null for the root.")
    depth: int = field(description="How many nodes stand above it.")
    kind: UsersetKind = field(description="What it is.")
    label: str = field(description="The node in words of the model, such as `[user, group#member]`.")
    usersets: list[Subject] = field(description="Where it leads on to.")
    tuples: list[TupleKey] = field(description="The tuples of a direct node, or those that an arrow follows.")
    is_cut: bool = field(description="Whether there are more tuples than are shown.")


@strawberry.type(description="What a relation of an entity is made of, one level of rewrites deep.")
class UsersetTree:
    nodes: list[UsersetNode] = field(description="The tree, each node before its parts.")
    checked_at: str = field(description="Consistency token of the tuples and models that it rests on.")


def flatten_proof(root: explain.ProofStep) -> list[ProofNode]:
    """A proof as a list."""
    return [
        ProofNode(
            id=number,
            parent_id=parent,
            depth=depth,
            kind=ProofKind(step.kind),
            label=step.label,
            decision=Decision(step.decision),
            tuple=as_key(step.fact.key) if step.fact else None,
            problem=step.problem,
            policy=step.label if step.kind is explain.StepKind.POLICY else None,
            **_show_verdict(step.verdict),
        )
        for number, (step, parent, depth) in enumerate(_walk(root, lambda each: each.steps))
    ]


def _show_verdict(verdict: PolicyVerdict | None) -> dict[str, Any]:
    if verdict is None or verdict.version is None:
        return {"version": None, "duration_microseconds": None, "inputs": None}
    return {
        "version": verdict.version,
        "duration_microseconds": round(verdict.seconds * 1_000_000),
        "inputs": verdict.seen,
    }


def flatten_tree(root: userset_tree.UsersetTree) -> list[UsersetNode]:
    """A userset tree as a list."""
    return [
        UsersetNode(
            id=number,
            parent_id=parent,
            depth=depth,
            kind=UsersetKind(tree.kind),
            label=tree.label,
            usersets=[as_subject(SubjectRef(*node)) for node in tree.usersets],
            tuples=[as_key(fact.key) for fact in tree.facts],
            is_cut=tree.is_cut,
        )
        for number, (tree, parent, depth) in enumerate(_walk(root, lambda each: each.parts))
    ]


def _walk(root: Branch, below: Callable[[Branch], Sequence[Branch]]) -> Iterator[tuple[Branch, int | None, int]]:
    """Each branch before those below it, with the number of the one above and its depth."""
    waiting: list[tuple[Branch, int | None, int]] = [(root, None, 0)]
    number = 0
    while waiting:
        branch, parent, depth = waiting.pop()
        yield branch, parent, depth
        waiting += [(each, number, depth + 1) for each in reversed(below(branch))]
        number += 1
