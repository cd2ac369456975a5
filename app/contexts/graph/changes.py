"""Making, changing and deleting registration contexts."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, field

from app.authz.types import EVERY
from app.contexts import service, types
from app.contexts.graph.values import RegistrationContext, as_node
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import build, build_changes, given
from app.graph.mutations import mutation

_REQUIRES = "clients.manage_access"
_PLATFORM = "One of the whole platform needs `platform.manage_platform`."
_WHICH = 'The context\'s id. Example: `"ctx_01jq40b7n2r5s8t1v4w7x0y3za"`'
_NAME = 'What people call it. Example: `"Staff of Acme"`'
_DESCRIPTION = 'What it is for, for people. Example: `"Everybody at Acme reads invoices"`'
_GRANTS = "What people get, 1 to 50. What the caller could not give by `tuplesWrite`, it cannot give here."
_ORIGINS = (
    "Origins of applications that people have to come from, 50 at most; empty: from anywhere. "
    'Example: `["https://app.acme.example"]`'
)  # fmt: skip
_DOMAINS = (
    "Domains of which people must have proved an address, 200 at most; empty: everybody. A subdomain is another one. "
    'Example: `["acme.example"]`'
)  # fmt: skip
_ENABLED = "Whether it is applied. Example: `true`"
_NULL_IS_NO_VALUE = ("name", "grants", "allowed_origins", "allowed_domains", "is_enabled")


@strawberry.input(
    description="A relation that people get. "
    'Example: `{entityType: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", relation: "viewer"}`'
)
class RegistrationGrantInput:
    entity_type: str = field(
        description="The full name of the type, with the client that owns it. "
        'Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice"`'
    )
    relation: str = field(description='The relation. Example: `"viewer"`')
    entity_id: str | None = field(
        default=UNSET, description='To what; every entity of the type when absent. Example: `"42"`'
    )


@strawberry.input(
    description="A registration context to make. "
    'Example: `{slug: "acme-staff", name: "Staff of Acme", clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", '
    'grants: [{entityType: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", relation: "viewer"}], '
    'allowedDomains: ["acme.example"], dryRun: true}`'
)
class RegistrationContextCreateInput:
    slug: str = field(
        description="Its name for programs and the audit trail: 1 to 40 small letters, digits and dashes; this cannot "
        'change later. Example: `"acme-staff"`'
    )
    name: str = field(description=_NAME)
    grants: list[RegistrationGrantInput] = field(description=_GRANTS)
    description: str | None = field(default=UNSET, description=_DESCRIPTION)
    client_id: ID | None = field(
        default=UNSET,
        description="Applies to who comes through this client or for it; absent: to everybody who signs up. This "
        'cannot change later. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`',
    )
    allowed_origins: list[str] | None = field(default=UNSET, description=_ORIGINS)
    allowed_domains: list[str] | None = field(default=UNSET, description=_DOMAINS)
    is_enabled: bool = field(default=True, description=_ENABLED)
    idempotency_key: str | None = field(
        default=UNSET,
        description="Your name for this request, 1 to 200 characters. The same key with the same input gives the same "
        'context again; with other input it is a conflict. Example: `"deploy-2026-01-31-acme-staff"`',
    )
    dry_run: bool = field(default=False, description="Only tell whether it can be made.")


@strawberry.input(
    description="Changes of a registration context. What is absent stays; null clears. Who got something keeps it, and "
    "who it was applied to gets nothing more. "
    'Example: `{id: "ctx_01jq40b7n2r5s8t1v4w7x0y3za", isEnabled: false}`'
)
class RegistrationContextUpdateInput:
    id: ID = field(description=_WHICH)
    name: str | None = field(default=UNSET, description=_NAME)
    description: str | None = field(default=UNSET, description=_DESCRIPTION)
    grants: list[RegistrationGrantInput] | None = field(default=UNSET, description=f"All of them. {_GRANTS}")
    allowed_origins: list[str] | None = field(default=UNSET, description=_ORIGINS)
    allowed_domains: list[str] | None = field(default=UNSET, description=_DOMAINS)
    is_enabled: bool | None = field(default=UNSET, description=_ENABLED)
    dry_run: bool = field(default=False, description="Only tell how it would be.")


@strawberry.input(description='Which context to delete. Example: `{id: "ctx_01jq40b7n2r5s8t1v4w7x0y3za"}`')
class RegistrationContextDeleteInput:
    id: ID = field(description=_WHICH)


@strawberry.type(description="The outcome of making a registration context.")
class RegistrationContextCreatePayload:
    registration_context: RegistrationContext | None = field(
        default=None, description="The context; null for a dry run."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of changing a registration context.")
class RegistrationContextUpdatePayload:
    registration_context: RegistrationContext | None = field(
        default=None, description="The context as it is now, or would be."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of deleting a registration context.")
class RegistrationContextDeletePayload:
    deleted_id: ID | None = field(default=None, description="The id that is gone.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class ContextMutation:
    @mutation(description=f"Make a registration context. {_PLATFORM}", requires=_REQUIRES)
    async def registration_context_create(
        self, info: Info, input: Annotated[RegistrationContextCreateInput, argument(description="The context.")]
    ) -> RegistrationContextCreatePayload:
        actor, new = info.context.actor, build(_new_context, input, without=("idempotency_key", "dry_run"))
        if input.dry_run:
            await service.review_context(actor, new)
            return RegistrationContextCreatePayload()
        made = await service.create_context(actor, new, idempotency_key=given(input.idempotency_key))
        return RegistrationContextCreatePayload(registration_context=as_node(made))

    @mutation(description=f"Change a registration context. {_PLATFORM}", requires=_REQUIRES)
    async def registration_context_update(
        self, info: Info, input: Annotated[RegistrationContextUpdateInput, argument(description="What changes.")]
    ) -> RegistrationContextUpdatePayload:
        changes = build_changes(_changes, input, required=_NULL_IS_NO_VALUE, without=("id", "dry_run"))
        after = await service.update_context(info.context.actor, input.id, changes, is_dry_run=input.dry_run)
        return RegistrationContextUpdatePayload(registration_context=as_node(after))

    @mutation(
        description=f"Delete a registration context. What it gave stays with those who have it. {_PLATFORM}",
        requires=_REQUIRES,
    )
    async def registration_context_delete(
        self, info: Info, input: Annotated[RegistrationContextDeleteInput, argument(description="Which context.")]
    ) -> RegistrationContextDeletePayload:
        await service.delete_context(info.context.actor, input.id)
        return RegistrationContextDeletePayload(deleted_id=input.id)


def _new_context(grants: tuple[RegistrationGrantInput, ...], **values: object) -> types.NewContext:
    return types.NewContext(grants=_to_grants(grants), **values)  # type: ignore[arg-type]


def _changes(**values: object) -> types.ContextChanges:
    if "grants" in values:
        values["grants"] = _to_grants(values["grants"])  # type: ignore[arg-type]
    return types.ContextChanges(**values)  # type: ignore[arg-type]


def _to_grants(inputs: tuple[RegistrationGrantInput, ...]) -> tuple[types.Grant, ...]:
    return tuple(types.Grant(each.entity_type, each.relation, given(each.entity_id) or EVERY) for each in inputs)
