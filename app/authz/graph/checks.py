"""Checks in the API: alone, in batches, explained, and all actions at once."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import strawberry
from strawberry import UNSET, argument, enum_value, field

from app.authz.engine.explain import Missing, Proof, ProofStep, StepKind
from app.authz.errors import (
    ActionUnknown,
    ContextualForbidden,
    IdentifierInvalid,
    TooManyContextual,
    TooSlow,
    TypeUnknown,
    WorkExceeded,
)
from app.authz.graph.inputs import (
    CheckInput,
    Consistency,
    ContextArgument,
    EntityArgument,
    SubjectArgument,
    to_check,
    to_context,
    to_entity,
    to_freshness,
    whom,
)
from app.authz.graph.trees import Decision, ProofNode, flatten_proof
from app.authz.graph.values import TupleKey, as_key
from app.authz.service import checks, lists
from app.authz.service.sources import open_source
from app.authz.types import answers
from app.graph.context import Info
from app.graph.directives import Requires
from app.kit.errors import AppError

_ON_OTHER_TYPES = "on types that no client owns, `platform.manage_platform`."
_ABOUT_ONESELF = f"About oneself it needs no permission; about others {_ON_OTHER_TYPES}"
_ASKING = (
    "About oneself and without contextual tuples it needs no permission; about others, and with contextual tuples, "
    f"{_ON_OTHER_TYPES}"
)
_EXPLAINING = (
    f"It needs the permission also about oneself, as a proof names groups and tuples of others; {_ON_OTHER_TYPES}"
)
# Why there is no proof: the question means nothing, or its proof is too large.
_UNEXPLAINED = (
    ActionUnknown,
    ContextualForbidden,
    IdentifierInvalid,
    TooManyContextual,
    TooSlow,
    TypeUnknown,
    WorkExceeded,
)
_MANAGES_ACCESS = Requires(permission="clients.manage_access")


@strawberry.enum(description="What answered.")
class AnswerSource(Enum):
    INDEX = enum_value(answers.Source.INDEX, description="The index in memory.")
    SQL = enum_value(answers.Source.SQL, description="The database.")
    BYPASS = enum_value(
        answers.Source.BYPASS, description="The subject is super admin, or has full access to the client."
    )


@strawberry.type(description="Why nothing was decided, or why the question means nothing.")
class CheckProblem:
    code: str = field(description="A stable name, such as `authz_type_unknown`.")
    message: str = field(description="What is wrong, for people.")
    field: list[str] = field(description="Path in the question, outermost first; empty for the whole.")


@strawberry.type(description="The answer to a check. Only `allowed` opens a door.")
class CheckAnswer:
    decision: Decision = field(description="What was decided.")
    is_allowed: bool = field(name="allowed", description="Whether the decision is ALLOWED.")
    source: AnswerSource = field(description="What answered.")
    checked_at: str = field(description="Consistency token of the tuples and models that it rests on.")
    problem: CheckProblem | None = field(description="Why nothing was decided. Null when something was.")


@strawberry.type(description="A permission and its answer.")
class ActionAnswer:
    action: str = field(description="The permission.")
    answer: CheckAnswer = field(description="Its answer.")


@strawberry.type(description="A tuple that its model takes only with a condition.")
class ConditionedTuple:
    key: TupleKey = field(description="The tuple.")
    condition: str = field(description="The condition's name in the model.")


@strawberry.type(description="An answer with its proof, or what was tried in vain.")
class Explanation:
    answer: CheckAnswer = field(description="The answer.")
    nodes: list[ProofNode] = field(
        description="The proof, each node before those that it rests on; empty when the question means nothing."
    )
    missing: list[TupleKey] = field(
        description="For a denial: tuples of which each alone would allow it, the nearest first."
    )
    missing_conditioned: list[ConditionedTuple] = field(
        description="The same for tuples that the model takes only with a condition: each alone would allow it where "
        "its condition holds, which the context of the question does not rule out."
    )


@strawberry.type
class CheckQuery:
    @field(description=f"May a subject do something to an entity? {_ASKING}", directives=[_MANAGES_ACCESS])
    async def check(
        self,
        info: Info,
        input: Annotated[CheckInput, argument(description="The question.")],
        consistency: Consistency = UNSET,
    ) -> CheckAnswer:
        actor = info.context.actor
        return to_answer(await checks.check(actor, to_check(actor, input, "input"), to_freshness(consistency)))

    @field(
        description="The answers to many checks, in their order, from one state of the tuples. "
        f"Each has its own problem, if it has one. {_ASKING}",
        directives=[_MANAGES_ACCESS],
    )
    async def checks(
        self,
        info: Info,
        inputs: Annotated[list[CheckInput], argument(description="The questions, at most 5000.")],
        consistency: Consistency = UNSET,
    ) -> list[CheckAnswer]:
        actor = info.context.actor
        questions = [to_check(actor, each, "inputs", str(number)) for number, each in enumerate(inputs)]
        answered = await checks.check_many(actor, questions, to_freshness(consistency))
        return [to_answer(each) for each in answered]

    @field(description=f"A check with its proof, never from a cache. {_EXPLAINING}", directives=[_MANAGES_ACCESS])
    async def explain(
        self,
        info: Info,
        input: Annotated[CheckInput, argument(description="The question.")],
        consistency: Consistency = UNSET,
    ) -> Explanation:
        actor = info.context.actor
        question, freshness = to_check(actor, input, "input"), to_freshness(consistency)
        try:
            answer, proof = await checks.explain(actor, question, freshness)
        except _UNEXPLAINED as problem:
            return _unexplained(await checks.check(actor, question, freshness), problem)
        return _to_explanation(answer, proof)

    @field(
        description=f"Every permission of an entity's type with its answer, by name. {_ABOUT_ONESELF}",
        directives=[_MANAGES_ACCESS],
    )
    async def actions(
        self,
        info: Info,
        entity: EntityArgument,
        subject: SubjectArgument = UNSET,
        context: ContextArgument = UNSET,
        consistency: Consistency = UNSET,
    ) -> list[ActionAnswer]:
        actor = info.context.actor
        asked, told = whom(actor, subject), to_context(context)
        source = await open_source(to_freshness(consistency))
        found = await lists.check_actions(actor, source, asked, to_entity(entity), context=told)
        return [ActionAnswer(action=name, answer=to_answer(answer)) for name, answer in found.items()]


def to_answer(answer: answers.Answer) -> CheckAnswer:
    """What the API tells of an answer."""
    problem = answer.problem
    return CheckAnswer(
        decision=Decision(answer.decision),
        is_allowed=answer.is_allowed,
        source=AnswerSource(answer.source),
        checked_at=answer.checked_at,
        problem=_show_problem(problem) if problem else None,
    )


def _show_problem(problem: AppError) -> CheckProblem:
    return CheckProblem(code=problem.code, message=problem.message, field=list(problem.field))


def _unexplained(answer: answers.Answer, problem: AppError) -> Explanation:
    """The answer alone; when there is one although its proof is too large, a node says so."""
    cut = ProofStep(StepKind.CUT, "The proof is left out.", answer.decision, problem=problem.message)
    nodes = [] if answer.problem else flatten_proof(cut)
    return Explanation(answer=to_answer(answer), nodes=nodes, missing=[], missing_conditioned=[])


def _to_explanation(answer: answers.Answer, proof: Proof) -> Explanation:
    return Explanation(
        answer=to_answer(answer),
        nodes=flatten_proof(proof.root),
        missing=[as_key(each.key) for each in proof.missing if each.condition is None],
        missing_conditioned=[_to_conditioned(each, each.condition) for each in proof.missing if each.condition],
    )


def _to_conditioned(missing: Missing, condition: str) -> ConditionedTuple:
    return ConditionedTuple(key=as_key(missing.key), condition=condition)
