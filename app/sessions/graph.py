"""Sessions in the API."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, cast

import strawberry
from strawberry import ID, UNSET, Parent, argument, field

from app.graph.connections import Connection, Paged, connection, load_page
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.errors import UserError
from app.graph.inputs import build
from app.graph.mutations import mutation
from app.graph.node import Node
from app.kit.paging import PageRequest
from app.sessions import service, types
from app.users.graph import User, as_node, load_user, load_visible_user
from app.users.types import User as Account


@strawberry.type(description="A browser in which a user is signed in.")
class Session(Node):
    device: str = field(description="The browser in words, such as Firefox on Linux.")
    ip: str | None = field(description="The address that the session began from.")
    user_agent: str | None = field(description="How the browser named itself.")
    amr: list[str] = field(description="How the user proved who they are (RFC 8176).")
    acr: str = field(description="How strongly.")
    auth_time: datetime = field(description="When the user last proved it.")
    created_at: datetime = field(description="When the session began.")
    last_seen_at: datetime = field(description="When the session was last used, to the minute.")
    expires_at: datetime = field(description="When the session ends in any case.")

    @field(description="Whose session it is.", graphql_type=User, directives=[Requires(permission="users.view")])
    @staticmethod
    async def user(session: Parent[types.Session], info: Info) -> Account:
        return await load_visible_user(info, session.user_id)

    @field(description="Whether the request itself belongs to this session.")
    @staticmethod
    def is_current(session: Parent[types.Session], info: Info) -> bool:
        return session.id == info.context.actor.session_id

    @field(
        description="The operator who acts as the user. Null when nobody does, or hidden from the caller.",
        graphql_type=User | None,
    )
    @staticmethod
    async def impersonator(session: Parent[types.Session], info: Info) -> Account | None:
        return await load_user(info, session.impersonator_id)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.Session)


SessionConnection = Connection[Session]


@strawberry.input(
    description="Which sessions; everything that is given must hold. "
    'Example: `{userId: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`'
)
class SessionFilter:
    user_id: ID | None = field(
        default=UNSET,
        description="Only this user's. One's own need no permission. Example: `\"usr_01jq3zv4m9w8k2c7d5f6g1h0ab\"`",
    )


@strawberry.input(description='Which session to end. Example: `{id: "ses_01jq41c8p3q6r9s2t5v8w1x4yb"}`')
class SessionRevokeInput:
    id: ID = field(description='The session\'s id. Example: `"ses_01jq41c8p3q6r9s2t5v8w1x4yb"`')


@strawberry.input(
    description='Whose sessions to end. Example: `{userId: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", keepCurrent: true}`'
)
class SessionsRevokeInput:
    user_id: ID = field(description='Whose. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`')
    keep_current: bool = field(
        default=False, description="Whether the session that the request itself belongs to stays."
    )


@strawberry.type(description="The outcome of ending a session.")
class SessionRevokePayload:
    session: Session | None = field(default=None, description="The session that has ended.")
    deleted_id: ID | None = field(default=None, description="Its id.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of ending all sessions of a user.")
class SessionsRevokePayload:
    user: User | None = field(
        default=None, description="The user. Null when something is wrong, and when hidden from the caller."
    )
    revoked_count: int | None = field(default=None, description="How many ended.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class SessionQuery:
    @connection(
        SessionConnection,
        description="A page of live sessions, newest first. One's own need no permission.",
        requires="sessions.view_all",
    )
    async def sessions(
        self,
        info: Info,
        page: PageRequest,
        filter: Annotated[SessionFilter | None, argument(description="Which sessions.")] = UNSET,
    ) -> Paged[types.Session]:
        actor, wanted = info.context.actor, build(types.SessionFilter, filter)
        found = await service.list_sessions(actor, wanted, page)
        return Paged(found, partial(service.count_sessions, actor, wanted))


@strawberry.type
class SessionMutation:
    @mutation(
        description="End a session and the tokens that grew from it. One's own needs no permission.",
        requires="sessions.revoke_all",
    )
    async def session_revoke(
        self, info: Info, input: Annotated[SessionRevokeInput, argument(description="Which session.")]
    ) -> SessionRevokePayload:
        ended = await service.end_session(info.context.actor, input.id)
        return SessionRevokePayload(session=cast("Session", ended), deleted_id=input.id)

    @mutation(
        description="End all sessions of a user and the tokens that grew from them: signed out everywhere. "
        "One's own need no permission.",
        requires="sessions.revoke_all",
    )
    async def sessions_revoke(
        self, info: Info, input: Annotated[SessionsRevokeInput, argument(description="Whose sessions.")]
    ) -> SessionsRevokePayload:
        actor = info.context.actor
        kept_id = actor.session_id if input.keep_current else None
        count = await service.revoke_sessions(actor, input.user_id, except_id=kept_id)
        user = await load_user(info, input.user_id)
        return SessionsRevokePayload(user=as_node(user) if user else None, revoked_count=count)


async def load_sessions_of(info: Info, user_id: str, page: PageRequest) -> Paged[types.Session]:
    """A page of a user's sessions; those of several users come in one statement."""
    await service.guard_sessions_of(info.context.actor, user_id)
    return await load_page(info, service.list_sessions_of, service.count_sessions_of, user_id, page=page)


async def load_session(info: Info, session_id: str) -> types.Session | None:
    """A session; None when there is none or it is hidden from the caller."""
    session = await info.context.loaders.load(service.get_sessions, session_id)
    is_visible = session is not None and await service.may_view_session(info.context.actor, session)
    return session if is_visible else None
