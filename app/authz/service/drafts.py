"""A draft of a model before it is saved: read, validated, put beside the models in force."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.authz.conditions.errors import ConditionInvalid
from app.authz.conditions.program import compile_condition
from app.authz.engine.policies import PolicyName
from app.authz.engine.schema import Schema, build_schema, own_types
from app.authz.engine.system import SYSTEM_TYPE_IDS, system_model
from app.authz.errors import AssertionsTooSlow, NameTaken, RenameInvalid
from app.authz.language.problems import ModelProblem, ModelProblems
from app.authz.language.validate import find_problems
from app.authz.service.texts import read_text
from app.authz.suites.parts import assertion_stages, make_given
from app.authz.suites.policies import Scripts
from app.authz.suites.run import run_stages
from app.authz.suites.types import CheckCase, Place, Stage
from app.authz.types.model import Condition, Model
from app.authz.types.saving import FailedAssertion
from app.authz.types.tuples import policy_of
from app.policies.service import read_current

# The assertions of a model together: they are asked while nobody else can write.
MAX_ASSERTION_SECONDS: Final = 3.0


@dataclass(frozen=True)
class ReadDraft:
    """A model without mistakes, and what is odd about it."""

    model: Model
    warnings: tuple[ModelProblem, ...]


def read_draft(source: str, scope: str, shared: Model | None, policies: Collection[str] | None) -> ReadDraft:
    """Read and validate a model.

    Args:
        shared: the installation's own model, whose types the model of a client may name.
        policies: the names of the scope's policies; None: nobody knows.

    Raises:
        ModelProblems: everything that is wrong with it, each with its place.
    """
    model = read_text(source)
    known = _known_types(shared if scope else None)
    found = find_problems(model, known_types=known, check_condition=_check_condition, policies=policies)
    found += _find_reserved(model, scope)
    errors = [problem for problem in found if not problem.is_warning]
    if errors:
        raise ModelProblems(problem.show_in(source) for problem in errors)
    return ReadDraft(model, tuple(problem.show_in(source) for problem in found if problem.is_warning))


def put_beside(
    scope: str,
    model: Model,
    others: Mapping[str, Model],
    ids: Mapping[tuple[str, str], int],
    renames: Mapping[str, str],
) -> Schema:
    """The schema that would be in force with this model."""
    renamed = dict(ids)
    for old, new in renames.items():
        if (scope, old) in renamed:
            renamed[scope, new] = renamed.pop((scope, old))
    return build_schema(system_model(), {**others, scope: model}, renamed)


def check_renames(renames: Mapping[str, str], before: Model, after: Model, taken: Container[str]) -> None:
    """Make sure that each renamed type was there and its new name is new.

    Args:
        taken: the names that types of the scope have or had.

    Raises:
        RenameInvalid: `authz_rename_invalid`.
        NameTaken: `authz_rename_taken`.
    """
    old_names = {each.name for each in before.types}
    new_names = {each.name for each in after.types}
    for old, new in renames.items():
        if old not in old_names or old in new_names or new not in new_names or new in old_names:
            raise RenameInvalid(old, new)
        if new in taken:
            raise NameTaken(old, new)


async def run_assertions(scope: str, model: Model, others: Mapping[str, Model]) -> list[FailedAssertion]:
    """The assertions of a model that do not hold; each is answered from its given tuples alone.

    Policies are those in force. They run as a check would run them, but know nothing of users save their ids.

    Raises:
        AssertionsTooSlow: `authz_assertions_too_slow`.
    """
    given = make_given(model, Place("model", 1), scope=scope, has_system=True)
    stages = assertion_stages(replace(given, others=others))
    scripts = Scripts(await _read_sources(scope, model, stages))
    stages = [replace(each, scripts=scripts) for each in stages]
    try:
        async with asyncio.timeout(MAX_ASSERTION_SECONDS):
            outcomes = await run_stages(stages)
    except TimeoutError:
        raise AssertionsTooSlow from None
    cases = [case for stage in stages for case in stage.cases]
    return [
        # The decision alone, without the code of its problem.
        FailedAssertion(case.written, outcome.expected, outcome.actual.partition(" ")[0], outcome.at.line)
        for case, outcome in zip(cases, outcomes, strict=True)
        if isinstance(case, CheckCase) and not outcome.is_passed
    ]


async def _read_sources(scope: str, model: Model, stages: Sequence[Stage]) -> dict[PolicyName, str]:
    """The sources of the policies that assertions may ask: the model's, and those of the tuples that they give."""
    if not stages:
        return {}
    keys = {(scope, each.policy) for kind in model.types for each in kind.permissions if each.policy is not None}
    given = [each for stage in stages for each in stage.tuples]
    keys |= {(owner, name) for each in given if (name := policy_of(each.condition)) for owner in {scope, ""}}
    found = await read_current(keys) if keys else {}
    return {PolicyName(*key): each.source for key, each in found.items()}


def _known_types(shared: Model | None) -> dict[str, tuple[str, ...]]:
    models = [system_model(), *([shared] if shared else [])]
    return {each.name: tuple(relation.name for relation in each.relations) for model in models for each in model.types}


def _check_condition(condition: Condition) -> ModelProblem | None:
    try:
        compile_condition(condition)
    except ConditionInvalid as error:
        return ModelProblem(error.code, error.message, position=error.at)
    return None


def _find_reserved(model: Model, scope: str) -> list[ModelProblem]:
    """What belongs to no client cannot define the types of Auther itself anew."""
    if scope:
        return []
    return [
        ModelProblem(
            "authz_model_reserved",
            f"{each.name} is a type of Auther itself.",
            position=each.at,
            hint="Give the type another name, or the model to a client.",
        )
        for each in own_types(model, SYSTEM_TYPE_IDS)
        if each.name in SYSTEM_TYPE_IDS
    ]
