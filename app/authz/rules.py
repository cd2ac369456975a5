"""Which tuples may be stored: well-formed ones that the model in force allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from app.authz.conditions import ConditionContextInvalid, compile_condition
from app.authz.errors import (
    ConditionUnknown,
    PermissionNotWritten,
    RelationUnknown,
    SubjectNotAllowed,
    TimesInvalid,
    TupleInvalid,
    TupleTypeUnknown,
)
from app.authz.errors_policies import PolicyRefused
from app.authz.types.tuples import (
    EVERY,
    GUARDING_TYPES,
    SUBJECT_TYPES,
    ConditionRef,
    RelationTuple,
    TupleKey,
    policy_of,
)
from app.kit.errors import AppError

if TYPE_CHECKING:
    from app.authz.engine.schema import CompiledRelation, CompiledType, Schema

# Characters of an id.
MAX_ID: Final = 254
# Characters of a type's full name, a relation, a condition.
MAX_NAME: Final = 320
# Characters of the reason of a write.
MAX_REASON: Final = 1_000
# Allowed subjects that a message names.
_MAX_NAMED: Final = 20
# Spaces and control characters, `#`, halves of surrogate pairs, what turns the direction of writing, no characters.
_REFUSED: Final = re.compile(
    r"[\s#\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)

_NO_TEXT: Final = re.compile(r"[\x00\ud800-\udfff]")
# Later and earlier moments are none in another time zone.
_FIRST_YEAR: Final = 2
_LAST_YEAR: Final = 9_998

Path = tuple[str, ...]


def check_shape(key: TupleKey, path: Path) -> Iterator[AppError]:
    """What is malformed in a key, whatever the model says."""
    parts = (
        ("entity", "type", key.entity_type, MAX_NAME),
        ("entity", "id", key.entity_id, MAX_ID),
        ("relation", "relation", key.relation, MAX_NAME),
        ("subject", "type", key.subject_type, MAX_NAME),
        ("subject", "id", key.subject_id, MAX_ID),
    )
    for field, part, text, most in parts:
        if reason := find_fault(text, most):
            yield TupleInvalid(
                f"The {field}'s {part} {reason}" if field != part else f"The relation {reason}", *path, field
            )
    if key.subject_relation and (reason := find_fault(key.subject_relation, MAX_NAME)):
        yield TupleInvalid(f"The subject's relation {reason}", *path, "subject")
    elif key.subject_relation and key.subject_id == EVERY:
        yield TupleInvalid("A userset is of one entity: `*` with a relation names nobody.", *path, "subject")


def find_fault(text: str, most: int) -> str | None:
    """Why a text cannot be an identifier; None when it can."""
    if not text:
        return "is missing."
    if len(text) > most:
        return f"is longer than {most} characters."
    if _REFUSED.search(text):
        return "holds a space, a `#`, a control character or something that is no character."
    return None


def check_reason(reason: str | None) -> Iterator[AppError]:
    """What is wrong with the reason of a write."""
    if reason is None:
        return
    if len(reason) > MAX_REASON:
        yield TupleInvalid(f"A reason has at most {MAX_REASON} characters.", "reason")
    elif _NO_TEXT.search(reason):
        yield TupleInvalid("A reason is text: without NUL and halves of surrogate pairs.", "reason")


def check_times(each: RelationTuple, now: datetime, path: Path) -> Iterator[AppError]:
    """What is wrong with begin and end."""
    for name, moment in (("startsAt", each.starts_at), ("expiresAt", each.expires_at)):
        if moment is not None and moment.tzinfo is None:
            yield TimesInvalid("A moment needs its time zone.", *path, name)
            return
        if moment is not None and not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            yield TimesInvalid(f"A year is {_FIRST_YEAR} to {_LAST_YEAR}.", *path, name)
            return
    if each.expires_at is not None and each.expires_at <= now:
        yield TimesInvalid(f"{each.key} would be over already.", *path, "expiresAt")
    elif each.expires_at is not None and each.starts_at is not None and each.starts_at >= each.expires_at:
        yield TimesInvalid(f"{each.key} would end before it begins.", *path, "startsAt")


def find_model_problem(schema: Schema, each: RelationTuple, path: Path) -> AppError | None:
    """Why the model in force does not allow a well-formed tuple; None when it does."""
    key = each.key
    entity = schema.types.get(key.entity_type)
    if entity is None:
        return TupleTypeUnknown(str(key), key.entity_type, *path, "entity")
    relation = entity.relations.get(key.relation)
    if relation is None:
        return _explain_unknown(entity, key, path)
    if key.subject_type not in schema.types:
        return TupleTypeUnknown(str(key), key.subject_type, *path, "subject")
    condition = each.condition
    if entity.scope == "" and entity.name in SUBJECT_TYPES and key.entity_id == EVERY:
        return TupleInvalid(f"{key}: nobody is a member of every {entity.name}.", *path, "entity")
    if not relation.allows(key, condition.name if condition else None):
        return _explain_refusal(relation, key, path)
    if policy_of(condition) is not None:
        return _find_policy_problem(schema, each, path)
    return _find_context_problem(entity, condition, path) if condition else None


def _find_policy_problem(schema: Schema, each: RelationTuple, path: Path) -> AppError | None:
    """Why a tuple cannot have the policy that it names, whether or not there is one of this name."""
    if not schema.types[each.key.entity_type].scope and each.key.entity_type in GUARDING_TYPES:
        reason = f"{each.key}: no policy has a say in what guards Auther itself."
        return PolicyRefused(reason, *path, "policy")
    if each.condition is not None and each.condition.context:
        return PolicyRefused(f"{each.key}: a policy is given the context of each question, none here.", *path, "policy")
    return None


def _explain_unknown(entity: CompiledType, key: TupleKey, path: Path) -> AppError:
    permission = entity.permissions.get(key.relation)
    if permission is not None:
        return PermissionNotWritten(str(key), permission.relation, *path, "relation")
    return RelationUnknown(str(key), sorted(entity.relations)[:_MAX_NAMED], *path, "relation")


def _explain_refusal(relation: CompiledRelation, key: TupleKey, path: Path) -> AppError:
    fitting = [
        str(allowed)
        for allowed in relation.allowed
        if (allowed.type, allowed.relation) == (key.subject_type, key.subject_relation)
        and allowed.is_wildcard == (key.subject_id == EVERY)
    ]
    if fitting:
        return ConditionUnknown(str(key), fitting[:_MAX_NAMED], *path, "condition")
    return SubjectNotAllowed(str(key), [str(allowed) for allowed in relation.allowed[:_MAX_NAMED]], *path, "subject")


def _find_context_problem(entity: CompiledType, reference: ConditionRef, path: Path) -> AppError | None:
    condition = entity.conditions.get(reference.name)
    if condition is None:
        return ConditionUnknown(reference.name, sorted(entity.conditions)[:_MAX_NAMED], *path, "condition")
    try:
        compile_condition(condition).check_stored(_plain(reference.context))
    except ConditionContextInvalid as problem:
        return _at(problem, path)
    return None


def _at(problem: ConditionContextInvalid, path: Path) -> AppError:
    problem.field = (*path, "condition", *problem.field)
    return problem


def _plain(context: Mapping[str, Any]) -> dict[str, Any]:
    return dict(context)
