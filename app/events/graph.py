"""The audit trail in the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, UNSET, Parent, argument, enum_value, field

from app.events import service, stream, types
from app.events.rules import read_address
from app.graph.connections import Connection, Paged, connection, load_page
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.inputs import build
from app.graph.node import Node
from app.graph.scalars import JSON
from app.graph.streams import Delivered, Delivery, hub
from app.kit.paging import PageRequest

if TYPE_CHECKING:
    from app.clients.types import Client
    from app.users.types import User

hub.declare(types.SEALED_CHANNEL, stream.forget_slices)
# A filter that matches nothing for so long gets a place to resume from, so that it need not start far behind.
_QUIET_POSITIONS = 1_000
_AFTER = (
    "Go on after this cursor, the last one that was received: nothing is missed. "
    'Example: `"Qmx1ZVdoYWxlWyI0MiJd"`'
)  # fmt: skip

# Kinds of targets that are nodes of the graph; the id of any other is a name or a text.
_NODES = frozenset({"api_key", "client", "model", "session", "signing_key", "user"})

_USER = Annotated["User", strawberry.lazy("app.users.graph")] | None
_CLIENT = Annotated["Client", strawberry.lazy("app.clients.graph")] | None


@strawberry.enum(description="How something ended.")
class AuditOutcome(Enum):
    SUCCESS = enum_value(types.Outcome.SUCCESS, description="It was done.")
    FAILURE = enum_value(types.Outcome.FAILURE, description="It was tried in vain.")
    DENIED = enum_value(types.Outcome.DENIED, description="It was not allowed.")


@strawberry.type(description="Something that happened. Rows are signed and chained, so a change would show.")
class AuditEvent(Node):
    action: str = field(description="What happened, such as `user.banned`.")
    outcome: AuditOutcome = field(description="How it ended.")
    occurred_at: datetime = field(description="When.")
    actor_id: str | None = field(description="Id of who did it.")
    client_id: str | None = field(description="Id of the client through which it was done.")
    target_type: str | None = field(description="Kind of what it was done to.")
    target_id: str | None = field(description="Id of what it was done to.")
    before: JSON | None = field(description="What changed, as it was. Secrets are redacted.")
    after: JSON | None = field(description="What changed, as it is. Secrets are redacted.")
    ip: str | None = field(description="The address it came from.")
    user_agent: str | None = field(description="How the caller's program named itself.")
    request_id: str | None = field(description="Ties it to log lines and answers.")
    reason: str | None = field(description="Why, or what was missing.")

    @field(description="Kind of who did it: user, client, apikey, system or anonymous.")
    @staticmethod
    def actor_type(event: Parent[types.AuditEvent]) -> str:
        return event.actor_kind

    @field(
        description="The user who did it. Null for other kinds, and when the account is gone or hidden.",
        graphql_type=_USER,
    )
    @staticmethod
    async def actor(event: Parent[types.AuditEvent], info: Info) -> User | None:
        from app.users.graph import load_user

        return await load_user(info, event.actor_id if event.actor_kind == "user" else None)

    @field(
        description="Whoever did it, also a client or an API key. Null when they are gone or hidden.",
        graphql_type=Node | None,
    )
    @staticmethod
    async def actor_node(event: Parent[types.AuditEvent], info: Info) -> object:
        from app.graph.nodes import load_node

        return await load_node(info, event.actor_id)

    @field(description="The operator who acted as the user.", graphql_type=_USER)
    @staticmethod
    async def impersonator(event: Parent[types.AuditEvent], info: Info) -> User | None:
        from app.users.graph import load_user

        return await load_user(info, event.impersonator_id)

    @field(description="The client through which it was done. Null when it is gone or hidden.", graphql_type=_CLIENT)
    @staticmethod
    async def client(event: Parent[types.AuditEvent], info: Info) -> Client | None:
        from app.clients.graph import load_client

        return await load_client(info, event.client_id)

    @field(
        description="What it was done to. Null when it is gone, hidden, or nothing with an id.",
        graphql_type=Node | None,
    )
    @staticmethod
    async def target(event: Parent[types.AuditEvent], info: Info) -> object:
        from app.graph.nodes import load_node

        is_node = event.target_type in _NODES
        return await load_node(info, event.target_id) if is_node else None

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.AuditEvent)


AuditEventConnection = Connection[AuditEvent]


@strawberry.input(
    description="Which audit events; everything that is given must hold. "
    'Example: `{action: "user.", outcome: DENIED, after: "2026-01-31T00:00:00Z"}`'
)
class AuditEventFilter:
    action: str | None = field(
        default=UNSET, description='Beginning of the action: `user.`, `user.*` or `user.banned`. Example: `"user."`'
    )
    actor_id: ID | None = field(
        default=UNSET, description='Only what they did. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`'
    )
    target_id: ID | None = field(
        default=UNSET, description='Only what was done to it. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'
    )
    about_user_id: ID | None = field(
        default=UNSET,
        description="Only what is about this user. Everybody may ask for what is about themselves. "
        'Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`',
    )
    outcome: AuditOutcome | None = field(default=UNSET, description="Only what ended so.")
    after: datetime | None = field(
        default=UNSET, description='Only from this moment on. Example: `"2026-01-31T00:00:00Z"`'
    )
    before: datetime | None = field(
        default=UNSET, description='Only before this moment. Example: `"2026-02-01T00:00:00Z"`'
    )
    client_id: ID | None = field(
        default=UNSET,
        description='Only what came through this client. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`',
    )
    ip: str | None = field(default=UNSET, description='Only from this address. Example: `"203.0.113.7"`')
    request_id: str | None = field(
        default=UNSET,
        description="Only from this request, as `extensions.requestId` and log lines name it. "
        'Example: `"3f2b6c1e9d8a4f07"`',
    )


@strawberry.type
class EventQuery:
    @connection(
        AuditEventConnection,
        description="A page of the audit trail, newest first. Everybody may list what is about themselves, with "
        "`filter.aboutUserId`; who manages the access of a client, what came through it, with "
        "`filter.clientId`.",
        requires="platform.manage_platform",
    )
    async def audit_events(
        self,
        info: Info,
        page: PageRequest,
        filter: Annotated[AuditEventFilter | None, argument(description="Which events.")] = UNSET,
    ) -> Paged[types.AuditEvent]:
        actor, wanted = info.context.actor, build(_make_filter, filter)
        found = await service.list_audit_events(actor, wanted, page)
        return Paged(found, partial(service.count_audit_events, actor, wanted))


@strawberry.type
class EventSubscription:
    @strawberry.subscription(
        description="The audit trail as it grows, in the order of commits. It begins with a place to resume from. "
        "Everybody may follow what is about themselves, with `filter.aboutUserId`; who manages the access of a "
        "client, what came through it, with `filter.clientId`.",
        graphql_type=Delivery[AuditEvent],
        directives=[Requires(permission="platform.manage_platform")],
    )
    async def audit_events(
        self,
        info: Info,
        filter: Annotated[AuditEventFilter | None, argument(description="Which events.")] = UNSET,
        after: Annotated[str | None, argument(description=_AFTER)] = UNSET,
    ) -> AsyncIterator[Delivered]:
        actor, wanted = info.context.actor, build(_make_filter, filter)
        place = told = await stream.find_audit_place(actor, wanted, None if after is UNSET else after)
        yield Delivered(stream.audit_cursor(place))
        async with hub.listening(types.SEALED_CHANNEL) as wakeups:
            while True:
                part = await stream.read_audit_slice(actor, wanted, place)
                for told, event in part.events:
                    yield Delivered(stream.audit_cursor(told), event)
                place = part.position
                if place - told >= _QUIET_POSITIONS:
                    told = place
                    yield Delivered(stream.audit_cursor(place))
                if not part.has_more:
                    await wakeups.wait()


async def load_events_about(info: Info, user_id: str, page: PageRequest) -> Paged[types.AuditEvent]:
    """A page of what is about a user; those of several users come in one statement."""
    await service.guard_events_about(info.context.actor, user_id)
    return await load_page(info, service.list_events_about, service.count_events_about, user_id, page=page)


async def load_event(info: Info, event_id: str) -> types.AuditEvent | None:
    """An audit event; None when there is none or it is hidden from the caller."""
    event = await info.context.loaders.load(service.get_audit_events, event_id)
    is_visible = event is not None and await service.may_view_event(info.context.actor, event)
    return event if is_visible else None


def _make_filter(
    *, after: datetime | None = None, before: datetime | None = None, ip: str | None = None, **same: object
) -> types.AuditFilter:
    address = None if ip is None else read_address(ip)
    return types.AuditFilter(since=after, until=before, ip=address, **same)  # type: ignore[arg-type]
