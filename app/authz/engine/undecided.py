"""Why a walk could not decide, and which policies would have to be asked."""

from __future__ import annotations

from collections.abc import Iterator

from app.authz.engine.formulas import AllOf, AnyOf, ButNot, Formula, Match, Same, Slot, Through
from app.authz.engine.lookups import Node
from app.authz.engine.policies import PolicyName
from app.authz.engine.walk import Walk
from app.authz.errors import ConditionUndecided
from app.authz.errors_policies import PolicyUndecided
from app.kit.errors import AppError


def find_undecided(walk: Walk, root: Node) -> AppError:
    """Why a walk could not decide a question: the first condition or policy that could not be evaluated."""
    for part in _parts_below(walk, root):
        if part.verdict.value is None:
            return _describe(part)
    return ConditionUndecided("The models in force do not decide this.")


def find_unasked(walk: Walk, root: Node) -> list[PolicyName]:
    """The policies of tuples that a question rests on and that were not asked, in the order in which they were met."""
    found: dict[PolicyName, None] = {}
    for part in _parts_below(walk, root):
        if part.verdict.policy is not None and part.verdict.told is None:
            found[part.verdict.policy] = None
    return list(found)


def _parts_below(walk: Walk, root: Node) -> Iterator[Match | Through]:
    """The tuples that a question rests on, what is subtracted among them."""
    seen, waiting = {root}, [root]
    for node in waiting:
        goal = walk.goals.get(node)
        formulas: list[Formula] = [goal.formula] if goal else []
        while formulas:
            formula = formulas.pop(0)
            if isinstance(formula, Match | Through):
                yield formula
            formulas[:0] = _inner(formula)
            if isinstance(formula, Same | Through) and formula.node not in seen:
                seen.add(formula.node)
                waiting.append(formula.node)


def _inner(formula: Formula) -> tuple[Formula, ...]:
    if isinstance(formula, Slot):
        # Readers give tuples in orders of their own.
        return tuple(sorted(formula.parts or (), key=lambda part: str(part.fact.key)))
    if isinstance(formula, AnyOf | AllOf):
        return formula.parts
    return (formula.base, formula.subtracted) if isinstance(formula, ButNot) else ()


def _describe(part: Match | Through) -> AppError:
    verdict, key = part.verdict, part.fact.key
    if verdict.policy is not None:
        return PolicyUndecided(verdict.policy.name, f"of {key}: {verdict.problem or 'it gave no answer.'}")
    name = part.fact.condition.name if part.fact.condition else ""
    reason = verdict.problem or f"needs {', '.join(verdict.missing)} in the context"
    needed = f"needs {', '.join(verdict.missing)}." if verdict.missing else "cannot be evaluated with this context."
    return ConditionUndecided(
        f"The condition {name} of {key}: {reason}", missing=verdict.missing, public=f"The condition {name} {needed}"
    )
