"""One run of a source: what Lua says, as a verdict or as a problem with a stable code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from app.lua.service import evaluate
from app.lua.types import Failure, Outcome
from app.lua.values import Prepared
from app.policies.errors import (
    PolicyContextUnfit,
    PolicyFailed,
    PolicyFailure,
    PolicyOutOfInstructions,
    PolicyOutOfMemory,
    PolicyOutOfTime,
    PolicyOversized,
    PolicyUncompiled,
)
from app.policies.types import Context, Trial, Verdict

_PROBLEMS: Final[Mapping[Failure, Callable[[str], PolicyFailure]]] = {
    Failure.SYNTAX: PolicyUncompiled,
    Failure.TOO_LONG: PolicyOversized,
    Failure.RUNTIME: PolicyFailed,
    Failure.INSTRUCTIONS: PolicyOutOfInstructions,
    Failure.TIME: PolicyOutOfTime,
    Failure.MEMORY: PolicyOutOfMemory,
    Failure.INPUT: PolicyContextUnfit,
}
# How a policy that has no name yet is spoken of.
UNNAMED: Final = "The policy"


async def run_source(source: str, context: Context | Prepared, name: str = UNNAMED, *, lane: str = "") -> Trial:
    """What a source says of a context. It never raises for what the script does.

    Exactly `true` allows. Anything else that a script returns denies; a script that fails says nothing.

    Args:
        context: or what `app.lua` made ready of it.
        lane: whose slow scripts wait for each other; empty: nobody's, so this one waits for none.
    """
    outcome = await evaluate(source, context, lane=lane or None)
    problem = to_problem(outcome, name)
    if problem is not None:
        return Trial(Verdict.ERROR, problem, outcome.seconds)
    return Trial(Verdict.ALLOWED if outcome.value is True else Verdict.DENIED, None, outcome.seconds)


def to_problem(outcome: Outcome, name: str) -> PolicyFailure | None:
    """Why a run came to no verdict; None when it did. What Lua says of it is for the author alone."""
    if outcome.failure is None:
        return None
    problem = _PROBLEMS[outcome.failure](name)
    problem.reason, problem.line, problem.detail = outcome.message, outcome.line, outcome.message
    return problem
