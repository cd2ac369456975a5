"""OAuth clients in the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from functools import partial
from typing import Annotated, cast

import strawberry
from strawberry import ID, UNSET, Parent, argument, enum_value, field

from app.authz.graph import ClientEdges
from app.clients import service, types
from app.graph.connections import After, Before, Connection, First, Last, Paged, page_request
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.errors import UserError
from app.graph.inputs import build, build_changes
from app.graph.mutations import OwnUnitOfWork
from app.graph.node import Node
from app.kit.guard import guard

_NULL_IS_NO_VALUE = (
    "name", "is_enabled", "is_first_party", "redirect_uris", "post_logout_redirect_uris",
)  # fmt: skip


@strawberry.enum(description="What an application is, which settles how it may prove itself and get tokens.")
class ClientKind(Enum):
    WEB = enum_value(types.ClientKind.WEB, description="Runs on a server and can keep a secret.")
    SPA = enum_value(types.ClientKind.SPA, description="Runs in the browser.")
    NATIVE = enum_value(types.ClientKind.NATIVE, description="Runs on a phone or a desktop.")
    MACHINE = enum_value(types.ClientKind.MACHINE, description="Acts for itself, without a user.")
    DEVICE = enum_value(types.ClientKind.DEVICE, description="Has no browser or keyboard.")


@strawberry.enum(description="Orders of a list of clients.")
class ClientSort(Enum):
    CREATED_AT_DESC = enum_value(types.ClientSort.CREATED_AT_DESC, description="Youngest first.")
    CREATED_AT_ASC = enum_value(types.ClientSort.CREATED_AT_ASC, description="Oldest first.")
    NAME_ASC = enum_value(types.ClientSort.NAME_ASC, description="By name, without regard to case.")
    NAME_DESC = enum_value(types.ClientSort.NAME_DESC, description="By name, backwards.")


@strawberry.type(description="A secret of a client. Only its hash is stored; it was shown once.")
class ClientSecret:
    id: ID = field(description="The id of the secret.")
    hint: str = field(description="Its last four characters.")
    created_at: datetime = field(description="When it was made.")
    expires_at: datetime | None = field(description="When it ends; null while it has no end.")
    last_used_at: datetime | None = field(description="When it was last used, to a few minutes.")


@strawberry.type(description="An application that lets users sign in here, or calls APIs.")
class Client(Node, ClientEdges):
    name: str = field(description="The name that users see.")
    description: str | None = field(description="What it is, for operators.")
    kind: ClientKind = field(description="What kind of application it is.")
    is_enabled: bool = field(description="Whether it may sign users in and get tokens.")
    is_first_party: bool = field(description="Whether it is our own: users are not asked for consent.")
    is_declared: bool = field(description="Whether it stands in the configuration file: read-only here.")
    redirect_uris: list[str] = field(description="Where users may be sent back to.")
    post_logout_redirect_uris: list[str] = field(description="Where users may be sent after signing out.")
    grant_types: list[str] = field(description="Grants that it may use (RFC 7591).")
    response_types: list[str] = field(description="Response types that it may use (RFC 7591).")
    scopes: list[str] = field(description="Scopes that it may ask for.")
    token_endpoint_auth_method: str = field(description="How it proves itself (RFC 7591).")
    id_token_signed_response_alg: str = field(description="How its ID tokens are signed.")
    require_pkce: bool = field(description="Whether it must use PKCE (RFC 7636).")
    client_uri: str | None = field(description="Its home page.")
    logo_uri: str | None = field(description="Its logo.")
    tos_uri: str | None = field(description="Its terms of service.")
    policy_uri: str | None = field(description="Its privacy policy.")
    contacts: list[str] = field(description="Addresses of the people responsible.")
    secrets: list[ClientSecret] = field(description="Its secrets that work now, without their values.")
    created_at: datetime = field(description="When it was registered.")
    updated_at: datetime = field(description="When it last changed.")

    @field(description="Life of its access tokens, seconds.")
    @staticmethod
    def access_token_ttl_seconds(client: Parent[types.Client]) -> int:
        return int(client.access_token_ttl.total_seconds())

    @field(description="Life of its refresh tokens, seconds.")
    @staticmethod
    def refresh_token_ttl_seconds(client: Parent[types.Client]) -> int:
        return int(client.refresh_token_ttl.total_seconds())

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.Client)


ClientConnection = Connection[Client]


@strawberry.input(description="Which clients; everything that is given must hold.")
class ClientFilter:
    search: str | None = field(default=UNSET, description="Part of the name, or begin of the id.")
    kind: ClientKind | None = field(default=UNSET, description="Only clients of this kind.")
    is_enabled: bool | None = field(default=UNSET, description="Only enabled ones, or disabled.")


@strawberry.input(description="A client to register. What is absent follows from the kind or the settings.")
class ClientCreateInput:
    name: str = field(description="The name that users see.")
    kind: ClientKind = field(description="What kind of application it is; this cannot change later.")
    description: str | None = field(default=UNSET, description="What it is, for operators.")
    redirect_uris: list[str] | None = field(
        default=UNSET, description="Where users may be sent back to, compared exactly."
    )
    post_logout_redirect_uris: list[str] | None = field(
        default=UNSET, description="Where users may be sent after signing out."
    )
    scopes: list[str] | None = field(default=UNSET, description="Scopes that it may ask for.")
    is_first_party: bool | None = field(
        default=UNSET, description="Whether it is our own: users are not asked for consent."
    )
    id_token_signed_response_alg: str | None = field(
        default=UNSET, description="How its ID tokens are signed: RS256, ES256 or EdDSA."
    )
    access_token_ttl_seconds: int | None = field(default=UNSET, description="Life of its access tokens, seconds.")
    refresh_token_ttl_seconds: int | None = field(default=UNSET, description="Life of its refresh tokens, seconds.")
    client_uri: str | None = field(default=UNSET, description="Its home page.")
    logo_uri: str | None = field(default=UNSET, description="Its logo.")
    idempotency_key: str | None = field(
        default=UNSET, description="The same key gives the same client again, without its secret."
    )


@strawberry.input(description="Changes of a client. What is absent stays; null clears, or gives back to the settings.")
class ClientUpdateInput:
    id: ID = field(description="Which client.")
    name: str | None = field(default=UNSET, description="The name that users see.")
    description: str | None = field(default=UNSET, description="What it is, for operators.")
    is_enabled: bool | None = field(default=UNSET, description="Whether it may sign users in and get tokens.")
    is_first_party: bool | None = field(
        default=UNSET, description="Whether it is our own: users are not asked for consent."
    )
    redirect_uris: list[str] | None = field(
        default=UNSET, description="Where users may be sent back to, compared exactly."
    )
    post_logout_redirect_uris: list[str] | None = field(
        default=UNSET, description="Where users may be sent after signing out."
    )
    scopes: list[str] | None = field(default=UNSET, description="Scopes that it may ask for.")
    id_token_signed_response_alg: str | None = field(
        default=UNSET, description="How its ID tokens are signed: RS256, ES256 or EdDSA."
    )
    access_token_ttl_seconds: int | None = field(default=UNSET, description="Life of its access tokens, seconds.")
    refresh_token_ttl_seconds: int | None = field(default=UNSET, description="Life of its refresh tokens, seconds.")
    client_uri: str | None = field(default=UNSET, description="Its home page.")
    logo_uri: str | None = field(default=UNSET, description="Its logo.")


@strawberry.input(description="Which client to delete.")
class ClientDeleteInput:
    id: ID = field(description="The client's id.")


@strawberry.input(description="Which client gets a new secret.")
class ClientSecretRotateInput:
    id: ID = field(description="The client's id.")
    overlap_seconds: int | None = field(
        default=86_400, description="How long the secret in use works on, seconds; 0 ends it at once."
    )


@strawberry.type(description="The outcome of registering a client.")
class ClientCreatePayload:
    client: Client | None = field(default=None, description="The client; null when something is wrong.")
    client_secret: str | None = field(
        default=None, description="Its secret, shown this once; null for kinds that have none."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of changing a client.")
class ClientUpdatePayload:
    client: Client | None = field(default=None, description="The client as it is now.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of deleting a client.")
class ClientDeletePayload:
    deleted_id: ID | None = field(default=None, description="The id that is gone.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of giving a client a new secret.")
class ClientSecretRotatePayload:
    client: Client | None = field(default=None, description="The client with its secrets, without values.")
    client_secret: str | None = field(default=None, description="The new secret, shown this once.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class ClientQuery:
    @field(
        description="One client, null if there is none.",
        graphql_type=Client | None,
        directives=[Requires(permission="clients.view")],
    )
    async def client(
        self, info: Info, id: Annotated[ID, argument(description="The client's id.")]
    ) -> types.Client | None:
        await guard(info.context.actor, "clients.view")
        return await info.context.loaders.load(service.get_clients, str(id))

    @field(
        description="A page of clients.",
        graphql_type=ClientConnection,
        directives=[Requires(permission="clients.view")],
    )
    async def clients(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: Annotated[ClientFilter | None, argument(description="Which clients.")] = UNSET,
        sort: Annotated[ClientSort, argument(description="In which order.")] = ClientSort.CREATED_AT_DESC,
    ) -> Paged[types.Client]:
        actor, wanted = info.context.actor, build(types.ClientFilter, filter)
        page = await service.list_clients(
            actor, wanted, types.ClientSort[sort.name], page_request(first, after, last, before)
        )
        return Paged(page, partial(service.count_clients, actor, wanted))


@strawberry.type
class ClientMutation:
    @strawberry.mutation(
        description="Register a client. Its secret is in the answer and never again.",
        extensions=[OwnUnitOfWork()],
        directives=[Requires(permission="clients.create")],
    )
    async def client_create(
        self, info: Info, input: Annotated[ClientCreateInput, argument(description="The client.")]
    ) -> ClientCreatePayload:
        new = build(types.NewClient, input, without=("idempotency_key",))
        created = await service.create_client(info.context.actor, new, idempotency_key=input.idempotency_key or None)
        return ClientCreatePayload(client=_as_node(created.client), client_secret=created.secret)

    @strawberry.mutation(
        description="Change a client.",
        extensions=[OwnUnitOfWork()],
        directives=[Requires(permission="clients.update")],
    )
    async def client_update(
        self, info: Info, input: Annotated[ClientUpdateInput, argument(description="What changes.")]
    ) -> ClientUpdatePayload:
        changes = build_changes(types.ClientChanges, input, required=_NULL_IS_NO_VALUE, without=("id",))
        return ClientUpdatePayload(client=_as_node(await service.update_client(info.context.actor, input.id, changes)))

    @strawberry.mutation(
        description="Delete a client; its tokens stop working.",
        extensions=[OwnUnitOfWork()],
        directives=[Requires(permission="clients.delete")],
    )
    async def client_delete(
        self, info: Info, input: Annotated[ClientDeleteInput, argument(description="Which client.")]
    ) -> ClientDeletePayload:
        await service.delete_client(info.context.actor, input.id)
        return ClientDeletePayload(deleted_id=input.id)

    @strawberry.mutation(
        description="Give a client a new secret, shown once; the one in use works on for the overlap.",
        extensions=[OwnUnitOfWork()],
        directives=[Requires(permission="clients.update")],
    )
    async def client_secret_rotate(
        self, info: Info, input: Annotated[ClientSecretRotateInput, argument(description="Which client.")]
    ) -> ClientSecretRotatePayload:
        overlap = timedelta(seconds=input.overlap_seconds or 0)
        created = await service.rotate_client_secret(info.context.actor, input.id, overlap)
        return ClientSecretRotatePayload(client=_as_node(created.client), client_secret=created.secret)


async def load_client(info: Info, client_id: str | None) -> types.Client | None:
    """A client that something refers to; None when it is gone or hidden from the caller."""
    if client_id is None or not await service.may_view_client(info.context.actor, client_id):
        return None
    return await info.context.loaders.load(service.get_clients, client_id)


def _as_node(client: types.Client) -> Client:
    # The fields of the API's type read the same attributes of the room's value.
    return cast("Client", client)
