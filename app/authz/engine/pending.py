"""Asks policies about many checks at once, and answers these with what they said."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

from app.authz.engine.crews import MAX_SECONDS, Crew, drive
from app.authz.engine.lookups import TupleReader
from app.authz.engine.policies import Judgement, PolicyInput, PolicyName, PolicyVerdict
from app.authz.engine.questions import Pending, Resolution, Ruleset, conclude, decide_by

# A thorough walk meets all policies, so that after the second round nothing new comes; this is for the third.
_MAX_ROUNDS: Final = 4

Told = dict[PolicyName, PolicyVerdict]


async def ask_policies(pendings: Sequence[Pending], judge: Judgement) -> list[Told]:
    """What policies say about each of these, all asked together."""
    inputs = [PolicyInput(each.name, each.scope, one.check) for one in pendings for each in one.policies]
    answers = iter(await judge(inputs))
    return [{each: next(answers) for each in one.policies} for one in pendings]


async def settle(
    rules: Ruleset,
    reader: TupleReader,
    pendings: Mapping[int, Pending],
    judge: Judgement,
    *,
    seconds: float = MAX_SECONDS,
) -> dict[int, Resolution]:
    """The answers to checks that policies have to be asked about, by the number that each has.

    A question whose tuples have policies is walked again, alone: a verdict counts for no other one.

    Args:
        reader: it stays at one state meanwhile.
        seconds: for the walks; that policies take their time is not counted.
    """
    found: dict[int, Resolution] = {}
    verdicts: dict[int, Told] = {n: {} for n in pendings}
    left = dict(pendings)
    for _ in range(_MAX_ROUNDS):
        for (n, pending), told in zip(left.items(), await ask_policies(list(left.values()), judge), strict=True):
            verdicts[n] |= told
            if pending.is_last:
                found[n] = decide_by(verdicts[n][pending.policies[-1]])
        crews = {n: Crew(rules, reader, [each.check], verdicts[n]) for n, each in left.items() if n not in found}
        began = time.monotonic()
        await drive(list(crews.values()), seconds)
        seconds -= time.monotonic() - began
        left = {}
        for n, crew in crews.items():
            outcome = conclude(rules, crew.questions[0], verdicts[n], is_short=crew.judge.is_short)
            if isinstance(outcome, Pending):
                left[n] = outcome
            else:
                found[n] = outcome
        if not left:
            return found
    raise AssertionError("a thorough walk met a policy that the one before it had not met")
