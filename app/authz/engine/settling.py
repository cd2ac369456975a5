"""Settles goals that rest on each other: the least fixpoint, stratum by stratum."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from app.authz.engine.formulas import Goal
from app.authz.engine.lookups import Node
from app.authz.engine.values import MAYBE, NO, Bound

Evaluate = Callable[[Goal], Bound]

# A bound rises at most four times where nothing is subtracted on a circle; one that keeps changing oscillates.
_MAX_CHANGES: Final = 64


def settle_goals(
    goals: Iterable[Goal], dependents: Mapping[Node, Sequence[Goal]], bounds: dict[Node, Bound], evaluate: Evaluate
) -> None:
    """Bring the bounds of goals up to date; those that are settled already stay.

    Args:
        goals: in the order in which they were wanted.
        dependents: for each node the goals whose formula names it.
        evaluate: the bound of a goal by the bounds so far.
    """
    for stratum in _by_stratum(goals):
        _settle_stratum(stratum, dependents, bounds, evaluate)


def _by_stratum(goals: Iterable[Goal]) -> Iterator[list[Goal]]:
    order = sorted(goals, key=lambda goal: goal.stratum)
    for _, part in groupby(order, key=lambda goal: goal.stratum):
        yield list(part)


def _settle_stratum(
    goals: Sequence[Goal], dependents: Mapping[Node, Sequence[Goal]], bounds: dict[Node, Bound], evaluate: Evaluate
) -> None:
    # A goal was wanted before those that it rests on: backwards, most need to be looked at once only.
    unsettled = {goal.node: goal for goal in reversed(goals) if not is_settled(bounds.get(goal.node))}
    bounds.update(dict.fromkeys(unsettled, NO))
    changes: Counter[Node] = Counter()
    waiting = deque(unsettled)
    queued = set(waiting)
    while waiting:
        node = waiting.popleft()
        queued.discard(node)
        found = evaluate(unsettled[node])
        if found == bounds[node]:
            continue
        bounds[node] = found
        changes[node] += 1
        if changes[node] > _MAX_CHANGES:
            # Only a model that subtracts what rests on itself comes here; such a model is never published.
            bounds.update(dict.fromkeys(unsettled, MAYBE))
            return
        for goal in dependents.get(node, ()):
            if goal.node in unsettled and goal.node not in queued:
                queued.add(goal.node)
                waiting.append(goal.node)


def is_settled(bound: Bound | None) -> bool:
    """Whether a question is answered."""
    return bound is not None and bound[0] == bound[1]
