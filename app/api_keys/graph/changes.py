"""Making, changing, rotating, switching and deleting API keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, field

from app.api_keys import service, types
from app.api_keys.graph.values import ApiKey, ApiKeyUse, as_node
from app.authz.graph.inputs import EntityInput, to_entity
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import build, build_changes, given
from app.graph.mutations import mutation

_REVOKE = "api_keys.revoke"
_IMPERSONATE = "users.impersonate"
_NULL_IS_NO_VALUE = ("name", "uses", "scopes", "allowed_addresses")
_WHICH = 'The key\'s id. Example: `"key_01jq3zv4m9w8k2c7d5f6g1h0ab"`'
_NAME = 'What people call it. Example: `"Nightly backup"`'
_NOTE = 'What it is for, for people. Example: `"Runs on build-3, ask the storage team"`'
_USES = "What it may be used for; both when absent. Example: `[EXCHANGE]`"
_SCOPES = (
    "What its tokens may carry at most: `auther:api`, and for a client's key what the client may ask for. "
    'Example: `["auther:api"]`'
)  # fmt: skip
_ADDRESSES = 'Networks that it may be used from; none is everywhere. Example: `["10.0.0.0/8", "2001:db8::/32"]`'
_RATE = "How often it may be used a minute; null without a limit. Example: `600`"
_EXPIRES = 'When it ends; null for never. Example: `"2027-01-31T00:00:00Z"`'


@strawberry.input(
    description="A relation to an entity that a new key is given: a tuple with the key as subject. "
    'Example: `{entity: {type: "cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice", id: "42"}, relation: "viewer"}`'
)
class ApiKeyGrantInput:
    entity: EntityInput = field(description="To what.")
    relation: str = field(description='The relation, which the caller must hold itself. Example: `"viewer"`')


@strawberry.input(
    description="An API key to make. "
    'Example: `{name: "Nightly backup", uses: [EXCHANGE], allowedAddresses: ["10.0.0.0/8"]}`'
)
class ApiKeyCreateInput:
    name: str = field(description=_NAME)
    owner_user_id: ID | None = field(
        default=UNSET,
        description="The user it belongs to; the caller when no owner is named. "
        'Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`',
    )
    owner_client_id: ID | None = field(
        default=UNSET, description='The client it belongs to. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'
    )
    note: str | None = field(default=UNSET, description=_NOTE)
    uses: list[ApiKeyUse] | None = field(default=UNSET, description=_USES)
    scopes: list[str] | None = field(default=UNSET, description=_SCOPES)
    allowed_addresses: list[str] | None = field(default=UNSET, description=_ADDRESSES)
    rate_limit_per_minute: int | None = field(default=UNSET, description=_RATE)
    expires_at: datetime | None = field(default=UNSET, description=_EXPIRES)
    grants: list[ApiKeyGrantInput] | None = field(
        default=UNSET, description="What the key is given at once, of what the caller holds itself; 50 at most."
    )
    idempotency_key: str | None = field(
        default=UNSET,
        description="Your name for this request, 1 to 200 characters. The same key with the same input gives the "
        "same API key again, without its secret; with other input it is a conflict. "
        'Example: `"deploy-2026-01-31-backup"`',
    )


@strawberry.input(
    description="Changes of an API key. What is absent stays; null clears. "
    'Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab", rateLimitPerMinute: 600}`'
)
class ApiKeyUpdateInput:
    id: ID = field(description=_WHICH)
    name: str | None = field(default=UNSET, description=_NAME)
    note: str | None = field(default=UNSET, description=_NOTE)
    uses: list[ApiKeyUse] | None = field(default=UNSET, description=_USES)
    scopes: list[str] | None = field(default=UNSET, description=_SCOPES)
    allowed_addresses: list[str] | None = field(default=UNSET, description=_ADDRESSES)
    rate_limit_per_minute: int | None = field(default=UNSET, description=_RATE)
    expires_at: datetime | None = field(default=UNSET, description=_EXPIRES)


@strawberry.input(
    description='Which API key gets a new secret. Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab", overlapSeconds: 0}`'
)
class ApiKeyRotateInput:
    id: ID = field(description=_WHICH)
    overlap_seconds: int | None = field(
        default=86_400,
        description="How long the secret in force works on, seconds, 30 days at most; 0 ends it at once. "
        "Example: `3600`",
    )


@strawberry.input(description='Which API key to switch off. Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab"}`')
class ApiKeyDisableInput:
    id: ID = field(description=_WHICH)


@strawberry.input(description='Which API key to switch on. Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab"}`')
class ApiKeyEnableInput:
    id: ID = field(description=_WHICH)


@strawberry.input(description='Which API key to delete. Example: `{id: "key_01jq3zv4m9w8k2c7d5f6g1h0ab"}`')
class ApiKeyDeleteInput:
    id: ID = field(description=_WHICH)


@strawberry.type(description="The outcome of making an API key.")
class ApiKeyCreatePayload:
    api_key: ApiKey | None = field(default=None, description="The key; null when something is wrong.")
    secret: str | None = field(
        default=None,
        description="The whole key, `ak_…`, shown this once; null for a repeat under the same idempotency key. Who "
        "lost it asks `apiKeyRotate` for another.",
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of giving an API key a new secret.")
class ApiKeyRotatePayload:
    api_key: ApiKey | None = field(default=None, description="The key as it is now.")
    secret: str | None = field(default=None, description="The whole new key, `ak_…`, shown this once.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of changing an API key.")
class ApiKeyUpdatePayload:
    api_key: ApiKey | None = field(default=None, description="The key as it is now.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of switching an API key off.")
class ApiKeyDisablePayload:
    api_key: ApiKey | None = field(default=None, description="The key as it is now.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of switching an API key on.")
class ApiKeyEnablePayload:
    api_key: ApiKey | None = field(default=None, description="The key as it is now.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of deleting an API key.")
class ApiKeyDeletePayload:
    deleted_id: ID | None = field(default=None, description="The id that is gone.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class ApiKeyMutation:
    @mutation(
        description="Make an API key; its secret is in the answer and never again. One's own need no permission; a "
        "client's need `clients.manage_access` on it. A key is given nothing that its maker does not hold.",
        requires=_IMPERSONATE,
    )
    async def api_key_create(
        self, info: Info, input: Annotated[ApiKeyCreateInput, argument(description="The key.")]
    ) -> ApiKeyCreatePayload:
        new = build(_new_key, input, without=("idempotency_key",))
        created = await service.create_key(info.context.actor, new, idempotency_key=given(input.idempotency_key))
        return ApiKeyCreatePayload(api_key=as_node(created.key), secret=created.secret)

    @mutation(
        description="Change an API key. One's own need no permission; a client's need `clients.manage_access` on it.",
        requires=_IMPERSONATE,
    )
    async def api_key_update(
        self, info: Info, input: Annotated[ApiKeyUpdateInput, argument(description="What changes.")]
    ) -> ApiKeyUpdatePayload:
        changes = build_changes(_changes, input, required=_NULL_IS_NO_VALUE, without=("id",))
        return ApiKeyUpdatePayload(api_key=as_node(await service.update_key(info.context.actor, input.id, changes)))

    @mutation(
        description="Give an API key a new secret, shown once; the one in force works on for the overlap. Who is not "
        "the owner has to hold what the key holds.",
        requires=_IMPERSONATE,
    )
    async def api_key_rotate(
        self, info: Info, input: Annotated[ApiKeyRotateInput, argument(description="Which key.")]
    ) -> ApiKeyRotatePayload:
        overlap = timedelta(seconds=input.overlap_seconds or 0)
        created = await service.rotate_key(info.context.actor, input.id, overlap)
        return ApiKeyRotatePayload(api_key=as_node(created.key), secret=created.secret)

    @mutation(
        description="Switch an API key off: it and its tokens stop working. One's own need no permission.",
        requires=_REVOKE,
    )
    async def api_key_disable(
        self, info: Info, input: Annotated[ApiKeyDisableInput, argument(description="Which key.")]
    ) -> ApiKeyDisablePayload:
        return ApiKeyDisablePayload(api_key=as_node(await service.disable_key(info.context.actor, input.id)))

    @mutation(description="Switch an API key on again. One's own need no permission.", requires=_REVOKE)
    async def api_key_enable(
        self, info: Info, input: Annotated[ApiKeyEnableInput, argument(description="Which key.")]
    ) -> ApiKeyEnablePayload:
        return ApiKeyEnablePayload(api_key=as_node(await service.enable_key(info.context.actor, input.id)))

    @mutation(
        description="Delete an API key and its tuples: it and its tokens stop working. One's own need no permission.",
        requires=_REVOKE,
    )
    async def api_key_delete(
        self, info: Info, input: Annotated[ApiKeyDeleteInput, argument(description="Which key.")]
    ) -> ApiKeyDeletePayload:
        await service.delete_key(info.context.actor, input.id)
        return ApiKeyDeletePayload(deleted_id=input.id)


def _new_key(*, grants: tuple[ApiKeyGrantInput, ...] = (), **values: object) -> types.NewApiKey:
    given_to = tuple(types.KeyGrant(to_entity(each.entity), each.relation) for each in grants)
    return types.NewApiKey(grants=given_to, **_room_values(values))  # type: ignore[arg-type]


def _changes(**values: object) -> types.ApiKeyChanges:
    return types.ApiKeyChanges(**_room_values(values))  # type: ignore[arg-type]


def _room_values(values: dict[str, object]) -> dict[str, object]:
    """The values with the room's enumeration."""
    if isinstance(uses := values.get("uses"), tuple):
        values["uses"] = tuple(types.KeyUse(each.value) for each in uses)
    return values
