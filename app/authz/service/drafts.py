"""A draft of a model before it is saved: read, validated, put beside the models in force."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.authz.conditions.errors import ConditionInvalid
from app.authz.conditions.program import compile_condition
from app.authz.engine.overlay import FactReader
from app.authz.engine.resolve import Ruleset, resolve
from app.authz.engine.schema import Schema, build_schema, own_types
from app.authz.engine.system import SYSTEM_TYPE_IDS, system_model
from app.authz.errors import AssertionsTooSlow, NameTaken, RenameInvalid
from app.authz.language.problems import ModelProblem, ModelProblems
from app.authz.language.validate import find_problems
from app.authz.service.texts import read_text
from app.authz.types.answers import Check, Decision
from app.authz.types.model import Assertion, Condition, Model
from app.authz.types.saving import FailedAssertion
from app.authz.types.tuples import EntityRef, RelationTuple, SubjectRef, TupleKey

# The assertions of a model together: they are asked while nobody else can write.
MAX_ASSERTION_SECONDS: Final = 3.0
_DECISIONS = {True: Decision.ALLOWED, False: Decision.DENIED, None: Decision.UNDECIDED}


@dataclass(frozen=True)
class ReadDraft:
    """A model without mistakes, and what is odd about it."""

    model: Model
    warnings: tuple[ModelProblem, ...]


def read_draft(source: str, scope: str, shared: Model | None) -> ReadDraft:
    """Read and validate a model.

    Args:
        shared: the installation's own model, whose types the model of a client may name.

    Raises:
        ModelProblems: everything that is wrong with it, each with its place.
    """
    model = read_text(source)
    known = _known_types(shared if scope else None)
    found = find_problems(model, known_types=known, check_condition=_check_condition)
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

    Raises:
        AssertionsTooSlow: `authz_assertions_too_slow`.
    """
    schema = build_schema(system_model(), {**others, scope: model}, {})
    rules = Ruleset(schema)
    names = {each.name: each.full_name for each in schema.scoped(scope)}
    failed = []
    given, reader = None, FactReader([])
    deadline = time.monotonic() + MAX_ASSERTION_SECONDS
    for assertion in model.assertions:
        if assertion.given is not given:
            given = assertion.given
            reader = FactReader([_in_full(each, names) for each in given])
        (answer,) = await resolve(rules, reader, [_to_check(assertion, names)])
        # Nothing here waits for anything: let others have their turn.
        await asyncio.sleep(0)
        if time.monotonic() > deadline:
            raise AssertionsTooSlow
        expected = _DECISIONS[assertion.expected]
        if answer.decision is not expected:
            line = assertion.at.line if assertion.at else 0
            text = f"check {assertion.subject} {assertion.action} {assertion.entity}"
            failed.append(FailedAssertion(text, expected.value, answer.decision.value, line))
    return failed


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


def _to_check(assertion: Assertion, names: Mapping[str, str]) -> Check:
    subject_type, _, rest = assertion.subject.partition(":")
    subject_id, _, relation = rest.partition("#")
    entity_type, _, entity_id = assertion.entity.partition(":")
    return Check(
        SubjectRef(names.get(subject_type, subject_type), subject_id, relation),
        assertion.action,
        EntityRef(names.get(entity_type, entity_type), entity_id),
        assertion.context,
    )


def _in_full(each: RelationTuple, names: Mapping[str, str]) -> RelationTuple:
    key: TupleKey = each.key
    full = replace(
        key,
        entity_type=names.get(key.entity_type, key.entity_type),
        subject_type=names.get(key.subject_type, key.subject_type),
    )
    return replace(each, key=full)
