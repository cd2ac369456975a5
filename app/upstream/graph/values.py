"""The types of identity providers and linked accounts, and loading what something refers to."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import cast

import strawberry
from strawberry import Parent, enum_value, field

from app.graph.connections import Connection, Paged, load_page
from app.graph.context import Info
from app.graph.node import Node
from app.graph.scalars import JSON
from app.kit.paging import PageRequest
from app.upstream import service, types


@strawberry.enum(description="How an identity provider says who somebody is.")
class IdentityProviderKind(Enum):
    OIDC = enum_value(types.ProviderKind.OIDC, description="OpenID Connect: by discovery, with an ID token.")
    OAUTH2 = enum_value(types.ProviderKind.OAUTH2, description="OAuth 2.0: its user endpoint says it.")


@strawberry.type(description="One thing that was tried with an identity provider.")
class IdentityProviderFinding:
    step: str = field(description="What was tried: discovery, keys or endpoints.")
    problem: str | None = field(description="What is wrong with it; null when it is well.")


@strawberry.type(description="Somebody else who signs people in for us. Its secret is never shown.")
class IdentityProvider(Node):
    slug: str = field(description="Its name in URLs.")
    name: str = field(description="What people see on the sign-in page.")
    kind: IdentityProviderKind = field(description="How it says who somebody is.")
    is_enabled: bool = field(description="Whether people may sign in through it.")
    issuer: str | None = field(description="The issuer of an OpenID provider.")
    authorization_endpoint: str | None = field(description="Where people are sent to; null where discovery tells.")
    token_endpoint: str | None = field(description="Where codes are redeemed; null where discovery tells.")
    userinfo_endpoint: str | None = field(description="Where it says who somebody is; null where discovery tells.")
    emails_endpoint: str | None = field(description="Where it lists addresses.")
    client_id: str = field(description="The client id that it gave us.")
    has_secret: bool = field(description="Whether it gave us a client secret.")
    token_endpoint_auth_method: str = field(description="How we prove ourselves to it.")
    scopes: list[str] = field(description="Scopes that we ask for.")
    trusts_email: bool = field(description="Whether its word on addresses counts here.")
    can_sign_up: bool = field(description="Whether somebody who is not known here gets an account.")
    created_at: datetime = field(description="When it was set up.")
    updated_at: datetime = field(description="When it last changed.")

    @field(description="Which member of its answer holds each claim, where it has another name.")
    @staticmethod
    def claims(provider: Parent[types.Provider]) -> JSON:
        return JSON(dict(provider.claims))

    @field(description="Try now what can be tried without a person: its discovery and its keys.")
    @staticmethod
    async def findings(provider: Parent[types.Provider], info: Info) -> list[IdentityProviderFinding]:
        found = await service.examine_provider(info.context.actor, provider.id)
        return [IdentityProviderFinding(step=each.step, problem=each.problem) for each in found]

    @field(description="Where it sends people back to: register this there.")
    @staticmethod
    def callback_url(provider: Parent[types.Provider]) -> str:
        return service.callback_url(provider.slug)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.Provider)


@strawberry.type(description="An account at an identity provider that signs in to an account here.")
class LinkedIdentity(Node):
    subject: str = field(description="Who it is at the provider.")
    email: str | None = field(description="The address that the provider said last; it decides nothing.")
    created_at: datetime = field(description="When it was linked.")
    last_used_at: datetime | None = field(description="When somebody last signed in with it.")

    @field(description="The name of the provider, as people see it.")
    @staticmethod
    async def provider_name(identity: Parent[types.Identity], info: Info) -> str | None:
        provider = await info.context.loaders.load(service.get_providers, identity.provider_id)
        return provider.name if provider else None

    @field(description="How the provider is set up; null for who does not hold `platform.manage_platform`.")
    @staticmethod
    async def provider(identity: Parent[types.Identity], info: Info) -> IdentityProvider | None:
        return cast("IdentityProvider | None", await load_provider(info, identity.provider_id))

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.Identity)


IdentityProviderConnection = Connection[IdentityProvider]
LinkedIdentityConnection = Connection[LinkedIdentity]


async def load_links_of(info: Info, user_id: str, page: PageRequest) -> Paged[types.Identity]:
    """A page of a user's links; those of several users come in one statement."""
    await service.guard_links_of(info.context.actor, user_id)
    return await load_page(info, service.list_links_of, service.count_links_of, user_id, page=page)


async def load_link(info: Info, identity_id: str) -> types.Identity | None:
    """A link; None when there is none or it is hidden from the caller."""
    found = await info.context.loaders.load(service.get_links, identity_id)
    is_visible = found is not None and await service.may_view_link(info.context.actor, found)
    return found if is_visible else None


async def load_provider(info: Info, provider_id: str) -> types.Provider | None:
    """A provider; None when there is none or it is hidden from the caller."""
    if not await service.may_view_providers(info.context.actor):
        return None
    return await info.context.loaders.load(service.get_providers, provider_id)
