"""Results of the documents in `graphql/viewer`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from auther_client.generated.enums import ClientKind, SigningKeyStatus, SignUpPolicy
from auther_client.generated.fragments import AuditEventFields, PersonFields
from auther_client.models import Result, by_typename


class NodesResultUser(Result):
    """An account of a person."""

    typename: Literal["User"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    email: str
    """The e-mail address, unique without regard to case."""
    name: str | None
    """The full name."""
    picture: str | None
    """URL of a picture, https."""


class NodesResultClient(Result):
    """An application that lets users sign in here, or calls APIs."""

    typename: Literal["Client"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    client_name: str
    """The name that users see."""


class NodesResultOther(Result):
    """Something of another type."""

    typename: str = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""


NodesResult = Annotated[
    Annotated[NodesResultUser, Tag("User")]
    | Annotated[NodesResultClient, Tag("Client")]
    | Annotated[NodesResultOther, Tag("other")],
    Discriminator(by_typename("User", "Client")),
]


class NodesData(Result):
    """The whole answer."""

    nodes: tuple[NodesResult | None, ...]
    """Whatever has these ids, in their order; null where there is nothing or it is hidden."""


class OverviewDataUsers(Result):
    """One page of a list."""

    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class OverviewDataBanned(Result):
    """One page of a list."""

    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class OverviewDataClients(Result):
    """One page of a list."""

    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class OverviewDataSessions(Result):
    """One page of a list."""

    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class OverviewDataSigningKeys(Result):
    """A key that signs tokens. Its private half never leaves the server."""

    id: str
    """The id, with a prefix that tells the kind."""
    alg: str
    """The algorithm (RFC 7518)."""
    status: SigningKeyStatus
    """Where it is in its life."""
    age_seconds: int
    """Seconds since it was made."""
    retires_at: datetime
    """When its successor takes over."""


class OverviewDataAuditEvents(Result):
    """One page of a list."""

    nodes: tuple[AuditEventFields, ...]
    """The items."""


class OverviewData(Result):
    """The whole answer."""

    users: OverviewDataUsers | None = None
    """A page of users."""
    banned: OverviewDataBanned | None = None
    """A page of users."""
    clients: OverviewDataClients | None = None
    """A page of clients."""
    sessions: OverviewDataSessions | None = None
    """A page of live sessions, newest first. One's own need no permission."""
    signing_keys: tuple[OverviewDataSigningKeys, ...] | None = None
    """The keys that sign tokens, the youngest first."""
    audit_events: OverviewDataAuditEvents | None = None
    """A page of the audit trail, newest first. Everybody may list what is about themselves, with `filter.aboutUserId`; who manages the access of a client, what came through it, with `filter.clientId`."""


class RateLimitResult(Result):
    """How much the caller may ask for in this minute, in points of cost, in all processes together."""

    limit: int
    """Points that the caller has per minute. Example: `1000000`"""
    remaining: int
    """Points that are left. Example: `999871`"""
    used: int
    """Points that are spent. Example: `129`"""
    reset_at: datetime
    """When the minute is over. Example: `"2026-01-31T12:01:00Z"`"""


class RateLimitData(Result):
    """The whole answer."""

    rate_limit: RateLimitResult | None
    """How much the caller may still ask for. Null without a limit; nobody has to sign in for it."""


class SearchDataUsers(Result):
    """One page of a list."""

    nodes: tuple[PersonFields, ...]
    """The items."""


