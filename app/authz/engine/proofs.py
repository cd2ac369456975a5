"""Explaining a check with any reader."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from app.authz.engine.explain import Missing, Proof, ProofStep, Prover, StepKind, find_missing
from app.authz.engine.judge import Judge
from app.authz.engine.lookups import TupleReader
from app.authz.engine.overlay import Overlay
from app.authz.engine.resolve import (
    MAX_SECONDS,
    Question,
    Resolution,
    Ruleset,
    asks_itself,
    conclude,
    find_problem,
    make_question,
    resolve,
)
from app.authz.engine.values import TRUE
from app.authz.engine.walk import Walk
from app.authz.errors import ConditionUndecided, TooSlow
from app.authz.types.answers import Check, Decision
from app.authz.types.tuples import ConditionRef, RelationTuple

# Missing tuples that are tried, at most.
_MAX_TRIED = 10


async def explain(rules: Ruleset, reader: TupleReader, check: Check) -> tuple[Resolution, Proof]:
    """The answer to a check and its proof, which follows everything and never comes from a cache.

    Raises:
        TypeUnknown, ActionUnknown, ContextualForbidden: the check means nothing.
        WorkExceeded, TooSlow: the whole proof is too large.
    """
    problem = find_problem(rules.schema, check)
    if problem is not None:
        raise problem
    walk = Walk(
        rules.schema,
        rules.strata,
        check.subject,
        Judge(rules.schema, check.context),
        is_thorough=True,
        is_reflexive=not asks_itself(rules.schema, check),
    )
    question = make_question(rules, walk, check)
    await _follow(walk, Overlay(reader, check.contextual) if check.contextual else reader)
    resolution = await conclude(rules, question)
    root = _root(rules, question, resolution)
    missing: tuple[Missing, ...] = ()
    if resolution.decision is Decision.DENIED:
        missing = await _missing(rules, reader, question)
    return resolution, Proof(root, missing)


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


def _root(rules: Ruleset, question: Question, resolution: Resolution) -> ProofStep:
    prover = Prover(rules.schema, question.walk)
    step = prover.prove(question.root)
    permission = question.permission
    if permission is None:
        return step
    steps = [step]
    if permission.policy is not None and _was_asked(question, resolution):
        problem = resolution.problem.message if resolution.problem else None
        steps.append(ProofStep(StepKind.POLICY, permission.policy, resolution.decision, problem=problem))
    for node in question.bypasses:
        if question.walk.bound(node)[0] == TRUE:
            proof = prover.prove(node)
            steps.insert(0, ProofStep(StepKind.BYPASS, str(node), Decision.ALLOWED, steps=(proof,)))
    label = f"{question.check.entity}: {permission.name} needs {permission.relation}"
    return ProofStep(StepKind.PERMISSION, label, resolution.decision, steps=tuple(steps))


def _was_asked(question: Question, resolution: Resolution) -> bool:
    """Whether the policy of the permission had the last word, as `conclude` has it."""
    if resolution.bypass is not None or question.value[0] != TRUE:
        return False
    return question.walk.conditioned_bound(question.root)[0] != TRUE


async def _missing(rules: Ruleset, reader: TupleReader, question: Question) -> tuple[Missing, ...]:
    """Tuples of which each alone would turn the denial, tried one by one."""
    check = question.check
    found = list(find_missing(rules.schema, question.walk, question.root, check.subject))[:_MAX_TRIED]
    tried = [replace(check, contextual=_with(check.contextual, each)) for each in found]
    answers = await resolve(rules, reader, tried)
    return tuple(each for each, answer in zip(found, answers, strict=True) if _suffices(each, answer))


def _suffices(missing: Missing, answer: Resolution) -> bool:
    if answer.decision is Decision.ALLOWED:
        return True
    # Its condition lacks a parameter, which the question may bring.
    return missing.condition is not None and isinstance(answer.problem, ConditionUndecided)


def _with(contextual: Sequence[RelationTuple], missing: Missing) -> tuple[RelationTuple, ...]:
    condition = ConditionRef(missing.condition) if missing.condition else None
    return (*contextual, RelationTuple(missing.key, condition))
