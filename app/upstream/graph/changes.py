"""Identity providers: listing, setting up, changing and deleting them, and taking links away."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Annotated, cast

import strawberry
from strawberry import ID, UNSET, argument, enum_value, field

from app.graph.connections import Paged, connection
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import build, build_changes, given
from app.graph.mutations import mutation
from app.graph.scalars import JSON
from app.kit.paging import PageRequest
from app.upstream import service, types
from app.upstream.graph.values import IdentityProvider, IdentityProviderConnection, IdentityProviderKind

_WHICH = 'The provider\'s id. Example: `"idp_01jq40b7n2r5s8t1v4w7x0y3za"`'
_NAME = 'What people see on the sign-in page. Example: `"Google"`'
_ISSUER = 'The issuer of an OpenID provider; discovery tells the rest. Example: `"https://accounts.google.com"`'
_CLIENT_ID = 'The client id that the provider gave us. Example: `"auther-at-example"`'
_SECRET = 'The client secret that the provider gave us; it is never shown. Example: `"s3cr3t-of-the-provider"`'
_METHOD = (
    "How we prove ourselves to it: client_secret_basic, client_secret_post or none. "
    'Example: `"client_secret_post"`'
)  # fmt: skip
_SCOPES = 'Scopes that we ask for. Example: `["openid", "profile", "email"]`'
_CLAIMS = (
    "Which member of its answer holds sub, email, email_verified, name, picture or locale, where "
    'it has another name. Example: `{sub: "id", picture: "avatar_url"}`'
)
_AUTHORIZATION = 'Where people are sent to. Example: `"https://github.com/login/oauth/authorize"`'
_TOKEN = 'Where codes are redeemed. Example: `"https://github.com/login/oauth/access_token"`'
_USERINFO = 'Where it says who somebody is. Example: `"https://api.github.com/user"`'
_EMAILS = (
    "Where it lists addresses with email, primary and verified, if not above. "
    'Example: `"https://api.github.com/user/emails"`'
)  # fmt: skip
_TRUSTS = (
    "Whether an address that it calls verified counts as verified here, and links to the account that has it. "
    "Example: `true`"
)
_SIGN_UP = (
    "Whether somebody who is not known here gets an account, whatever the policy of sign-up says; only where "
    "`trustsEmail`. Example: `true`"
)
_ENABLED = "Whether people may sign in through it. Example: `true`"
_REQUIRED = ("name", "is_enabled", "client_id", "claims", "trusts_email", "can_sign_up")


@strawberry.input(
    description="An identity provider to set up. What is absent follows from the kind. "
    'Example: `{slug: "google", name: "Google", kind: OIDC, issuer: "https://accounts.google.com", '
    'clientId: "auther-at-example", clientSecret: "s3cr3t-of-the-provider", trustsEmail: true}`'
)
class IdentityProviderCreateInput:
    slug: str = field(description='Its name in URLs; this cannot change later. Example: `"google"`')
    name: str = field(description=_NAME)
    kind: IdentityProviderKind = field(description="How it says who somebody is; this cannot change later.")
    client_id: str = field(description=_CLIENT_ID)
    client_secret: str | None = field(default=UNSET, description=_SECRET)
    issuer: str | None = field(default=UNSET, description=_ISSUER)
    authorization_endpoint: str | None = field(default=UNSET, description=_AUTHORIZATION)
    token_endpoint: str | None = field(default=UNSET, description=_TOKEN)
    userinfo_endpoint: str | None = field(default=UNSET, description=_USERINFO)
    emails_endpoint: str | None = field(default=UNSET, description=_EMAILS)
    token_endpoint_auth_method: str | None = field(default=UNSET, description=_METHOD)
    scopes: list[str] | None = field(default=UNSET, description=_SCOPES)
    claims: JSON | None = field(default=UNSET, description=_CLAIMS)
    trusts_email: bool = field(default=False, description=_TRUSTS)
    can_sign_up: bool = field(default=False, description=_SIGN_UP)
    is_enabled: bool = field(default=True, description=_ENABLED)
    idempotency_key: str | None = field(
        default=UNSET,
        description="Your name for this request, 1 to 200 characters. The same key with the same input gives the "
        'same provider again; with other input it is a conflict. Example: `"deploy-2026-01-31-google"`',
    )


@strawberry.input(
    description="Changes of an identity provider. What is absent stays; null clears, or gives back to the kind. "
    "What decides who somebody is stays while people are linked; another issuer or token endpoint needs the secret. "
    'Example: `{id: "idp_01jq40b7n2r5s8t1v4w7x0y3za", isEnabled: false}`'
)
class IdentityProviderUpdateInput:
    id: ID = field(description=_WHICH)
    name: str | None = field(default=UNSET, description=_NAME)
    client_id: str | None = field(default=UNSET, description=_CLIENT_ID)
    client_secret: str | None = field(default=UNSET, description=_SECRET)
    issuer: str | None = field(default=UNSET, description=_ISSUER)
    authorization_endpoint: str | None = field(default=UNSET, description=_AUTHORIZATION)
    token_endpoint: str | None = field(default=UNSET, description=_TOKEN)
    userinfo_endpoint: str | None = field(default=UNSET, description=_USERINFO)
    emails_endpoint: str | None = field(default=UNSET, description=_EMAILS)
    token_endpoint_auth_method: str | None = field(default=UNSET, description=_METHOD)
    scopes: list[str] | None = field(default=UNSET, description=_SCOPES)
    claims: JSON | None = field(default=UNSET, description=_CLAIMS)
    trusts_email: bool | None = field(default=UNSET, description=_TRUSTS)
    can_sign_up: bool | None = field(default=UNSET, description=_SIGN_UP)
    is_enabled: bool | None = field(default=UNSET, description=_ENABLED)


@strawberry.input(description='Which provider to delete. Example: `{id: "idp_01jq40b7n2r5s8t1v4w7x0y3za"}`')
class IdentityProviderDeleteInput:
    id: ID = field(description=_WHICH)


@strawberry.input(description='Which link to take away. Example: `{id: "lid_01jq40b7n2r5s8t1v4w7x0y3za"}`')
class LinkedIdentityDeleteInput:
    id: ID = field(description='The link\'s id. Example: `"lid_01jq40b7n2r5s8t1v4w7x0y3za"`')


@strawberry.type(description="The outcome of setting up an identity provider.")
class IdentityProviderCreatePayload:
    identity_provider: IdentityProvider | None = field(default=None, description="The provider.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of changing an identity provider.")
class IdentityProviderUpdatePayload:
    identity_provider: IdentityProvider | None = field(default=None, description="The provider as it is now.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of deleting an identity provider.")
class IdentityProviderDeletePayload:
    deleted_id: ID | None = field(default=None, description="The id that is gone.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of taking a link away.")
class LinkedIdentityDeletePayload:
    deleted_id: ID | None = field(default=None, description="The id that is gone.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.enum(description="Orders of a list of identity providers.")
class IdentityProviderSort(Enum):
    NAME_ASC = enum_value(types.ProviderSort.NAME_ASC, description="By name, without regard to case.")
    CREATED_AT_DESC = enum_value(types.ProviderSort.CREATED_AT_DESC, description="Youngest first.")


@strawberry.input(description="Which identity providers. Example: `{isEnabled: true}`")
class IdentityProviderFilter:
    is_enabled: bool | None = field(default=UNSET, description="Only enabled ones, or disabled.")


@strawberry.type
class UpstreamQuery:
    @connection(
        IdentityProviderConnection,
        description="A page of identity providers.",
        requires=service.PERMISSION,
    )
    async def identity_providers(
        self,
        info: Info,
        page: PageRequest,
        filter: Annotated[IdentityProviderFilter | None, argument(description="Which providers.")] = UNSET,
        sort: Annotated[IdentityProviderSort, argument(description="In which order.")] = IdentityProviderSort.NAME_ASC,
    ) -> Paged[types.Provider]:
        actor, wanted = info.context.actor, build(types.ProviderFilter, filter)
        found = await service.list_providers(actor, wanted, types.ProviderSort[sort.name], page)
        return Paged(found, partial(service.count_providers, actor, wanted))


@strawberry.type
class UpstreamMutation:
    @mutation(description="Set up an identity provider.", requires=service.PERMISSION)
    async def identity_provider_create(
        self, info: Info, input: Annotated[IdentityProviderCreateInput, argument(description="The provider.")]
    ) -> IdentityProviderCreatePayload:
        new = build(types.NewProvider, input, without=("idempotency_key",))
        made = await service.create_provider(info.context.actor, new, idempotency_key=given(input.idempotency_key))
        return IdentityProviderCreatePayload(identity_provider=cast("IdentityProvider", made))

    @mutation(description="Change an identity provider.", requires=service.PERMISSION)
    async def identity_provider_update(
        self, info: Info, input: Annotated[IdentityProviderUpdateInput, argument(description="What changes.")]
    ) -> IdentityProviderUpdatePayload:
        changes = build_changes(types.ProviderChanges, input, required=_REQUIRED, without=("id",))
        after = await service.update_provider(info.context.actor, input.id, changes)
        return IdentityProviderUpdatePayload(identity_provider=cast("IdentityProvider", after))

    @mutation(
        description="Delete an identity provider with every link to it. Sessions stay.", requires=service.PERMISSION
    )
    async def identity_provider_delete(
        self, info: Info, input: Annotated[IdentityProviderDeleteInput, argument(description="Which provider.")]
    ) -> IdentityProviderDeletePayload:
        await service.delete_provider(info.context.actor, input.id)
        return IdentityProviderDeletePayload(deleted_id=input.id)

    @mutation(
        description="Take a link to an account at a provider away: one's own after a fresh sign-in, but not the last "
        "way in; anybody's with the permission.",
        requires="users.update",
    )
    async def linked_identity_delete(
        self, info: Info, input: Annotated[LinkedIdentityDeleteInput, argument(description="Which link.")]
    ) -> LinkedIdentityDeletePayload:
        await service.unlink(info.context.actor, input.id)
        return LinkedIdentityDeletePayload(deleted_id=input.id)
