"""The port to policies: whoever runs them is bound by the composition root. Unbound means undecided, so not allowed."""

from __future__ import annotations

import asyncio
import time
from collections import ChainMap
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from app.authz.errors_policies import PolicyUnavailable
from app.authz.types.answers import Check, Context
from app.authz.types.tuples import EVERY
from app.kit.errors import AppError
from app.policies.errors import PolicyBusy
from app.policies.types import PolicyQuestion


class PolicyName(NamedTuple):
    """A policy of a scope: a client's, or (empty) the installation's."""

    scope: str
    name: str


@dataclass(frozen=True, slots=True)
class PolicyInput:
    """A policy by name, the scope that it belongs to, and the question."""

    policy: str
    scope: str
    check: Check


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """What a policy said.

    Attributes:
        value: None: it could not be evaluated, `problem` says why.
        version: the version that was asked, None when there was none.
        seen: the context that the policy was given, without secrets and bounded.
        seconds: how long it took.
    """

    value: bool | None
    problem: AppError | None = None
    version: int | None = None
    seen: Mapping[str, Any] | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """From where a question comes: what policies see as `context.env`."""

    ip: str | None = None
    user_agent: str | None = None
    client_id: str | None = None
    acr: str | None = None
    amr: tuple[str, ...] = ()


NOWHERE: Final = Surroundings()

# Whoever asks waits no longer for policies, in all.
MAX_SECONDS: Final = 2.0
# Whoever runs them ends by itself when its time is over, with what it has found. It is given up so much later.
_GRACE_SECONDS: Final = 0.25

# The word of policies on questions, in their order. It never raises: what fails is undecided.
Judgement: TypeAlias = Callable[[Sequence[PolicyInput]], Awaitable[Sequence[PolicyVerdict]]]


class PolicyRunner(Protocol):
    """Evaluates policies, many together. It keeps the order and never raises: what fails is undecided."""

    async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> Sequence[PolicyVerdict]: ...


class _NoPolicies:
    async def judge_many(self, questions: Sequence[PolicyInput], around: Surroundings) -> Sequence[PolicyVerdict]:
        return [PolicyVerdict(None, PolicyUnavailable(each.policy)) for each in questions]


NO_POLICIES: Final[PolicyRunner] = _NoPolicies()

_runner: PolicyRunner = NO_POLICIES


def bind_policies(runner: PolicyRunner) -> PolicyRunner:
    """Let this runner evaluate policies; the one before it."""
    global _runner
    before, _runner = _runner, runner
    return before


async def judge_policies(questions: Sequence[PolicyInput]) -> Sequence[PolicyVerdict]:
    """The verdicts of policies about questions that come from nowhere in particular."""
    return await _runner.judge_many(questions, NOWHERE)


def judge_from(find_around: Callable[[], Surroundings]) -> Judgement:
    """The word of policies about questions that come from there: for one request, which waits for it so long at most.

    What is asked later, or not answered by then, is undecided. Equal questions that are asked together are one.
    """
    return _Patience(find_around).judge


class _Patience:
    """How long somebody waits for policies, however often they are asked."""

    __slots__ = ("_find_around", "_left")

    def __init__(self, find_around: Callable[[], Surroundings]) -> None:
        # Most requests ask no policy.
        self._find_around = find_around
        self._left = MAX_SECONDS

    async def judge(self, questions: Sequence[PolicyInput]) -> Sequence[PolicyVerdict]:
        keys = [_key_of(each) for each in questions]
        asked = dict(zip(keys, questions, strict=True))
        told = dict(zip(asked, await self._ask(list(asked.values())), strict=True))
        return [told[key] for key in keys]

    async def _ask(self, questions: Sequence[PolicyInput]) -> Sequence[PolicyVerdict]:
        if self._left > 0:
            began = time.monotonic()
            try:
                async with asyncio.timeout(self._left + _GRACE_SECONDS):
                    return await _runner.judge_many(questions, self._find_around())
            except TimeoutError:
                self._left = 0
            finally:
                self._left -= time.monotonic() - began
        return [PolicyVerdict(None, PolicyBusy(each.policy)) for each in questions]


def _key_of(question: PolicyInput) -> Hashable:
    """What two questions have in common that are one. Their contexts live as long as they do."""
    check = question.check
    context = id(check.context) if check.context else None
    return question.policy, question.scope, check.subject, check.action, check.entity, context


def to_question(question: PolicyInput, user: Mapping[str, Any] | None, env: Mapping[str, Any]) -> PolicyQuestion:
    """A question as the policies room takes it. `user` counts where the subject is one."""
    check = question.check
    subject = f"{check.subject.id}#{check.subject.relation}" if check.subject.relation else check.subject.id
    return PolicyQuestion(
        scope=question.scope,
        policy=question.policy,
        # Whoever asks cannot say that it is about something else.
        resource={**_flatten(check.context), "id": check.entity.id, "type": check.entity.type},
        subject=(check.subject.type, subject),
        action=check.action,
        user=user if is_about_user(question) else None,
        env=env,
    )


def _flatten(context: Context) -> Mapping[str, Any]:
    """A context in one; going through the layers of a `ChainMap` name by name takes fifty times as long."""
    if not isinstance(context, ChainMap):
        return context
    flat: dict[str, Any] = {}
    for layer in reversed(context.maps):
        flat |= layer
    return flat


def is_about_user(question: PolicyInput) -> bool:
    """Whether the subject is a single user."""
    subject = question.check.subject
    return subject.type == "user" and not subject.relation and subject.id != EVERY


async def leave_open(questions: Sequence[PolicyInput]) -> Sequence[PolicyVerdict]:
    """The word of policies that are not asked."""
    return [PolicyVerdict(None) for _ in questions]
