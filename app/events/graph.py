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
from app.graph.connections import After, Before, Connection, First, Last, Paged, page_request
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.inputs import build
from app.graph.node import Node
from app.graph.scalars import JSON
from app.graph.streams import Delivered, Delivery, hub
from app.kit.paging import Page, PageRequest

if TYPE_CHECKING:
    from app.clients.types import Client
    from app.users.types import User

hub.declare(types.SEALED_CHANNEL)
# A filter that matches nothing for so long gets a place to resume from, so that it need not start far behind.
_QUIET_POSITIONS = 1_000

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

        return await load_node(info, event.target_id)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.AuditEvent)


AuditEventConnection = Connection[AuditEvent]


@strawberry.input(description="Which audit events; everything that is given must hold.")
class AuditEventFilter:
    action: str | None = field(default=UNSET, description="Beginning of the action, such as `user.` or `user.banned`.")
    actor_id: ID | None = field(default=UNSET, description="Only what they did.")
    target_id: ID | None = field(default=UNSET, description="Only what was done to it.")
    about_user_id: ID | None = field(
        default=UNSET, description="Only what is about this user. Everybody may ask for what is about themselves."
    )
    outcome: AuditOutcome | None = field(default=UNSET, description="Only what ended so.")
    after: datetime | None = field(default=UNSET, description="Only from this moment on.")
    before: datetime | None = field(default=UNSET, description="Only before this moment.")
    request_id: str | None = field(default=UNSET, description="Only from this request.")


@strawberry.type
class EventQuery:
    @field(
        description="A page of the audit trail, newest first.",
        graphql_type=AuditEventConnection,
        directives=[Requires(permission="platform.manage_platform")],
    )
    async def audit_events(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: Annotated[AuditEventFilter | None, argument(description="Which events.")] = UNSET,
    ) -> Paged[types.AuditEvent]:
        actor, wanted = info.context.actor, build(_make_filter, filter)
        page = await service.list_audit_events(actor, wanted, page_request(first, after, last, before))
        return Paged(page, partial(service.count_audit_events, actor, wanted))


@strawberry.type
class EventSubscription:
    @strawberry.subscription(
        description="The audit trail as it grows, in the order of commits. It begins with a place to resume from. "
        "Everybody may follow what is about themselves, with `filter.aboutUserId`.",
        graphql_type=Delivery[AuditEvent],
        directives=[Requires(permission="platform.manage_platform")],
    )
    async def audit_events(
        self,
        info: Info,
        filter: Annotated[AuditEventFilter | None, argument(description="Which events.")] = UNSET,
        after: Annotated[str | None, argument(description="Go on after this cursor: nothing is missed.")] = UNSET,
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
    loaders = info.context.loaders
    found = await loaders.load(service.list_events_about, user_id, page)

    async def count() -> int:
        return await loaders.load(service.count_events_about, user_id) or 0

    return Paged(found or Page((), (), has_next=False, has_previous=False), count)


async def load_event(info: Info, event_id: str) -> types.AuditEvent | None:
    """An audit event; None when there is none or it is hidden from the caller."""
    event = await info.context.loaders.load(service.get_audit_events, event_id)
    is_visible = event is not None and await service.may_view_event(info.context.actor, event)
    return event if is_visible else None


def _make_filter(*, after: datetime | None = None, before: datetime | None = None, **same: object) -> types.AuditFilter:
    return types.AuditFilter(since=after, until=before, **same)  # type: ignore[arg-type]
