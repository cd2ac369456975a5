"""Questions, tuples and freshness as they are given to the API, and made values of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, TypeAlias, cast

import strawberry
from strawberry import UNSET, argument, enum_value, field

from app.authz.errors import ContextInvalid
from app.authz.errors_policies import PolicyRefused
from app.authz.service.access import MANAGE_ACCESS, subject_of
from app.authz.types import answers, tuples, writes
from app.graph.scalars import JSON
from app.kit.actor import Actor
from app.kit.guard import refuse

_ENTITY = '{type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}'
_SUBJECT = '{type: "user", id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}'
_ENTITY_TYPE = (
    "Its type, with the id of the client that owns it in front. "
    'Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice"`'
)  # fmt: skip
_KEY = f'entity: {_ENTITY}, relation: "viewer", subject: {_SUBJECT}'
_RELATION = 'The relation. Example: `"viewer"`'
_CONTEXT = (
    "Attributes of the resource and parameters of conditions, a JSON object. "
    'Example: `{ip: "203.0.113.7", amount: 250}`'
)  # fmt: skip
_STARTS = 'When it begins to count; at once when absent. Example: `"2026-02-01T00:00:00Z"`'
_TOKEN = (
    "A consistency token, from `checkedAt` or from a write: for the modes that compare with one. "
    'Example: `"MTA0Mi43"`'
)  # fmt: skip


@strawberry.enum(description="How new the tuples are that an answer rests on.")
class ConsistencyMode(Enum):
    MINIMIZE_LATENCY = enum_value(
        answers.FreshnessMode.MINIMIZE_LATENCY, description="What this process knows: quickest, some moments old."
    )
    AT_LEAST_AS_FRESH = enum_value(
        answers.FreshnessMode.AT_LEAST_AS_FRESH,
        description="At least what stood when the token was made: one sees one's own writes.",
    )
    FULLY_CONSISTENT = enum_value(
        answers.FreshnessMode.FULLY_CONSISTENT, description="Everything that is committed now."
    )
    AT_EXACT_SNAPSHOT = enum_value(
        answers.FreshnessMode.AT_EXACT_SNAPSHOT, description="Exactly what stood when the token was made."
    )


@strawberry.input(description='How fresh an answer has to be. Example: `{mode: AT_LEAST_AS_FRESH, token: "MTA0Mi43"}`')
class ConsistencyInput:
    mode: ConsistencyMode = field(description="Which tuples count.")
    token: str | None = field(default=UNSET, description=_TOKEN)


@strawberry.input(description=f"Something that permissions are about. Example: `{_ENTITY}`")
class EntityInput:
    type: str = field(description=_ENTITY_TYPE)
    id: str = field(description='Its id in the application; `*` for every entity of the type. Example: `"42"`')


@strawberry.input(description=f"Who may do something. Example: `{_SUBJECT}`")
class SubjectInput:
    type: str = field(
        description='Its type: user, apikey, client, group, or a type of a model. Example: `"user"`'
    )  # fmt: skip
    id: str = field(
        description='Its id; `*` for everyone of the type. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`'
    )  # fmt: skip
    relation: str | None = field(default=UNSET, description='For a userset: the relation. Example: `"member"`')


@strawberry.input(description=f"A relationship: subject has relation to entity. Example: `{{{_KEY}}}`")
class TupleKeyInput:
    entity: EntityInput = field(description="To what.")
    relation: str = field(description=_RELATION)
    subject: SubjectInput = field(description="Who.")


@strawberry.input(
    description='A condition of the model that a tuple counts under. Example: `{name: "office", context: {floor: 3}}`'
)
class TupleConditionInput:
    name: str = field(description='The condition\'s name in the model. Example: `"office"`')
    context: JSON | None = field(
        default=UNSET, description="Parameters that are settled already, a JSON object. Example: `{floor: 3}`"
    )


@strawberry.input(
    description=f'A relationship with what limits it. Example: `{{{_KEY}, expiresAt: "2026-12-31T23:59:59Z"}}`'
)
class TupleInput:
    entity: EntityInput = field(description="To what.")
    relation: str = field(description=_RELATION)
    subject: SubjectInput = field(description="Who.")
    condition: TupleConditionInput | None = field(default=UNSET, description="When it counts, beside the times.")
    policy: str | None = field(
        default=UNSET,
        description="In place of a condition, a policy of the client that owns the entity's type, or of the "
        'installation: it counts where that says so. Example: `"business_hours"`',
    )
    starts_at: datetime | None = field(default=UNSET, description=_STARTS)
    expires_at: datetime | None = field(
        default=UNSET, description='When it ends; never when absent. Example: `"2026-12-31T23:59:59Z"`'
    )


@strawberry.input(
    description="May the subject do this to the entity? "
    f'Example: `{{action: "edit", entity: {_ENTITY}, subject: {_SUBJECT}}}`'
)
class CheckInput:
    action: str = field(description='A permission of the entity\'s type, or a relation. Example: `"edit"`')
    entity: EntityInput = field(description="To what.")
    subject: SubjectInput | None = field(default=UNSET, description="Who; the caller when absent.")
    context: JSON | None = field(default=UNSET, description=_CONTEXT)
    contextual_tuples: list[TupleInput] | None = field(
        default=UNSET, description="Tuples that count for this question only: what if?"
    )


@strawberry.input(
    description="Which tuples; everything that is given must hold. "
    'Example: `{entityType: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", relation: "viewer"}`'
)
class TupleFilter:
    entity_type: str | None = field(
        default=UNSET,
        description='Only on entities of this type. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice"`',
    )
    entity_id: str | None = field(default=UNSET, description='Only on the entity with this id. Example: `"42"`')
    relation: str | None = field(default=UNSET, description='Only with this relation. Example: `"viewer"`')
    subject_type: str | None = field(
        default=UNSET, description='Only with subjects of this type. Example: `"user"`'
    )  # fmt: skip
    subject_id: str | None = field(
        default=UNSET,
        description='Only with the subject of this id. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`',
    )
    subject_relation: str | None = field(
        default=UNSET,
        description='Only with usersets of this relation; empty for subjects that are no userset. Example: `"member"`',
    )


SubjectArgument: TypeAlias = Annotated[
    SubjectInput | None, argument(description="Who is asked about; the caller when absent.")
]
EntityArgument: TypeAlias = Annotated[EntityInput, argument(description="The entity.")]
ContextArgument: TypeAlias = Annotated[JSON | None, argument(description=_CONTEXT)]
ContextualArgument: TypeAlias = Annotated[
    list[TupleInput] | None, argument(description="Tuples that count for this question only: what if?")
]
Consistency: TypeAlias = Annotated[
    ConsistencyInput | None, argument(description="How fresh the answer has to be; quick when absent.")
]


def to_freshness(given: ConsistencyInput | None) -> answers.Freshness:
    """The engine's freshness; the default when nothing is given."""
    if not given:
        return answers.Freshness()
    return answers.Freshness(answers.FreshnessMode[given.mode.name], given.token or None)


