"""Explaining a check with any reader."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from app.authz.engine.crews import MAX_SECONDS
from app.authz.engine.explain import Missing, Proof, ProofStep, Prover, StepKind, find_missing, show_policy
from app.authz.engine.judge import Judge
from app.authz.engine.lookups import TupleReader
from app.authz.engine.overlay import Overlay
from app.authz.engine.pending import Told, ask_policies
from app.authz.engine.policies import Judgement, PolicyName, judge_policies
from app.authz.engine.questions import (
    Pending,
    Question,
    Resolution,
    Ruleset,
    asks_itself,
    conclude,
    find_problem,
    make_question,
)
from app.authz.engine.resolve import resolve
from app.authz.engine.values import TRUE
from app.authz.engine.walk import Walk
from app.authz.errors import ConditionUndecided, TooSlow
from app.authz.types.answers import Check, Decision
from app.authz.types.tuples import ConditionRef, RelationTuple

# Missing tuples that are tried, at most.
_MAX_TRIED = 10


async def explain(
    rules: Ruleset, reader: TupleReader, check: Check, judge: Judgement = judge_policies
) -> tuple[Resolution, Proof]:
    """The answer to a check and its proof, which follows everything and never comes from a cache.

    Policies are asked as in a check: those whose word does not change the answer are shown, but not asked.

    Raises:
        TypeUnknown, ActionUnknown, ContextualForbidden: the check means nothing.
        WorkExceeded, TooSlow: the whole proof is too large.
    """
    problem = find_problem(rules.schema, check)
    if problem is not None:
        raise problem
    over = Overlay(reader, check.contextual) if check.contextual else reader
    told: Told = {}
    while True:
        question, outcome = await _walk(rules, over, check, told)
        if not isinstance(outcome, Pending):
            break
        (fresh,) = await ask_policies([outcome], judge)
        told |= fresh
    root = _root(rules, question, outcome, told)
    missing: tuple[Missing, ...] = ()
    if outcome.decision is Decision.DENIED:
        missing = await _missing(rules, reader, question, judge)
    return outcome, Proof(root, missing)


async def _walk(rules: Ruleset, reader: TupleReader, check: Check, told: Told) -> tuple[Question, Resolution | Pending]:
    """Walk a check with what policies said so far."""
    judge = Judge(rules.schema, check.context, told)
    walk = Walk(
        rules.schema,
        rules.strata,
        check.subject,
        judge,
        is_thorough=True,
        is_reflexive=not asks_itself(rules.schema, check),
    )
    question = make_question(rules, walk, check)
    await _follow(walk, reader)
    return question, conclude(rules, question, told, is_short=judge.is_short)


async def _follow(walk: Walk, reader: TupleReader) -> None:
    walk.settle()
    deadline = time.monotonic() + MAX_SECONDS
    while slots := walk.take_lookups():
        if time.monotonic() > deadline:
            raise TooSlow
        facts = await reader.read([slot.lookup for slot in slots])
        for slot, found in zip(slots, facts, strict=True):
            walk.fill(slot, found)
        walk.settle()


def _root(rules: Ruleset, question: Question, resolution: Resolution, told: Told) -> ProofStep:
    prover = Prover(rules.schema, question.walk)
    step = prover.prove(question.root)
    permission = question.permission
    if permission is None:
        return step
    steps = [step]
    if permission.policy is not None and _was_asked(question, resolution):
        verdict = told[PolicyName(question.scope, permission.policy)]
        steps.append(show_policy(permission.policy, verdict))
    for node in question.bypasses:
        if resolution.bypass is not None and question.walk.bound(node)[0] == TRUE:
            proof = prover.prove(node)
            steps.insert(0, ProofStep(StepKind.BYPASS, str(node), Decision.ALLOWED, steps=(proof,)))
    label = f"{question.check.entity}: {permission.name} needs {permission.relation}"
    return ProofStep(StepKind.PERMISSION, label, resolution.decision, steps=tuple(steps))


def _was_asked(question: Question, resolution: Resolution) -> bool:
    """Whether the policy of the permission had the last word, as `conclude` has it."""
    if resolution.bypass is not None or question.value[0] != TRUE:
        return False
    return question.walk.conditioned_bound(question.root)[0] != TRUE


async def _missing(rules: Ruleset, reader: TupleReader, question: Question, judge: Judgement) -> tuple[Missing, ...]:
    """Tuples of which each alone would turn the denial, tried one by one."""
    check = question.check
    found = list(find_missing(rules.schema, question.walk, question.root, check.subject))[:_MAX_TRIED]
    tried = [replace(check, contextual=_with(check.contextual, each)) for each in found]
    answers = await resolve(rules, reader, tried, judge=judge)
    return tuple(each for each, answer in zip(found, answers, strict=True) if _suffices(each, answer))


def _suffices(missing: Missing, answer: Resolution) -> bool:
    if answer.decision is Decision.ALLOWED:
        return True
    # Its condition lacks a parameter, which the question may bring.
    return missing.condition is not None and isinstance(answer.problem, ConditionUndecided)


def _with(contextual: Sequence[RelationTuple], missing: Missing) -> tuple[RelationTuple, ...]:
    condition = ConditionRef(missing.condition) if missing.condition else None
    return (*contextual, RelationTuple(missing.key, condition))