class SearchDataClientsNodes(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """The name that users see."""
    kind: ClientKind
    """What kind of application it is."""


class SearchDataClients(Result):
    """One page of a list."""

    nodes: tuple[SearchDataClientsNodes, ...]
    """The items."""


class SearchData(Result):
    """The whole answer."""

    users: SearchDataUsers | None = None
    """A page of users."""
    clients: SearchDataClients | None = None
    """A page of clients."""


class ViewerDataViewerClient(Result):
    """An application that lets users sign in here, or calls APIs."""

    id: str
    """The id, with a prefix that tells the kind."""
    name: str
    """The name that users see."""


class ViewerDataViewerSession(Result):
    """A browser in which a user is signed in."""

    id: str
    """The id, with a prefix that tells the kind."""
    expires_at: datetime
    """When the session ends in any case."""


class ViewerDataViewerImpersonation(Result):
    """An operator who acts as the user that calls."""

    operator_id: str
    """Id of the operator."""
    operator_name: str | None
    """Name of the operator, else the e-mail address."""
    expires_at: datetime | None
    """When it ends by itself; null where a token says so, by its own end."""


class ViewerDataViewerCan(Result):
    """What the caller may do. It helps to show what is of use; every field asks again."""

    users_view: bool
    """See users (`users.view`)."""
    users_create: bool
    """Create users (`users.create`)."""
    users_update: bool
    """Change users (`users.update`)."""
    users_delete: bool
    """Erase users (`users.delete`)."""
    users_ban: bool
    """Ban users and lift bans (`users.ban`)."""
    users_impersonate: bool
    """Act as users (`users.impersonate`)."""
    groups_view: bool
    """See groups (`groups.view`)."""
    groups_create: bool
    """Create groups (`groups.create`)."""
    groups_update: bool
    """Change groups (`groups.update`)."""
    groups_delete: bool
    """Delete groups (`groups.delete`)."""
    groups_manage_members: bool
    """Say who is in groups (`groups.manage_members`)."""
    clients_view: bool
    """See clients (`clients.view`)."""
    clients_create: bool
    """Register clients (`clients.create`)."""
    clients_update: bool
    """Change clients and their secrets (`clients.update`)."""
    clients_delete: bool
    """Delete clients (`clients.delete`)."""
    clients_manage_access: bool
    """Say who may use clients (`clients.manage_access`)."""
    webhooks_view: bool
    """See webhooks (`webhooks.view`)."""
    webhooks_create: bool
    """Create webhooks (`webhooks.create`)."""
    webhooks_update: bool
    """Change webhooks (`webhooks.update`)."""
    webhooks_delete: bool
    """Delete webhooks (`webhooks.delete`)."""
    webhooks_test: bool
    """Send test events to webhooks (`webhooks.test`)."""
    pipelines_view: bool
    """See pipelines (`pipelines.view`)."""
    pipelines_create: bool
    """Create pipelines (`pipelines.create`)."""
    pipelines_update: bool
    """Change pipelines (`pipelines.update`)."""
    pipelines_delete: bool
    """Delete pipelines (`pipelines.delete`)."""
    pipelines_execute: bool
    """Run pipelines (`pipelines.execute`)."""
    api_keys_view_all: bool
    """See everybody's API keys (`api_keys.view_all`)."""
    api_keys_revoke: bool
    """Revoke everybody's API keys (`api_keys.revoke`)."""
    sessions_view_all: bool
    """See everybody's sessions (`sessions.view_all`)."""
    sessions_revoke_all: bool
    """End everybody's sessions (`sessions.revoke_all`)."""
    keys_view: bool
    """See signing keys (`keys.view`)."""
    keys_rotate: bool
    """Rotate signing keys (`keys.rotate`)."""
    platform_manage: bool
    """Everything else, such as the audit trail (`platform.manage_platform`)."""


class ViewerDataViewer(Result):
    """The caller."""

    user: PersonFields | None
    """The user who calls; null for a client."""
    client: ViewerDataViewerClient | None
    """The client that calls for itself; null for a user."""
    session: ViewerDataViewerSession | None
    """The session that the caller is signed in with by cookie."""
    impersonation: ViewerDataViewerImpersonation | None
    """The operator who acts as the caller; null for who is themselves."""
    can: ViewerDataViewerCan
    """What the caller may do."""


class ViewerDataServer(Result):
    """Public facts about this server."""

    version: str
    """The version that runs."""
    issuer: str
    """The OIDC issuer identifier: where browsers and applications reach the server."""
    sign_up_policy: SignUpPolicy
    """Who may sign up by themselves."""
    is_mail_configured: bool
    """Whether mail is sent; otherwise it stays in the outbox."""
    deletion_grace_seconds: int
    """How long a deleted user can be restored; 0: not at all."""


class ViewerData(Result):
    """The whole answer."""

    viewer: ViewerDataViewer
    """The caller."""
    server: ViewerDataServer
    """Public facts about this server. Nobody has to sign in for them."""