def to_entity(given: EntityInput) -> tuples.EntityRef:
    """The engine's entity."""
    return tuples.EntityRef(given.type, given.id)


def to_subject(given: SubjectInput) -> tuples.SubjectRef:
    """The engine's subject."""
    return tuples.SubjectRef(given.type, given.id, given.relation or "")


def whom(actor: Actor, given: SubjectInput | None) -> tuples.SubjectRef:
    """The subject that is asked about: the given one, else the caller.

    Raises:
        Unauthenticated: `kit_sign_in_required`, none is given and nobody is signed in.
    """
    if given:
        return to_subject(given)
    own = subject_of(actor)
    if own is None:
        refuse(actor, MANAGE_ACCESS)
    return own


def to_context(given: object, *path: str) -> Mapping[str, Any]:
    """A context, empty when none is given.

    Raises:
        ContextInvalid: it is no JSON object.
    """
    if given is None or given is UNSET:
        return {}
    if not isinstance(given, dict):
        raise ContextInvalid(*path, "context")
    return cast("Mapping[str, Any]", given)


def to_key(given: TupleKeyInput) -> tuples.TupleKey:
    """The engine's key."""
    entity, subject = given.entity, given.subject
    return tuples.TupleKey(entity.type, entity.id, given.relation, subject.type, subject.id, subject.relation or "")


def to_tuple(given: TupleInput, *path: str) -> tuples.RelationTuple:
    """The engine's tuple; `path` is where it stands in the input.

    Raises:
        ContextInvalid: the context of its condition is no JSON object.
        PolicyRefused: it has a condition as well as a policy.
    """
    key = to_key(cast("TupleKeyInput", given))
    condition = tuples.with_policy(given.policy) if given.policy else None
    if given.condition:
        if condition is not None:
            raise PolicyRefused(f"{key}: a tuple has a condition or a policy, not both.", *path, "policy")
        context = to_context(given.condition.context, *path, "condition")
        condition = tuples.ConditionRef(given.condition.name, context)
    return tuples.RelationTuple(key, condition, given.starts_at or None, given.expires_at or None)


def to_tuples(given: Sequence[TupleInput] | None, *path: str) -> tuple[tuples.RelationTuple, ...]:
    """The engine's tuples, none when nothing is given.

    Raises:
        ContextInvalid, PolicyRefused: of one of them.
    """
    return tuple(to_tuple(each, *path, str(number)) for number, each in enumerate(given or ()))


def to_check(actor: Actor, given: CheckInput, *path: str) -> answers.Check:
    """The engine's question.

    Raises:
        Unauthenticated: about the caller, and nobody is signed in.
        ContextInvalid: a context is no JSON object. PolicyRefused: a tuple has a condition as well as a policy.
    """
    return answers.Check(
        whom(actor, given.subject),
        given.action,
        to_entity(given.entity),
        to_context(given.context, *path),
        to_tuples(given.contextual_tuples, *path, "contextualTuples"),
    )


def to_filter(given: TupleFilter | None) -> writes.TupleFilter:
    """The engine's filter; it means everything when nothing is given."""
    names = ("entity_type", "entity_id", "relation", "subject_type", "subject_id", "subject_relation")
    values = {name: getattr(given, name) for name in names} if given else {}
    return writes.TupleFilter(**{name: value for name, value in values.items() if value is not UNSET})
