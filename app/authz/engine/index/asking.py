"""The walk over tuples in memory, without waiting: for the questions that sets cannot answer."""

from __future__ import annotations

import time

from app.authz.engine.crews import MAX_SECONDS
from app.authz.engine.index.reader import StoreReader
from app.authz.engine.judge import Judge
from app.authz.engine.questions import Pending, Resolution, Ruleset, asks_itself, conclude, make_question
from app.authz.engine.walk import Walk
from app.authz.errors import TooSlow, WorkExceeded
from app.authz.types.answers import Check


def walk_now(rules: Ruleset, reader: StoreReader, check: Check, *, is_thorough: bool) -> Resolution | Pending:
    """Answer a check without contextual tuples, as `resolve` does; where policies have to be asked, it says which.

    Args:
        is_thorough: the permission has a policy, so it counts which tuples match.
    """
    judge = Judge(rules.schema, check.context)
    walk = Walk(
        rules.schema,
        rules.strata,
        check.subject,
        judge,
        is_thorough=is_thorough,
        is_reflexive=not asks_itself(rules.schema, check),
    )
    question = make_question(rules, walk, check)
    walk.settle()
    deadline = time.monotonic() + MAX_SECONDS
    try:
        while slots := walk.take_lookups():
            if time.monotonic() > deadline:
                raise TooSlow
            for slot in slots:
                walk.fill(slot, reader.facts(slot.lookup))
            walk.settle()
    except (WorkExceeded, TooSlow) as problem:
        question.problem = problem
    return conclude(rules, question, is_short=judge.is_short)
