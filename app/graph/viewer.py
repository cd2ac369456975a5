"""Who calls and what they may do; public facts about the server."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry import ID, Parent, argument, enum_value, field

from app import __version__
from app.account.graph import EmailChange, load_email_change
from app.api_keys.graph import ApiKey, ApiKeyConnection, load_own_key, load_own_keys
from app.api_keys.types import ApiKey as RoomKey
from app.authz.graph import Permissions, load_own_permissions
from app.clients import service as clients
from app.clients.graph import Client
from app.clients.types import Client as RoomClient
from app.graph.budget import budgets
from app.graph.connections import Paged, connection
from app.graph.context import Info
from app.impersonation.graph import Impersonation, load_impersonation
from app.kit.actor import Actor, ActorKind
from app.kit.guard import PERMISSIONS, permissions_of, require_sign_in
from app.kit.paging import PageRequest
from app.kit.runtime import settings
from app.mail.service import smtp_server
from app.sessions.graph import Session
from app.sessions.types import Session as RoomSession
from app.users import service as users
from app.users.graph import User
from app.users.types import User as RoomUser

_CLIENT = 'The client; null for Auther itself. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'


@strawberry.enum(description="Who may sign up by themselves.")
class SignUpPolicy(Enum):
    CLOSED = enum_value("closed", description="Nobody: operators create users.")
    INVITE = enum_value("invite", description="Whoever was invited.")
    DOMAIN = enum_value("domain", description="Whoever has an address at certain domains.")
    OPEN = enum_value("open", description="Everybody.")


@strawberry.type(description="Public facts about this server.")
class Server:
    version: str = field(description="The version that runs.")
    issuer: str = field(description="The OIDC issuer identifier: where browsers and applications reach the server.")
    sign_up_policy: SignUpPolicy = field(description="Who may sign up by themselves.")
    is_mail_configured: bool = field(description="Whether mail is sent; otherwise it stays in the outbox.")
    deletion_grace_seconds: int = field(description="How long a deleted user can be restored; 0: not at all.")


@strawberry.type(description="What the caller may do. It helps to show what is of use; every field asks again.")
class ViewerCan:
    users_view: bool = field(description="See users (`users.view`).")
    users_create: bool = field(description="Create users (`users.create`).")
    users_update: bool = field(description="Change users (`users.update`).")
    users_delete: bool = field(description="Erase users (`users.delete`).")
    users_ban: bool = field(description="Ban users and lift bans (`users.ban`).")
    users_impersonate: bool = field(description="Act as users (`users.impersonate`).")
    groups_view: bool = field(description="See groups (`groups.view`).")
    groups_create: bool = field(description="Create groups (`groups.create`).")
    groups_update: bool = field(description="Change groups (`groups.update`).")
    groups_delete: bool = field(description="Delete groups (`groups.delete`).")
    groups_manage_members: bool = field(description="Say who is in groups (`groups.manage_members`).")
    clients_view: bool = field(description="See clients (`clients.view`).")
    clients_create: bool = field(description="Register clients (`clients.create`).")
    clients_update: bool = field(description="Change clients and their secrets (`clients.update`).")
    clients_delete: bool = field(description="Delete clients (`clients.delete`).")
    clients_manage_access: bool = field(description="Say who may use clients (`clients.manage_access`).")
    webhooks_view: bool = field(description="See webhooks (`webhooks.view`).")
    webhooks_create: bool = field(description="Create webhooks (`webhooks.create`).")
    webhooks_update: bool = field(description="Change webhooks (`webhooks.update`).")
    webhooks_delete: bool = field(description="Delete webhooks (`webhooks.delete`).")
    webhooks_test: bool = field(description="Send test events to webhooks (`webhooks.test`).")
    pipelines_view: bool = field(description="See pipelines (`pipelines.view`).")
    pipelines_create: bool = field(description="Create pipelines (`pipelines.create`).")
    pipelines_update: bool = field(description="Change pipelines (`pipelines.update`).")
    pipelines_delete: bool = field(description="Delete pipelines (`pipelines.delete`).")
    pipelines_execute: bool = field(description="Run pipelines (`pipelines.execute`).")
    api_keys_view_all: bool = field(description="See everybody's API keys (`api_keys.view_all`).")
    api_keys_revoke: bool = field(description="Revoke everybody's API keys (`api_keys.revoke`).")
    sessions_view_all: bool = field(description="See everybody's sessions (`sessions.view_all`).")
    sessions_revoke_all: bool = field(description="End everybody's sessions (`sessions.revoke_all`).")
    keys_view: bool = field(description="See signing keys (`keys.view`).")
    keys_rotate: bool = field(description="Rotate signing keys (`keys.rotate`).")
    platform_manage: bool = field(description="Everything else, such as the audit trail (`platform.manage_platform`).")


# Field of `ViewerCan` → permission.
_PERMISSIONS = {f"{family}_{action}": f"{family}.{action}" for family in PERMISSIONS for action in PERMISSIONS[family]}
_PERMISSIONS["platform_manage"] = _PERMISSIONS.pop("platform_manage_platform")


@strawberry.type(description="The caller.")
class Viewer:
    @field(description="The user who calls; null for a client.", graphql_type=User | None)
    @staticmethod
    async def user(actor: Parent[Actor], info: Info) -> RoomUser | None:
        if actor.kind is not ActorKind.USER or actor.id is None:
            return None
        return await info.context.loaders.load(users.get_users, actor.id)

    @field(description="The client that calls for itself; null for a user.", graphql_type=Client | None)
    @staticmethod
    async def client(actor: Parent[Actor], info: Info) -> RoomClient | None:
        if actor.kind is not ActorKind.CLIENT or actor.id is None:
            return None
        return await info.context.loaders.load(clients.get_clients, actor.id)

    @field(
        description="The API key that calls, by itself or by its token; null for others.", graphql_type=ApiKey | None
    )
    async def api_key(self, info: Info) -> RoomKey | None:
        return await load_own_key(info)

    @connection(
        ApiKeyConnection, description="The API keys that belong to the user or client that calls, newest first."
    )
    async def api_keys(self, info: Info, page: PageRequest) -> Paged[RoomKey]:
        return await load_own_keys(info, page)

    @field(description="The session that the caller is signed in with by cookie.", graphql_type=Session | None)
    def session(self, info: Info) -> RoomSession | None:
        return info.context.session.session if info.context.session else None

    @field(description="The operator who acts as the caller; null for who is themselves.")
    async def impersonation(self, info: Info) -> Impersonation | None:
        return await load_impersonation(info)

    @field(description="The address that the caller wants to have and has not confirmed; null when there is none.")
    async def email_change(self, info: Info) -> EmailChange | None:
        return await load_email_change(info)

    @field(description="What the caller may do.")
    @staticmethod
    async def can(actor: Parent[Actor]) -> ViewerCan:
        held = await permissions_of(actor)
        return ViewerCan(**{name: permission in held for name, permission in _PERMISSIONS.items()})

    @field(
        description="What a token of the caller for a client would hold; without a client, what guards Auther itself."
    )
    async def permissions(
        self,
        info: Info,
        client_id: Annotated[ID | None, argument(description=_CLIENT)] = None,
    ) -> Permissions:
        return await load_own_permissions(info, client_id)


@strawberry.type(
    description="How much the caller may ask for in this minute, in points of cost, in all processes together."
)
class RateLimit:
    limit: int = field(description="Points that the caller has per minute. Example: `1000000`")
    remaining: int = field(description="Points that are left. Example: `999871`")
    used: int = field(description="Points that are spent. Example: `129`")
    reset_at: datetime = field(description='When the minute is over. Example: `"2026-01-31T12:01:00Z"`')


@strawberry.type
class ViewerQuery:
    @field(description="How much the caller may still ask for. Null without a limit; nobody has to sign in for it.")
    async def rate_limit(self, info: Info) -> RateLimit | None:
        rate = budgets.look(info.context.actor)
        if rate is None:
            return None
        return RateLimit(
            limit=rate.limit,
            remaining=rate.remaining,
            used=rate.limit - rate.remaining,
            reset_at=rate.resets_at,
        )

    @field(description="The caller.", graphql_type=Viewer)
    async def viewer(self, info: Info) -> Actor:
        require_sign_in(info.context.actor)
        return info.context.actor

    @field(description="Public facts about this server. Nobody has to sign in for them.")
    async def server(self) -> Server:
        chosen = settings()
        return Server(
            version=__version__,
            issuer=chosen.issuer,
            sign_up_policy=SignUpPolicy(chosen.signup_policy),
            is_mail_configured=smtp_server() is not None,
            deletion_grace_seconds=int(chosen.deletion_grace.total_seconds()),
        )
