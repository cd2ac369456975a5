"""Registering, changing and deleting clients, and their secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, field

from app.clients import service, types
from app.clients.graph import says
from app.clients.graph.values import Client, ClientKind, as_node
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import build, build_changes, given
from app.graph.mutations import mutation
from app.graph.scalars import JSON

_NULL_IS_NO_VALUE = (
    "name", "is_enabled", "is_first_party", "redirect_uris", "post_logout_redirect_uris", "require_pkce",
    "require_mfa", "subject_type", "require_signed_request_object", "require_pushed_authorization_requests",
    "request_uris", "dpop_bound_access_tokens", "default_acr_values", "backchannel_logout_session_required",
    "frontchannel_logout_session_required",
)  # fmt: skip


@strawberry.input(
    description="A client to register. What is absent follows from the kind or the settings. "
    'Example: `{name: "Invoices", kind: WEB, redirectUris: ["https://invoices.example.com/auth/callback"]}`'
)
class ClientCreateInput:
    name: str = field(description=says.NAME)
    kind: ClientKind = field(description="What kind of application it is; this cannot change later.")
    description: str | None = field(default=UNSET, description=says.DESCRIPTION)
    redirect_uris: list[str] | None = field(default=UNSET, description=says.REDIRECT_URIS)
    post_logout_redirect_uris: list[str] | None = field(default=UNSET, description=says.POST_LOGOUT_REDIRECT_URIS)
    scopes: list[str] | None = field(default=UNSET, description=says.SCOPES)
    is_first_party: bool | None = field(
        default=UNSET, description="Whether it is our own: users are not asked for consent."
    )
    grant_types: list[str] | None = field(default=UNSET, description=says.GRANTS)
    token_endpoint_auth_method: str | None = field(default=UNSET, description=says.AUTH_METHOD)
    token_endpoint_auth_signing_alg: str | None = field(default=UNSET, description=says.AUTH_ALG)
    jwks: JSON | None = field(default=UNSET, description=says.JWKS)
    jwks_uri: str | None = field(default=UNSET, description=says.JWKS_URI)
    allowed_audiences: list[str] | None = field(default=UNSET, description=says.AUDIENCES)
    token_exchange_clients: list[str] | None = field(default=UNSET, description=says.EXCHANGERS)
    resource_uris: list[str] | None = field(default=UNSET, description=says.RESOURCES)
    id_token_signed_response_alg: str | None = field(default=UNSET, description=says.ALG)
    access_token_ttl_seconds: int | None = field(default=UNSET, description=says.ACCESS_TTL)
    refresh_token_ttl_seconds: int | None = field(default=UNSET, description=says.REFRESH_TTL)
    require_pkce: bool | None = field(default=UNSET, description=says.REQUIRE_PKCE)
    require_mfa: bool | None = field(default=UNSET, description=says.REQUIRE_MFA)
    subject_type: str | None = field(default=UNSET, description=says.SUBJECT_TYPE)
    sector_identifier_uri: str | None = field(default=UNSET, description=says.SECTOR_IDENTIFIER_URI)
    userinfo_signed_response_alg: str | None = field(default=UNSET, description=says.USERINFO_SIGNED_RESPONSE_ALG)
    introspection_signed_response_alg: str | None = field(
        default=UNSET, description=says.INTROSPECTION_SIGNED_RESPONSE_ALG
    )
    request_object_signing_alg: str | None = field(default=UNSET, description=says.REQUEST_OBJECT_SIGNING_ALG)
    require_signed_request_object: bool | None = field(default=UNSET, description=says.REQUIRE_SIGNED_REQUEST_OBJECT)
    require_pushed_authorization_requests: bool | None = field(
        default=UNSET, description=says.REQUIRE_PUSHED_AUTHORIZATION_REQUESTS
    )
    request_uris: list[str] | None = field(default=UNSET, description=says.REQUEST_URIS)
    dpop_bound_access_tokens: bool | None = field(default=UNSET, description=says.DPOP_BOUND_ACCESS_TOKENS)
    default_max_age: int | None = field(default=UNSET, description=says.DEFAULT_MAX_AGE)
    default_acr_values: list[str] | None = field(default=UNSET, description=says.DEFAULT_ACR_VALUES)
    initiate_login_uri: str | None = field(default=UNSET, description=says.INITIATE_LOGIN_URI)
    backchannel_logout_uri: str | None = field(default=UNSET, description=says.BACKCHANNEL_LOGOUT_URI)
    backchannel_logout_session_required: bool | None = field(
        default=UNSET, description=says.BACKCHANNEL_LOGOUT_SESSION_REQUIRED
    )
    frontchannel_logout_uri: str | None = field(default=UNSET, description=says.FRONTCHANNEL_LOGOUT_URI)
    frontchannel_logout_session_required: bool | None = field(
        default=UNSET, description=says.FRONTCHANNEL_LOGOUT_SESSION_REQUIRED
    )
    software_id: str | None = field(default=UNSET, description=says.SOFTWARE_ID)
    software_version: str | None = field(default=UNSET, description=says.SOFTWARE_VERSION)
    client_uri: str | None = field(default=UNSET, description=says.HOME)
    logo_uri: str | None = field(default=UNSET, description=says.LOGO)
    idempotency_key: str | None = field(
        default=UNSET,
        description="Your name for this request, 1 to 200 characters. The same key with the same input gives the "
        "same client again, without its secret; with other input it is a conflict. "
        'Example: `"deploy-2026-01-31-invoices"`',
    )


@strawberry.input(
    description="Changes of a client. What is absent stays; null clears, or gives back to the settings. "
    'Example: `{id: "cli_01jq40b7n2r5s8t1v4w7x0y3za", name: "Invoices", accessTokenTtlSeconds: null}`'
)
class ClientUpdateInput:
    id: ID = field(description=says.WHICH)
    name: str | None = field(default=UNSET, description=says.NAME)
    description: str | None = field(default=UNSET, description=says.DESCRIPTION)
    is_enabled: bool | None = field(default=UNSET, description="Whether it may sign users in and get tokens.")
    is_first_party: bool | None = field(
        default=UNSET, description="Whether it is our own: users are not asked for consent."
    )
    redirect_uris: list[str] | None = field(default=UNSET, description=says.REDIRECT_URIS)
    post_logout_redirect_uris: list[str] | None = field(default=UNSET, description=says.POST_LOGOUT_REDIRECT_URIS)
    scopes: list[str] | None = field(default=UNSET, description=says.SCOPES)
    grant_types: list[str] | None = field(default=UNSET, description=says.GRANTS)
    token_endpoint_auth_method: str | None = field(default=UNSET, description=says.AUTH_METHOD)
    token_endpoint_auth_signing_alg: str | None = field(default=UNSET, description=says.AUTH_ALG)
    jwks: JSON | None = field(default=UNSET, description=says.JWKS)
    jwks_uri: str | None = field(default=UNSET, description=says.JWKS_URI)
    allowed_audiences: list[str] | None = field(default=UNSET, description=says.AUDIENCES)
    token_exchange_clients: list[str] | None = field(default=UNSET, description=says.EXCHANGERS)
    resource_uris: list[str] | None = field(default=UNSET, description=says.RESOURCES)
    id_token_signed_response_alg: str | None = field(default=UNSET, description=says.ALG)
    access_token_ttl_seconds: int | None = field(default=UNSET, description=says.ACCESS_TTL)
    refresh_token_ttl_seconds: int | None = field(default=UNSET, description=says.REFRESH_TTL)
    require_pkce: bool | None = field(default=UNSET, description=says.REQUIRE_PKCE)
    require_mfa: bool | None = field(default=UNSET, description=says.REQUIRE_MFA)
    subject_type: str | None = field(default=UNSET, description=says.SUBJECT_TYPE)
    sector_identifier_uri: str | None = field(default=UNSET, description=says.SECTOR_IDENTIFIER_URI)
    userinfo_signed_response_alg: str | None = field(default=UNSET, description=says.USERINFO_SIGNED_RESPONSE_ALG)
    introspection_signed_response_alg: str | None = field(
        default=UNSET, description=says.INTROSPECTION_SIGNED_RESPONSE_ALG
    )
    request_object_signing_alg: str | None = field(default=UNSET, description=says.REQUEST_OBJECT_SIGNING_ALG)
    require_signed_request_object: bool | None = field(default=UNSET, description=says.REQUIRE_SIGNED_REQUEST_OBJECT)
    require_pushed_authorization_requests: bool | None = field(
        default=UNSET, description=says.REQUIRE_PUSHED_AUTHORIZATION_REQUESTS
    )
    request_uris: list[str] | None = field(default=UNSET, description=says.REQUEST_URIS)
    dpop_bound_access_tokens: bool | None = field(default=UNSET, description=says.DPOP_BOUND_ACCESS_TOKENS)
    default_max_age: int | None = field(default=UNSET, description=says.DEFAULT_MAX_AGE)
    default_acr_values: list[str] | None = field(default=UNSET, description=says.DEFAULT_ACR_VALUES)
    initiate_login_uri: str | None = field(default=UNSET, description=says.INITIATE_LOGIN_URI)
    backchannel_logout_uri: str | None = field(default=UNSET, description=says.BACKCHANNEL_LOGOUT_URI)
    backchannel_logout_session_required: bool | None = field(
        default=UNSET, description=says.BACKCHANNEL_LOGOUT_SESSION_REQUIRED
    )
    frontchannel_logout_uri: str | None = field(default=UNSET, description=says.FRONTCHANNEL_LOGOUT_URI)
    frontchannel_logout_session_required: bool | None = field(
        default=UNSET, description=says.FRONTCHANNEL_LOGOUT_SESSION_REQUIRED
    )
    software_id: str | None = field(default=UNSET, description=says.SOFTWARE_ID)
    software_version: str | None = field(default=UNSET, description=says.SOFTWARE_VERSION)
    client_uri: str | None = field(default=UNSET, description=says.HOME)
    logo_uri: str | None = field(default=UNSET, description=says.LOGO)


@strawberry.input(description='Which client to delete. Example: `{id: "cli_01jq40b7n2r5s8t1v4w7x0y3za", dryRun: true}`')
class ClientDeleteInput:
    id: ID = field(description=says.WHICH)
    dry_run: bool = field(
        default=False, description="Only tell whether it can be done, and show in `client` what would be gone."
    )


@strawberry.input(
    description="Which client gets a new secret. "
    'Example: `{id: "cli_01jq40b7n2r5s8t1v4w7x0y3za", overlapSeconds: 3600}`'
)
class ClientSecretRotateInput:
    id: ID = field(description=says.WHICH)
    overlap_seconds: int | None = field(
        default=86_400,
        description="How long the secret in use works on, seconds; 0 ends it at once. Example: `3600`",
    )


@strawberry.type(description="The outcome of registering a client.")
class ClientCreatePayload:
    client: Client | None = field(default=None, description="The client; null when something is wrong.")
    client_secret: str | None = field(
        default=None,
        description="Its secret, shown this once; null for kinds that have none, and for a repeat under the same "
        "idempotency key. Who lost it asks `clientSecretRotate` for another.",
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of changing a client.")
class ClientUpdatePayload:
    client: Client | None = field(default=None, description="The client as it is now.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of deleting a client.")
class ClientDeletePayload:
    deleted_id: ID | None = field(default=None, description="The id that is gone; null for a dry run.")
    client: Client | None = field(
        default=None,
        description="Of a dry run: what it would delete. Its edges, such as `model` and `tuples`, would be gone too.",
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of giving a client a new secret.")
class ClientSecretRotatePayload:
    client: Client | None = field(default=None, description="The client with its secrets, without values.")
    client_secret: str | None = field(default=None, description="The new secret, shown this once.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


async def _before_create(info: Info, input: ClientCreateInput) -> None:
    await service.ask_ahead_of_create(info.context.actor, _read_new(input))


async def _before_update(info: Info, input: ClientUpdateInput) -> None:
    await service.ask_ahead_of_update(info.context.actor, input.id, _read_changes(input))


def _read_new(input: ClientCreateInput) -> types.NewClient:
    return build(types.NewClient, input, without=("idempotency_key",))


def _read_changes(input: ClientUpdateInput) -> types.ClientChanges:
    return build_changes(types.ClientChanges, input, required=_NULL_IS_NO_VALUE, without=("id",))


@strawberry.type
class ClientMutation:
    @mutation(
        description="Register a client. Its secret is in the answer and never again.",
        requires="clients.create",
        ahead=_before_create,
    )
    async def client_create(
        self, info: Info, input: Annotated[ClientCreateInput, argument(description="The client.")]
    ) -> ClientCreatePayload:
        key = given(input.idempotency_key)
        created = await service.create_client(info.context.actor, _read_new(input), idempotency_key=key)
        return ClientCreatePayload(client=as_node(created.client), client_secret=created.secret)

    @mutation(description="Change a client.", requires="clients.update", ahead=_before_update)
    async def client_update(
        self, info: Info, input: Annotated[ClientUpdateInput, argument(description="What changes.")]
    ) -> ClientUpdatePayload:
        changes = _read_changes(input)
        return ClientUpdatePayload(client=as_node(await service.update_client(info.context.actor, input.id, changes)))

    @mutation(description="Delete a client; its tokens stop working.", requires="clients.delete")
    async def client_delete(
        self, info: Info, input: Annotated[ClientDeleteInput, argument(description="Which client.")]
    ) -> ClientDeletePayload:
        if input.dry_run:
            return ClientDeletePayload(client=as_node(await service.review_deletion(info.context.actor, input.id)))
        await service.delete_client(info.context.actor, input.id)
        return ClientDeletePayload(deleted_id=input.id)

    @mutation(
        description="Give a client a new secret, shown once; the one in use works on for the overlap.",
        requires="clients.update",
    )
    async def client_secret_rotate(
        self, info: Info, input: Annotated[ClientSecretRotateInput, argument(description="Which client.")]
    ) -> ClientSecretRotatePayload:
        overlap = timedelta(seconds=input.overlap_seconds or 0)
        created = await service.rotate_client_secret(info.context.actor, input.id, overlap)
        return ClientSecretRotatePayload(client=as_node(created.client), client_secret=created.secret)
