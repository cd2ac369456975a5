"""The types of clients, and loading one that something refers to."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, cast

import orjson
import strawberry
from strawberry import ID, Parent, enum_value, field

from app.authz.graph import ClientEdges
from app.clients import service, types
from app.graph.connections import Connection, Paged, connection
from app.graph.context import Info
from app.graph.node import Node
from app.graph.scalars import JSON
from app.kit.paging import PageRequest

if TYPE_CHECKING:
    from app.api_keys.types import ApiKey
    from app.clients.graph.initial_tokens import InitialAccessToken
    from app.clients.registration.types import InitialToken
    from app.oidc.families import TokenFamily


@strawberry.enum(description="What an application is, which settles how it may prove itself and get tokens.")
class ClientKind(Enum):
    WEB = enum_value(types.ClientKind.WEB, description="Runs on a server and can keep a secret.")
    SPA = enum_value(types.ClientKind.SPA, description="Runs in the browser.")
    NATIVE = enum_value(types.ClientKind.NATIVE, description="Runs on a phone or a desktop.")
    MACHINE = enum_value(types.ClientKind.MACHINE, description="Acts for itself, without a user.")
    DEVICE = enum_value(types.ClientKind.DEVICE, description="Has no browser or keyboard.")


@strawberry.enum(description="Who says what a client is.")
class ClientSource(Enum):
    OPERATOR = enum_value("operator", description="An operator.")
    CONFIGURATION = enum_value("configuration", description="The configuration file; it is read-only here.")
    REGISTRATION = enum_value("registration", description="It itself: it registered (RFC 7591).")
    METADATA_DOCUMENT = enum_value("document", description="A document at the URL that is its id.")


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
    is_dynamic: bool = field(description="Whether it says itself what it is, by registering or by a document.")
    redirect_uris: list[str] = field(description="Where users may be sent back to.")
    post_logout_redirect_uris: list[str] = field(description="Where users may be sent after signing out.")
    grant_types: list[str] = field(description="Grants that it may use (RFC 7591).")
    response_types: list[str] = field(description="Response types that it may use (RFC 7591).")
    scopes: list[str] = field(description="Scopes that it may ask for.")
    token_endpoint_auth_method: str = field(description="How it proves itself (RFC 7591).")
    token_endpoint_auth_signing_alg: str | None = field(
        description="The one algorithm of its assertions; null for any that is offered."
    )
    jwks_uri: str | None = field(description="Where its public keys are published.")
    allowed_audiences: list[str] = field(
        description="Clients that may exchange its tokens and introspect them, and that its own ones may be meant for."
    )
    token_exchange_clients: list[str] = field(
        description="Clients that may get tokens by exchange that are meant for it (RFC 8693)."
    )
    resource_uris: list[str] = field(
        description="URIs that it is known by as a protected resource (RFC 8707): tokens for it are asked for by them."
    )
    id_token_signed_response_alg: str = field(description="How its ID tokens are signed.")
    require_pkce: bool = field(description="Whether it must use PKCE (RFC 7636).")
    require_mfa: bool = field(description="Whether its users need a second factor.")
    subject_type: str = field(description="Whether it sees the users' ids (public) or other ids for them (pairwise).")
    sector_identifier_uri: str | None = field(
        description="Its host stands for the client's sector: who shares it sees the same pairwise ids."
    )
    userinfo_signed_response_alg: str | None = field(
        description="UserInfo answers as a JWT signed so: RS256, ES256 or EdDSA; as plain JSON when nothing is said."
    )
    introspection_signed_response_alg: str | None = field(
        description="How its introspection answers are signed when it asks for a JWT (RFC 9701)."
    )
    request_object_signing_alg: str | None = field(
        description="The one algorithm of its request objects (RFC 9101), or none; any that is offered when nothing is "
        "said."
    )
    require_signed_request_object: bool = field(
        description="Whether its requests must come as signed request objects (RFC 9101)."
    )
    require_pushed_authorization_requests: bool = field(
        description="Whether its requests must be pushed first (RFC 9126)."
    )
    request_uris: list[str] = field(
        description="Addresses that it publishes request objects at, compared to the letter (OpenID Connect Core §6.2)."
    )
    dpop_bound_access_tokens: bool = field(description="Whether its tokens are always bound to a key (RFC 9449).")
    default_max_age: int | None = field(
        description="Sign-ins older than so many seconds are asked for again, unless the request says otherwise."
    )
    default_acr_values: list[str] = field(
        description="Authentication context classes that it asks for when a request names none."
    )
    initiate_login_uri: str | None = field(description="Where a sign-in at the application begins.")
    backchannel_logout_uri: str | None = field(description="Where it is told, server to server, that a session ended.")
    backchannel_logout_session_required: bool = field(
        description="Whether those messages must name the session (`sid`)."
    )
    frontchannel_logout_uri: str | None = field(
        description="The page of it that the sign-out page shows in a frame, to end the session there."
    )
    frontchannel_logout_session_required: bool = field(description="Whether that address gets `iss` and `sid`.")
    software_id: str | None = field(description="What software it is, the same for each of its installations.")
    software_version: str | None = field(description="The version of that software.")
    client_uri: str | None = field(description="Its home page.")
    logo_uri: str | None = field(description="Its logo.")
    tos_uri: str | None = field(description="Its terms of service.")
    policy_uri: str | None = field(description="Its privacy policy.")
    contacts: list[str] = field(description="Addresses of the people responsible.")
    secrets: list[ClientSecret] = field(description="Its secrets that work now, without their values.")
    created_at: datetime = field(description="When it was registered.")
    updated_at: datetime = field(description="When it last changed.")

    @field(description="Its public keys, a JWK Set (RFC 7517).")
    @staticmethod
    def jwks(client: Parent[types.Client]) -> JSON | None:
        return JSON(orjson.loads(client.jwks)) if client.jwks is not None else None

    @field(description="Who says what it is.")
    @staticmethod
    def source(client: Parent[types.Client]) -> ClientSource:
        return ClientSource.CONFIGURATION if client.is_declared else ClientSource(client.source.value)

    @field(
        description="The token that it registered with. Null for others, and when hidden from the caller.",
        graphql_type=Annotated["InitialAccessToken", strawberry.lazy("app.clients.graph.initial_tokens")] | None,
    )
    @staticmethod
    async def registered_by(client: Parent[types.Client], info: Info) -> InitialToken | None:
        from app.clients.graph.initial_tokens import load_initial_token

        return await load_initial_token(info, client.initial_token_id)

    @field(description="Life of its access tokens, seconds.")
    @staticmethod
    def access_token_ttl_seconds(client: Parent[types.Client]) -> int:
        return int(client.access_token_ttl.total_seconds())

    @field(description="Life of its refresh tokens, seconds.")
    @staticmethod
    def refresh_token_ttl_seconds(client: Parent[types.Client]) -> int:
        return int(client.refresh_token_ttl.total_seconds())

    @connection(
        Connection[Annotated["ApiKey", strawberry.lazy("app.api_keys.graph")]],
        description="The API keys that belong to the client, newest first. `clients.manage_access` on it is enough.",
        requires="api_keys.view_all",
    )
    @staticmethod
    async def api_keys(client: Parent[types.Client], info: Info, page: PageRequest) -> Paged[ApiKey]:
        from app.api_keys.graph import load_keys_of_client

        return await load_keys_of_client(info, client.id, page)

    @connection(
        Connection[Annotated["TokenFamily", strawberry.lazy("app.oidc.graph")]],
        description="What users' sign-ins gave the client and still lives, newest first. `clients.manage_access` on it "
        "is enough.",
        requires="sessions.view_all",
    )
    @staticmethod
    async def token_families(client: Parent[types.Client], info: Info, page: PageRequest) -> Paged[TokenFamily]:
        from app.oidc.graph import load_families_of_client

        return await load_families_of_client(info, client.id, page)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.Client)


ClientConnection = Connection[Client]


async def load_client(info: Info, client_id: str | None) -> types.Client | None:
    """A client that something refers to; None when it is gone or hidden from the caller."""
    if client_id is None or not await service.may_view_client(info.context.actor, client_id):
        return None
    return await info.context.loaders.load(service.get_clients, client_id)


def as_node(client: types.Client) -> Client:
    """The room's client where a type of the API is declared: its fields read the same attributes."""
    return cast("Client", client)
