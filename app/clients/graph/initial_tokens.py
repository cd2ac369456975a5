"""Initial access tokens in the API: what clients register themselves with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Annotated, cast

import strawberry
from strawberry import ID, UNSET, Parent, argument, field

from app.authz.graph.values import Subject, actor_subject
from app.clients.registration import tokens, types
from app.graph.connections import Connection, Paged, connection
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import build, given
from app.graph.mutations import mutation
from app.graph.node import Node
from app.kit import clock
from app.kit.actor import ActorKind
from app.kit.paging import PageRequest

_WHICH = 'The token\'s id. Example: `"iat_01jq40b7n2r5s8t1v4w7x0y3za"`'


@strawberry.type(
    description="A token that clients register themselves with (RFC 7591). Its value was shown once, and never again."
)
class InitialAccessToken(Node):
    name: str = field(description="What people call it.")
    hint: str = field(description="The last four characters of its value.")
    scopes: list[str] | None = field(
        description="Scopes that its clients may have; null for those of signing in and those of the settings."
    )
    grant_types: list[str] | None = field(
        description="Grants that its clients may use; null for those that let users in."
    )
    require_pkce: bool = field(description="Whether its confidential clients must use PKCE, as public ones always do.")
    max_uses: int | None = field(description="How many clients may register with it; null for any number.")
    uses: int = field(description="How many did.")
    created_at: datetime = field(description="When it was made.")
    expires_at: datetime | None = field(description="When it ends; null for never.")
    revoked_at: datetime | None = field(description="When it was revoked, if it was.")
    last_used_at: datetime | None = field(description="When a client registered with it last.")

    @field(description="Whether a client may still register with it.")
    @staticmethod
    def is_usable(token: Parent[types.InitialToken]) -> bool:
        return token.works_at(clock.now())

    @field(description="Who made it. Null for the server itself.")
    @staticmethod
    def created_by(token: Parent[types.InitialToken]) -> Subject | None:
        return actor_subject(ActorKind(token.created_by_kind), token.created_by_id)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.InitialToken)


InitialAccessTokenConnection = Connection[InitialAccessToken]


@strawberry.input(description='A token to make. Example: `{name: "Build pipeline", maxUses: 10, ttlSeconds: 86400}`')
class InitialAccessTokenCreateInput:
    name: str = field(description='What people call it. Example: `"Build pipeline"`')
    max_uses: int | None = field(
        default=1, description="How many clients may register with it; null for any number. Example: `10`"
    )
    ttl_seconds: int | None = field(
        default=types.DEFAULT_TTL_SECONDS,
        description="After how many seconds it ends; a week when nothing is said, never for null. Example: `86400`",
    )
    scopes: list[str] | None = field(
        default=UNSET,
        description="Scopes that its clients may have, in place of the usual ones. "
        'Example: `["openid", "profile", "invoices:read"]`',
    )
    grant_types: list[str] | None = field(
        default=UNSET,
        description="Grants that its clients may use, in place of those that let users in. Others act without one. "
        'Example: `["client_credentials"]`',
    )
    require_pkce: bool = field(
        default=True,
        description="Whether its confidential clients must use PKCE, as public ones always do. Example: `true`",
    )
    idempotency_key: str | None = field(
        default=UNSET,
        description="Your name for this request, 1 to 200 characters. The same key with the same input gives the "
        "same token again, without its value; with other input it is a conflict. "
        'Example: `"deploy-2026-01-31-token"`',
    )


@strawberry.input(description='Which token to revoke. Example: `{id: "iat_01jq40b7n2r5s8t1v4w7x0y3za"}`')
class InitialAccessTokenRevokeInput:
    id: ID = field(description=_WHICH)


@strawberry.type(description="The outcome of making an initial access token.")
class InitialAccessTokenCreatePayload:
    initial_access_token: InitialAccessToken | None = field(
        default=None, description="The token; null when something is wrong."
    )
    token: str | None = field(
        default=None,
        description="Its value, shown this once; null for a repeat under the same idempotency key.",
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of revoking an initial access token.")
class InitialAccessTokenRevokePayload:
    initial_access_token: InitialAccessToken | None = field(default=None, description="The token as it is now.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class InitialTokenQuery:
    @connection(
        InitialAccessTokenConnection,
        description="A page of the tokens that clients register with, youngest first.",
        requires="clients.view",
    )
    async def initial_access_tokens(self, info: Info, page: PageRequest) -> Paged[types.InitialToken]:
        actor = info.context.actor
        return Paged(await tokens.list_initial_tokens(actor, page), partial(tokens.count_initial_tokens, actor))


@strawberry.type
class InitialTokenMutation:
    @mutation(
        description="Make a token that clients register with. Its value is in the answer and never again.",
        requires="clients.create",
    )
    async def initial_access_token_create(
        self, info: Info, input: Annotated[InitialAccessTokenCreateInput, argument(description="The token.")]
    ) -> InitialAccessTokenCreatePayload:
        new = _read(input)
        key = given(input.idempotency_key)
        created = await tokens.create_initial_token(info.context.actor, new, idempotency_key=key)
        return InitialAccessTokenCreatePayload(initial_access_token=_as_node(created.token), token=created.secret)

    @mutation(
        description="Revoke a token: nobody registers with it any more. Clients that did stay.",
        requires="clients.create",
    )
    async def initial_access_token_revoke(
        self, info: Info, input: Annotated[InitialAccessTokenRevokeInput, argument(description="Which token.")]
    ) -> InitialAccessTokenRevokePayload:
        token = await tokens.revoke_initial_token(info.context.actor, input.id)
        return InitialAccessTokenRevokePayload(initial_access_token=_as_node(token))


async def load_initial_token(info: Info, token_id: str | None) -> types.InitialToken | None:
    """A token that something refers to; None when it is gone or hidden from the caller."""
    if token_id is None or not await tokens.may_view_initial_tokens(info.context.actor):
        return None
    return await info.context.loaders.load(tokens.get_initial_tokens, token_id)


def _read(input: InitialAccessTokenCreateInput) -> types.NewInitialToken:
    new = build(types.NewInitialToken, input, without=("idempotency_key", "max_uses", "ttl_seconds"))
    # Of these two null means something: no bound.
    return replace(new, max_uses=input.max_uses, ttl_seconds=input.ttl_seconds)


def _as_node(token: types.InitialToken) -> InitialAccessToken:
    """The room's token where a type of the API is declared: its fields read the same attributes."""
    return cast("InitialAccessToken", token)
