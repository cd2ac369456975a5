"""Writing and deleting tuples through the API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import strawberry
from strawberry import UNSET, argument, field

from app.authz.graph.inputs import (
    EntityInput,
    TupleFilter,
    TupleInput,
    TupleKeyInput,
    to_entity,
    to_filter,
    to_key,
    to_tuples,
)
from app.authz.graph.values import TupleKey, as_key
from app.authz.service.deletions import delete_tuples
from app.authz.service.tuples import write_tuples
from app.authz.types import tuples as engine
from app.authz.types.writes import TupleWrite
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import given
from app.graph.mutations import mutation
from app.kit.errors import AppError, InputProblems

# Lists of a write → fields of the input.
_FIELDS = {"touch": "writes", "create": "creates", "delete": "deletes"}
_REASON = 'Why: for the changelog and the audit trail. Example: `"Ada left the project"`'
_ON_OTHER_TYPES = "On types that no client owns it needs `platform.manage_platform`."


@strawberry.input(
    description="All tuples of an entity with a relation. "
    'Example: `{entity: {type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}, relation: "viewer"}`'
)
class TuplePlaceInput:
    entity: EntityInput = field(description="The entity.")
    relation: str = field(description='The relation. Example: `"viewer"`')


@strawberry.input(
    description="Changes of tuples that happen all at one revision, or not at all; at most 1000 tuples and places. "
    'Example: `{writes: [{entity: {type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}, relation: "viewer", '
    'subject: {type: "user", id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}}], reason: "Ada audits", dryRun: true}`'
)
class TuplesWriteInput:
    writes: list[TupleInput] | None = field(
        default=UNSET, description="Add these, or give them this condition and these times; what stands so stays."
    )
    creates: list[TupleInput] | None = field(default=UNSET, description="Add these; none of them may stand already.")
    deletes: list[TupleKeyInput] | None = field(default=UNSET, description="End these, if they stand.")
    replace: list[TuplePlaceInput] | None = field(
        default=UNSET, description="All tuples of these places end, apart from those in `writes` and `creates`."
    )
    must_exist: list[TupleKeyInput] | None = field(default=UNSET, description="These have to stand before.")
    must_not_exist: list[TupleKeyInput] | None = field(default=UNSET, description="These must not stand before.")
    reason: str | None = field(default=UNSET, description=_REASON)
    subjects_must_exist: bool = field(
        default=False,
        description="Whether users, clients and API keys that are subjects have to exist. On types that are Auther's "
        "own, groups among them, they have to anyway.",
    )
    idempotency_key: str | None = field(
        default=UNSET,
        description="Your name for this request, 1 to 200 characters. The same write under the same key happens once "
        "within a day, and is answered as the first time; another write is a conflict. "
        'Example: `"grant-2026-01-31-0042"`',
    )
    dry_run: bool = field(default=False, description="Only tell what would happen.")


@strawberry.input(
    description="Which tuples to delete. Example: "
    '`{filter: {entityType: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", entityId: "42"}, dryRun: true}`'
)
class TuplesDeleteInput:
    filter: TupleFilter = field(
        description="Which tuples: at least the type of the entity, or type and id of the subject."
    )
    reason: str | None = field(default=UNSET, description=_REASON)
    dry_run: bool = field(default=False, description="Only count.")


@strawberry.type(description="The outcome of writing tuples.")
class TuplesWritePayload:
    revision: str | None = field(default=None, description="The revision at which it happened, as text.")
    token: str | None = field(
        default=None, description="The consistency token of that revision: with it one sees one's own writes."
    )
    created: list[TupleKey] | None = field(default=None, description="What did not stand before.")
    changed: list[TupleKey] | None = field(default=None, description="What got another condition or other times.")
    deleted: list[TupleKey] | None = field(default=None, description="What ended.")
    is_repeat: bool | None = field(
        default=None, description="Whether it had been done before under the same idempotency key."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of deleting tuples.")
class TuplesDeletePayload:
    revision: str | None = field(default=None, description="The revision at which it happened, as text.")
    token: str | None = field(default=None, description="The consistency token of that revision.")
    deleted_count: int | None = field(default=None, description="How many ended.")
    has_more: bool | None = field(default=None, description="Whether there are more: call it again.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class TupleMutation:
    @mutation(
        description=f"Add, change and delete tuples at one revision. {_ON_OTHER_TYPES}",
        requires="clients.manage_access",
    )
    async def tuples_write(
        self, info: Info, input: Annotated[TuplesWriteInput, argument(description="What changes.")]
    ) -> TuplesWritePayload:
        write = _to_write(input)
        try:
            result = await write_tuples(info.context.actor, write)
        except AppError as error:
            _name_fields(error)
            raise
        return TuplesWritePayload(
            revision=str(result.revision),
            token=result.token,
            created=_keys(result.created),
            changed=_keys(result.changed),
            deleted=_keys(result.deleted),
            is_repeat=result.is_repeat,
        )

    @mutation(
        description="Delete every tuple that a filter means, up to 100000 at once. Without `filter.entityType`, and "
        "on types that no client owns, it needs `platform.manage_platform`.",
        requires="clients.manage_access",
    )
    async def tuples_delete(
        self, info: Info, input: Annotated[TuplesDeleteInput, argument(description="Which, and why.")]
    ) -> TuplesDeletePayload:
        result = await delete_tuples(
            info.context.actor, to_filter(input.filter), reason=input.reason or None, dry_run=input.dry_run
        )
        return TuplesDeletePayload(
            revision=str(result.revision),
            token=result.token,
            deleted_count=result.deleted,
            has_more=result.has_more,
        )


def _to_write(sent: TuplesWriteInput) -> TupleWrite:
    return TupleWrite(
        touch=to_tuples(sent.writes, "writes"),
        create=to_tuples(sent.creates, "creates"),
        delete=tuple(map(to_key, sent.deletes or ())),
        must_exist=tuple(map(to_key, sent.must_exist or ())),
        must_not_exist=tuple(map(to_key, sent.must_not_exist or ())),
        replace=tuple((to_entity(each.entity), each.relation) for each in sent.replace or ()),
        reason=sent.reason or None,
        subjects_must_exist=sent.subjects_must_exist,
        idempotency_key=given(sent.idempotency_key),
        dry_run=sent.dry_run,
    )


def _keys(keys: Iterable[engine.TupleKey]) -> list[TupleKey]:
    return [as_key(key) for key in keys]


def _name_fields(error: AppError) -> None:
    """Let an error name the fields of the input, not those of the engine."""
    for each in (error, *(error.problems if isinstance(error, InputProblems) else ())):
        if each.field:
            each.field = (_FIELDS.get(each.field[0], each.field[0]), *each.field[1:])
