"""Many checks one after the other, from one state of the index, with turns for others in between."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Final

from app.authz.engine.index.views import View
from app.authz.engine.policies import PolicyInput, PolicyVerdict
from app.authz.engine.resolve import MAX_SECONDS, Judgement, Resolution, resolve
from app.authz.engine.turns import Turns
from app.authz.errors import TooSlow
from app.authz.types.answers import Check, Decision

if TYPE_CHECKING:
    from app.authz.engine.index.index import Index

ALLOWED: Final = Resolution(Decision.ALLOWED)
DENIED: Final = Resolution(Decision.DENIED)
# Checks that are walked together once the index has moved on: a few milliseconds.
_TOGETHER: Final = 20


async def check_in_turns(index: Index, view: View, checks: Iterable[Check], judge: Judgement) -> list[Resolution]:
    """Answer checks in their order, each as of the view. When their time is over, the rest is undecided."""
    turns, waiting = Turns(), iter(checks)
    found: list[Resolution] = []
    for check in waiting:
        await turns.breathe()
        if found and turns.spent_seconds > MAX_SECONDS:
            found += await _give_up(turns, waiting)
            break
        answer = _check_now(index, view, check)
        if answer is None:
            # One by one where the index answers; the walk shares what it finds among many.
            together = [check] if view.is_current else [check, *islice(waiting, _TOGETHER - 1)]
            found += await resolve(view.rules, view, together, judge=judge)
        elif isinstance(answer, PolicyInput):
            found.append(_of_verdict(await turns.wait_for(judge(answer))))
        else:
            found.append(answer)
    return found


async def _give_up(turns: Turns, waiting: Iterable[Check]) -> list[Resolution]:
    """For a check whose time is over, and those after it."""
    problem = Resolution(Decision.UNDECIDED, TooSlow())
    found = [problem]
    for _ in waiting:
        if turns.is_over:
            await turns.breathe()
        found.append(problem)
    return found


def _check_now(index: Index, view: View, check: Check) -> Resolution | PolicyInput | None:
    """The answer of the index itself, None where it has moved on or cannot say."""
    index.catch_up()
    if check.contextual or not view.is_current:
        return None
    subject, entity = check.subject, check.entity
    answer = index.check(
        subject.type, subject.id, subject.relation, check.action, entity.type, entity.id, check.context
    )
    # A tuple may have begun or ended just now.
    return answer if view.is_current else None


def _of_verdict(verdict: PolicyVerdict) -> Resolution:
    if verdict.value is None:
        return Resolution(Decision.UNDECIDED, verdict.problem)
    return ALLOWED if verdict.value else DENIED
