"""What came of running a policy: verdicts, problems, samples."""

from __future__ import annotations

from enum import Enum

import strawberry
from strawberry import Parent, enum_value, field

from app.graph.scalars import JSON
from app.kit.errors import AppError
from app.policies import types
from app.policies.errors import PolicyFailure


@strawberry.enum(description="What came of running a policy. Only ALLOWED opens anything.")
class PolicyVerdict(Enum):
    ALLOWED = enum_value(types.Verdict.ALLOWED, description="It returned exactly `true`.")
    DENIED = enum_value(types.Verdict.DENIED, description="It returned anything else.")
    ERROR = enum_value(types.Verdict.ERROR, description="It failed, or took too much: nothing is allowed by that.")


@strawberry.type(description="Something odd about a policy, which can be saved all the same.")
class PolicyWarning:
    line: int = field(description="The line of the source, from 1.")
    message: str = field(description="What is odd.")


@strawberry.type(description="Why a policy came to no verdict.")
class PolicyProblem:
    code: str = field(description="A stable name, `policies_…`.")
    message: str = field(description="What went wrong, in the words of Lua where it says something.")
    line: int | None = field(description="The line of the source, from 1.")


@strawberry.type(description="What came of running a policy once.")
class PolicyTestResult:
    verdict: PolicyVerdict = field(description="What it says.")

    @field(description="Why it says nothing; null unless the verdict is ERROR.")
    @staticmethod
    def problem(result: Parent[types.Trial]) -> PolicyProblem | None:
        return show_problem(result.problem) if result.problem is not None else None

    @field(description="How long it ran, in microseconds.")
    @staticmethod
    def duration_microseconds(result: Parent[types.Trial]) -> int:
        return round(result.seconds * 1_000_000)


@strawberry.type(description="A context whose verdict the author of a policy knows; it is run whenever one is saved.")
class PolicySample:
    name: str = field(description="What it is a sample of.")
    context: JSON = field(description="What the policy is given, a JSON object.")
    is_allowed: bool = field(description="Whether it is to be allowed.")


@strawberry.type(description="What a policy says of a sample.")
class PolicySampleResult:
    sample: PolicySample = field(description="The sample.")
    holds: bool = field(description="Whether it is what its author expects. An error never is.")

    @field(description="What came of it.", graphql_type=PolicyTestResult)
    @staticmethod
    def result(each: Parent[types.SampleTrial]) -> types.Trial:
        return each.trial


@strawberry.type(description="A trial of a policy. Nothing of it is kept, and nothing rests on it.")
class PolicyTest:
    result: PolicyTestResult | None = field(
        description="What it says of the context; null when none was given, unless the source cannot be run at all."
    )
    warnings: list[PolicyWarning] = field(description="What is odd about it.")
    samples: list[PolicySampleResult] = field(description="What it says of the samples, in their order.")


def show_problem(problem: AppError) -> PolicyProblem:
    """What the author of a policy is told."""
    if isinstance(problem, PolicyFailure) and problem.reason:
        return PolicyProblem(code=problem.code, message=problem.reason, line=problem.line)
    return PolicyProblem(code=problem.code, message=problem.message, line=None)
