"""The types of users, and loading one that something refers to."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry import Parent, enum_value, field

from app.authz.graph import UserEdges
from app.graph.connections import Connection, Paged, connection
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.node import Node
from app.graph.scalars import JSON
from app.kit.guard import guard
from app.kit.paging import PageRequest
from app.users import service, types
from app.users.errors import UserNotFound

if TYPE_CHECKING:
    from app.api_keys.types import ApiKey
    from app.clients.types import Client
    from app.events.types import AuditEvent
    from app.factors.graph import Factors
    from app.impersonation.graph import ImpersonationRefusal
    from app.oidc.edges import StoredConsent
    from app.oidc.families import TokenFamily
    from app.oidc.graph import Consent
    from app.sessions.types import Session
    from app.upstream.types import Identity as LinkedIdentity


@strawberry.enum(description="Whether a user may sign in.")
class UserStatus(Enum):
    ACTIVE = enum_value(types.UserStatus.ACTIVE, description="May sign in.")
    BANNED = enum_value(types.UserStatus.BANNED, description="May not, for now or for good.")
    PENDING_DELETION = enum_value(
        types.UserStatus.PENDING_DELETION, description="May not: the account is about to be erased, banned or not."
    )


@strawberry.type(description="Why and until when a user may not sign in.")
class UserBan:
    reason: str | None = field(description="Why, in the words of who banned.")
    until: datetime | None = field(description="When the ban lifts itself; null for good.")
    banned_at: datetime = field(description="Since when.")

    @field(
        description="Who banned. Null when that account is gone or hidden from the caller.",
        graphql_type=Annotated["User", strawberry.lazy("app.users.graph")] | None,
    )
    @staticmethod
    async def banned_by(ban: Parent[types.Ban], info: Info) -> types.User | None:
        return await load_user(info, ban.banned_by)


@strawberry.type(description="When an account was deleted, and when it will be erased. Until then it can be restored.")
class UserDeletion:
    scheduled_at: datetime = field(description="When it was deleted.")
    erased_at: datetime = field(description="When it will be erased, with what hangs from it.")

    @field(
        description="Who deleted it: the user, or an operator. Null when that account is gone or hidden from the "
        "caller, or a program did.",
        graphql_type=Annotated["User", strawberry.lazy("app.users.graph")] | None,
    )
    @staticmethod
    async def by(deletion: Parent[types.Deletion], info: Info) -> types.User | None:
        return await load_user(info, deletion.by)


@strawberry.type(description="An account of a person.")
class User(Node, UserEdges):
    email: str = field(description="The e-mail address, unique without regard to case.")
    email_verified: bool = field(description="Whether the user has shown that the address is theirs.")
    username: str | None = field(description="Another name to sign in with, unique without regard to case.")
    name: str | None = field(description="The full name.")
    picture: str | None = field(description="URL of a picture, https.")
    locale: str | None = field(description="Preferred language, a BCP 47 tag.")
    zoneinfo: str | None = field(description="Time zone, an IANA name.")
    attributes: JSON = field(description="Free attributes, a JSON object.")
    status: UserStatus = field(description="Whether the user may sign in.")
    ban: UserBan | None = field(description="The ban in force.")
    deletion: UserDeletion | None = field(description="The deletion that waits to be carried out.")
    created_at: datetime = field(description="When the account was made.")
    updated_at: datetime = field(description="When the account last changed.")
    last_sign_in_at: datetime | None = field(description="When the user last signed in.")

    @connection(
        Connection[Annotated["Session", strawberry.lazy("app.sessions.graph")]],
        description="Where the user is signed in now, newest first. One's own need no permission.",
        requires="sessions.view_all",
    )
    @staticmethod
    async def sessions(user: Parent[types.User], info: Info, page: PageRequest) -> Paged[Session]:
        from app.sessions.graph import load_sessions_of

        return await load_sessions_of(info, user.id, page)

    @connection(
        Connection[Annotated["AuditEvent", strawberry.lazy("app.events.graph")]],
        description="What happened to the user's data, newest first. What is about oneself needs no permission.",
        requires="platform.manage_platform",
    )
    @staticmethod
    async def audit_events(user: Parent[types.User], info: Info, page: PageRequest) -> Paged[AuditEvent]:
        from app.events.graph import load_events_about

        return await load_events_about(info, user.id, page)

    @connection(
        Connection[Annotated["Consent", strawberry.lazy("app.oidc.graph")]],
        description="Applications that the user has used and what the user allowed them, the latest first. "
        "One's own need no permission.",
        requires="users.view",
    )
    @staticmethod
    async def consents(user: Parent[types.User], info: Info, page: PageRequest) -> Paged[StoredConsent]:
        from app.oidc.graph import load_consents_of

        return await load_consents_of(info, user.id, page)

    @connection(
        Connection[Annotated["TokenFamily", strawberry.lazy("app.oidc.graph")]],
        description="What the user's sign-ins gave applications and still lives, newest first. One's own need no "
        "permission.",
        requires="sessions.view_all",
    )
    @staticmethod
    async def token_families(user: Parent[types.User], info: Info, page: PageRequest) -> Paged[TokenFamily]:
        from app.oidc.graph import load_families_of_user

        return await load_families_of_user(info, user.id, page)

    @connection(
        Connection[Annotated["Client", strawberry.lazy("app.clients.graph")]],
        description="The clients that the user has used, the latest first. About others it needs `users.view` too.",
        requires="clients.view",
    )
    @staticmethod
    async def clients(user: Parent[types.User], info: Info, page: PageRequest) -> Paged[Client]:
        from app.oidc.graph import load_clients_of

        return await load_clients_of(info, user.id, page)

    @connection(
        Connection[Annotated["LinkedIdentity", strawberry.lazy("app.upstream.graph")]],
        description="Accounts at identity providers that the user signs in with, newest first. One's own need no "
        "permission.",
        requires="users.view",
    )
    @staticmethod
    async def linked_identities(user: Parent[types.User], info: Info, page: PageRequest) -> Paged[LinkedIdentity]:
        from app.upstream.graph import load_links_of

        return await load_links_of(info, user.id, page)

    @connection(
        Connection[Annotated["ApiKey", strawberry.lazy("app.api_keys.graph")]],
        description="The API keys that belong to the user, newest first. One's own need no permission.",
        requires="api_keys.view_all",
    )
    @staticmethod
    async def api_keys(user: Parent[types.User], info: Info, page: PageRequest) -> Paged[ApiKey]:
        from app.api_keys.graph import load_keys_of_user

        return await load_keys_of_user(info, user.id, page)

    @field(
        description="The user's second factors, without secrets. One's own need no permission.",
        directives=[Requires(permission="users.view")],
    )
    @staticmethod
    async def factors(user: Parent[types.User], info: Info) -> Annotated[Factors, strawberry.lazy("app.factors.graph")]:
        from app.factors.graph import load_factors_of

        return await load_factors_of(info, user.id)

    @field(
        description="Why the caller may not act as this user; null when they may.",
        graphql_type=Annotated["ImpersonationRefusal", strawberry.lazy("app.impersonation.graph")] | None,
    )
    @staticmethod
    async def impersonation_refusal(user: Parent[types.User], info: Info) -> ImpersonationRefusal | None:
        from app.impersonation.graph import load_refusal

        return await load_refusal(info, user)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.User)


UserConnection = Connection[User]


def as_node(user: types.User) -> User:
    """The room's user where a type of the API is declared: its fields read the same attributes."""
    return cast("User", user)


async def load_user(info: Info, user_id: str | None) -> types.User | None:
    """A user that something refers to; None when it is gone or hidden from the caller."""
    if user_id is None or not await service.may_view_user(info.context.actor, user_id):
        return None
    return await info.context.loaders.load(service.get_users, user_id)


async def load_visible_user(info: Info, user_id: str) -> types.User:
    """A user that must be there.

    Raises:
        Forbidden: without `users.view`, unless it is oneself.
        UserNotFound.
    """
    if not await service.may_view_user(info.context.actor, user_id):
        await guard(info.context.actor, "users.view")
    user = await info.context.loaders.load(service.get_users, user_id)
    if user is None:
        raise UserNotFound
    return user
