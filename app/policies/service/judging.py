"""Answering for checks: many questions at once, never raising, each run counted and recorded."""

from __future__ import annotations

import asyncio
from asyncio import Task, create_task
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from time import monotonic, perf_counter
from typing import Final

from app.kit import clock
from app.kit.errors import AppError, Unavailable
from app.lua.service import prepare, turn
from app.lua.values import Contexts
from app.policies.errors import PolicyBusy, PolicyFailed, PolicyFailure, PolicyMissing, PolicyUnreadable
from app.policies.rules import bound_context, build_context, find_repeats, needs_user, show_context, show_reason
from app.policies.service.current import read_current
from app.policies.service.measures import note_verdict
from app.policies.service.recording import record
from app.policies.service.running import run_source
from app.policies.types import Context, Policy, PolicyKey, PolicyQuestion, PolicyVerdict, Trial, Verdict

# What is known of users, by their ids; those that nobody knows are left out.
LoadUsers = Callable[[Collection[str]], Awaitable[Mapping[str, Mapping[str, object]]]]
Policies = Mapping[PolicyKey, Policy]

# Scripts of one call that run at a time: as many as states are kept warm.
_AT_ONCE: Final = 20
# What one call waits for all of its scripts together.
MAX_SECONDS: Final = 2.0


async def judge_many(questions: Sequence[PolicyQuestion], load_users: LoadUsers | None = None) -> list[PolicyVerdict]:
    """What policies say, in the order of the questions. It never raises: what fails has no value, and a problem.

    Each policy is the one in force: a save in another process is seen at once by notification, and at the latest
    after a second. One version of each answers all of a call. Questions that are the same are one run. What has no
    answer after `MAX_SECONDS` is undecided.

    Args:
        load_users: asked once, for the users in whom the versions that answer may look, and who are not given. Where
            it fails, those questions are undecided.
    """
    try:
        policies = await read_current({each.key for each in questions})
    except Unavailable as error:
        return [PolicyVerdict(None, problem=PolicyUnreadable(each.policy, error.detail)) for each in questions]
    asked, problem = await _fill_users(policies, questions, load_users)
    answers: dict[int, PolicyVerdict] = {}
    if problem is not None:
        lacking = [place for place, each in enumerate(asked) if _lacks_user(policies, each)]
        answers = {place: _fail(policies, asked[place], problem) for place in lacking}
    places = await _find_firsts(asked)
    distinct = {place: asked[place] for place in dict.fromkeys(places) if place not in answers}
    answers.update(await _run_all(policies, distinct))
    return [answers[place] for place in places]


async def _fill_users(
    policies: Policies, questions: Sequence[PolicyQuestion], load_users: LoadUsers | None
) -> tuple[Sequence[PolicyQuestion], AppError | None]:
    """The questions with the users whom their policies may look at, or why these could not be loaded."""
    if load_users is None:
        return questions, None
    ids = sorted({each.subject[1] for each in questions if _lacks_user(policies, each)})
    if not ids:
        return questions, None
    try:
        users = await load_users(ids)
    except AppError as error:
        return questions, error
    return [
        replace(each, user=users.get(each.subject[1])) if _lacks_user(policies, each) else each for each in questions
    ], None


def _lacks_user(policies: Policies, question: PolicyQuestion) -> bool:
    policy = policies.get(question.key)
    return policy is not None and question.user is None and question.is_about_user and needs_user(policy.source)


async def _find_firsts(questions: Sequence[PolicyQuestion]) -> list[int]:
    """For each question the place of the first that is the same, letting others go on in between."""
    firsts: list[int] = []
    for place in find_repeats(questions):
        firsts.append(place)
        if len(firsts) % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return firsts


async def _run_all(policies: Policies, questions: Mapping[int, PolicyQuestion]) -> dict[int, PolicyVerdict]:
    until, places, answers = monotonic() + MAX_SECONDS, list(questions), dict[int, PolicyVerdict]()
    contexts = Contexts()
    for start in range(0, len(places), _AT_ONCE):
        slice_ = places[start : start + _AT_ONCE]
        left = until - monotonic()
        if left > 0:
            tasks = {place: create_task(_judge(policies, questions[place], contexts)) for place in slice_}
            answers.update(await _wait(tasks, left))
    for place, question in questions.items():
        if place not in answers:
            answers[place] = _fail(policies, question, PolicyBusy(question.policy))
    return answers


async def _wait(tasks: Mapping[int, Task[PolicyVerdict]], seconds: float) -> dict[int, PolicyVerdict]:
    """The answers that come within some seconds; whoever waits for a thread by then waits no longer."""
    try:
        done, _ = await asyncio.wait(tasks.values(), timeout=seconds)
    finally:
        for task in tasks.values():
            task.cancel()
    return {place: task.result() for place, task in tasks.items() if task in done}


async def _judge(policies: Policies, question: PolicyQuestion, contexts: Contexts) -> PolicyVerdict:
    policy = policies.get(question.key)
    if policy is None:
        return _fail(policies, question, PolicyMissing(question.policy))
    now = clock.now()
    context = build_context(question, now)
    prepared = await prepare(context, contexts)
    trial = await run_source(policy.source, prepared, f"The policy {policy.name}", lane=policy.scope)
    verdict = _to_verdict(policy, trial, _show(policy, context))
    note_verdict(verdict)
    record(policy.id, question, verdict, now)
    return verdict


def _show(policy: Policy, context: Context) -> dict[str, object]:
    begin = perf_counter()
    shown = bound_context(show_context(policy.scope, context))
    turn.note(perf_counter() - begin)
    return shown


def _fail(policies: Policies, question: PolicyQuestion, problem: AppError) -> PolicyVerdict:
    policy = policies.get(question.key)
    verdict = PolicyVerdict(None, policy.version if policy is not None else None, problem)
    note_verdict(verdict)
    return verdict


def _to_verdict(policy: Policy, trial: Trial, seen: dict[str, object]) -> PolicyVerdict:
    value = None if trial.verdict is Verdict.ERROR else trial.verdict is Verdict.ALLOWED
    if isinstance(trial.problem, PolicyFailed):
        _hide_values(trial.problem, policy.source)
    return PolicyVerdict(value, policy.version, trial.problem, trial.seconds, seen)


def _hide_values(problem: PolicyFailure, source: str) -> None:
    problem.reason = problem.detail = show_reason(source, problem.reason)
    if problem.line is not None and problem.line > source.count("\n") + 1:
        problem.line = None
