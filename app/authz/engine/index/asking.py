"""The walk over tuples in memory, without waiting: for the questions that sets cannot answer."""

from __future__ import annotations

import time

from app.authz.engine.index.reader import StoreReader
from app.authz.engine.judge import Judge
from app.authz.engine.policies import PolicyInput
from app.authz.engine.resolve import (
    MAX_SECONDS,
    Question,
    Resolution,
    Ruleset,
    asks_itself,
    make_question,
)
from app.authz.engine.undecided import find_undecided
from app.authz.engine.values import FALSE, TRUE
from app.authz.engine.walk import Walk
from app.authz.errors import TooSlow, WorkExceeded
from app.authz.types.answers import Check, Decision


def walk_now(rules: Ruleset, reader: StoreReader, check: Check, policy: str | None) -> Resolution | PolicyInput:
    """Answer a check without contextual tuples, as `resolve` does; a policy that has to be asked is handed back."""
    walk = Walk(
        rules.schema,
        rules.strata,
        check.subject,
        Judge(rules.schema, check.context),
        is_thorough=policy is not None,
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
    return _conclude(rules, question, policy)


def _conclude(rules: Ruleset, question: Question, policy: str | None) -> Resolution | PolicyInput:
    for node in question.bypasses:
        if question.walk.bound(node)[0] == TRUE:
            return Resolution(Decision.ALLOWED, bypass=node)
    low, high = question.value
    if low != TRUE and question.problem is not None:
        return Resolution(Decision.UNDECIDED, question.problem)
    if high == FALSE:
        return Resolution(Decision.DENIED)
    if low != TRUE:
        return Resolution(Decision.UNDECIDED, find_undecided(question.walk))
    if policy is None or question.walk.conditioned_bound(question.root)[0] == TRUE:
        return Resolution(Decision.ALLOWED)
    return PolicyInput(policy, rules.schema.types[question.check.entity.type].scope, question.check)
