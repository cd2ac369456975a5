"""Why a walk could not decide."""

from __future__ import annotations

from app.authz.engine.formulas import Match, Through
from app.authz.engine.walk import Walk
from app.authz.errors import ConditionUndecided
from app.kit.errors import AppError


def find_undecided(walk: Walk) -> AppError:
    """Why a walk could not decide: the first condition that could not be evaluated."""
    for goal in walk.goals.values():
        for slot in goal.slots:
            for part in slot.parts or ():
                if isinstance(part, Match | Through) and part.verdict.value is None:
                    return _describe(part)
    return ConditionUndecided("The models in force do not decide this.")


def _describe(part: Match | Through) -> AppError:
    name = part.fact.condition.name if part.fact.condition else ""
    reason = part.verdict.problem or f"needs {', '.join(part.verdict.missing)} in the context"
    return ConditionUndecided(f"The condition {name} of {part.fact.key}: {reason}", missing=part.verdict.missing)
