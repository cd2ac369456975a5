"""Many checks one after the other, from one state of the index, with turns for others in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from app.authz.engine.index.views import View
from app.authz.engine.pending import settle
from app.authz.engine.policies import Judgement, PolicyInput, PolicyVerdict
from app.authz.engine.resolve import MAX_SECONDS, Pending, Resolution, resolve
from app.authz.engine.turns import Turns
from app.authz.errors import TooSlow
from app.authz.types.answers import Check, Decision

if TYPE_CHECKING:
    from app.authz.engine.index.index import Index

ALLOWED: Final = Resolution(Decision.ALLOWED)
DENIED: Final = Resolution(Decision.DENIED)
# Checks that are walked together once the index has moved on: a few milliseconds.
_TOGETHER: Final = 20
# Checks about which policies are asked in one go.
_JUDGED_TOGETHER: Final = 500


async def check_in_turns(index: Index, view: View, checks: Iterable[Check], judge: Judgement) -> list[Resolution]:
    """Answer checks in their order, each as of the view. When their time is over, the rest is undecided.

    Policies are asked about many of them together; that they take their time is not counted.
    """
    turns, waiting = Turns(), iter(checks)
    found: list[Resolution] = []
    pending: dict[int, Pending] = {}
    for check in waiting:
        await turns.breathe()
        if found and turns.spent_seconds > MAX_SECONDS:
            found += await _give_up(turns, waiting)
            break
        answer = _check_now(index, view, check)
        if answer is None:
            # One by one where the index answers; the walk shares what it finds among many.
            together = [check] if view.is_current else [check, *islice(waiting, _TOGETHER - 1)]
            found += await resolve(view.rules, view, together, judge=_outside(turns, judge))
        elif isinstance(answer, Pending):
            pending[len(found)] = answer
            found.append(DENIED)
            if len(pending) >= _JUDGED_TOGETHER:
                await _settle(view, found, pending, turns, judge)
        else:
            found.append(answer)
    await _settle(view, found, pending, turns, judge)
    return found


async def _settle(
    view: View, found: list[Resolution], pending: dict[int, Pending], turns: Turns, judge: Judgement
) -> None:
    """Put the answers of those about which policies had to be asked in their places."""
    if pending:
        seconds = MAX_SECONDS - turns.spent_seconds
        told = await settle(view.rules, view, pending, _outside(turns, judge), seconds=seconds)
        for n, answer in told.items():
            found[n] = answer
        pending.clear()


def _outside(turns: Turns, judge: Judgement) -> Judgement:
    async def ask(questions: Sequence[PolicyInput]) -> Sequence[PolicyVerdict]:
        return await turns.wait_for(judge(questions))

    return ask


async def _give_up(turns: Turns, waiting: Iterable[Check]) -> list[Resolution]:
    """For a check whose time is over, and those after it."""
    problem = Resolution(Decision.UNDECIDED, TooSlow())
    found = [problem]
    for _ in waiting:
        if turns.is_over:
            await turns.breathe()
        found.append(problem)
    return found


def _check_now(index: Index, view: View, check: Check) -> Resolution | Pending | None:
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
