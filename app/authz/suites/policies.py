"""Policies in tests: sources that a file brings along, run as a check would run them, and nothing recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.authz.engine.policies import (
    Judgement,
    PolicyInput,
    PolicyName,
    PolicyVerdict,
    is_about_user,
    to_question,
)
from app.kit import clock
from app.policies.errors import PolicyMissing
from app.policies.rules import build_context
from app.policies.rules.redaction import bound_context
from app.policies.service.running import run_source
from app.policies.types import Verdict


@dataclass(frozen=True, slots=True)
class Scripts:
    """What tests give to policies, and the policies.

    Attributes:
        users: what is known of users, by id: `name`, `email`, `role`, `attributes`.
        env: from where the questions come.
    """

    sources: Mapping[PolicyName, str] = field(default_factory=dict)
    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    env: Mapping[str, Any] = field(default_factory=dict)

    @property
    def judge(self) -> Judgement:
        """The word of these policies."""

        async def judge(questions: Sequence[PolicyInput]) -> Sequence[PolicyVerdict]:
            return [await self._judge(each) for each in questions]

        return judge

    async def _judge(self, question: PolicyInput) -> PolicyVerdict:
        source = self.sources.get(PolicyName(question.scope, question.policy))
        if source is None:
            return PolicyVerdict(None, PolicyMissing(question.policy))
        user_id = question.check.subject.id
        user = {**self.users.get(user_id, {}), "id": user_id} if is_about_user(question) else None
        seen = build_context(to_question(question, user, self.env), clock.now())
        trial = await run_source(source, seen, f"The policy {question.policy}")
        value = None if trial.verdict is Verdict.ERROR else trial.verdict is Verdict.ALLOWED
        return PolicyVerdict(value, trial.problem, None, bound_context(seen), trial.seconds)
