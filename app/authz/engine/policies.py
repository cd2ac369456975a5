"""The port to policies: whoever runs them is bound by the composition root. Unbound means undecided, so not allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.authz.errors import PolicyUnavailable
from app.authz.types.answers import Check
from app.kit.errors import AppError


@dataclass(frozen=True, slots=True)
class PolicyInput:
    """A policy by name, the scope of the model that names it, and the question."""

    policy: str
    scope: str
    check: Check


@dataclass(frozen=True, slots=True)
class PolicyVerdict:
    """None: the policy could not be evaluated, and why."""

    value: bool | None
    problem: AppError | None = None


class PolicyRunner(Protocol):
    """Evaluates policies. It never raises: what fails is undecided."""

    async def judge(self, question: PolicyInput) -> PolicyVerdict: ...


class _NoPolicies:
    async def judge(self, question: PolicyInput) -> PolicyVerdict:
        return PolicyVerdict(None, PolicyUnavailable(question.policy))


_runner: PolicyRunner = _NoPolicies()


def bind_policies(runner: PolicyRunner) -> PolicyRunner:
    """Let this runner evaluate policies; the one before it."""
    global _runner
    before, _runner = _runner, runner
    return before


async def judge_policy(question: PolicyInput) -> PolicyVerdict:
    """The verdict of a policy about a question whose relation matched."""
    return await _runner.judge(question)
