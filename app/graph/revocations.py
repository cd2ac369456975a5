"""Ended sessions in the API, as they end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, Parent, argument, field

from app.events.types import SEALED_CHANNEL
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.streams import Delivered, Delivery, hub
from app.oidc import revoked_sessions
from app.oidc.revoked_sessions import Audience
from app.oidc.revoked_sessions import RevokedSession as RoomRevokedSession
from app.sessions.graph import Session, load_session
from app.sessions.types import Session as RoomSession
from app.users.graph import User, load_user
from app.users.types import User as RoomUser

# A reader whom nothing concerns for so long gets a place to resume from, so that it need not start far behind.
_QUIET_POSITIONS = 1_000


@strawberry.type(description="A session that was ended: by sign-out, by somebody who may, by a ban.")
class RevokedSession:
    session_id: ID = field(description="The session's id. Example: `ses_01jq3zv4m9`")
    sid: str = field(
        description="The session as its tokens name it (`sid`), those for `filter.clientId` if that is given. It is "
        "the session's id, except for clients with pairwise subjects. Example: `ses_01jq3zv4m9`"
    )
    user_id: ID | None = field(description="Whose it was, the `sub` in its tokens. Example: `usr_01jq3zv4m9`")
    revoked_at: datetime = field(description="When it ended.")

    @field(description="The user. Null when the account is gone or hidden from the caller.", graphql_type=User | None)
    @staticmethod
    async def user(revoked: Parent[RoomRevokedSession], info: Info) -> RoomUser | None:
        return await load_user(info, revoked.user_id)

    @field(description="The session. Null when it is gone or hidden from the caller.", graphql_type=Session | None)
    @staticmethod
    async def session(revoked: Parent[RoomRevokedSession], info: Info) -> RoomSession | None:
        return await load_session(info, revoked.session_id)


@strawberry.input(
    description="Whose sessions; everything that is given must hold. "
    'Example: `{clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za"}`'
)
class RevokedSessionFilter:
    user_id: ID | None = field(
        default=UNSET,
        description="Only this user's. One's own need no permission. Example: `\"usr_01jq3zv4m9w8k2c7d5f6g1h0ab\"`",
    )
    client_id: ID | None = field(
        default=UNSET,
        description="Only those that have given tokens to this client. Who manages its access, and the client "
        'itself, may ask. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`',
    )


@strawberry.type
class SessionSubscription:
    @strawberry.subscription(
        description="Sessions that are ended, as they end, for whoever keeps a session of their own beside one of "
        "ours. It begins with a place to resume from. One's own need no permission, with `filter.userId`; those of a "
        "client, with `filter.clientId`, `clients.manage_access` on it only.",
        graphql_type=Delivery[RevokedSession],
        directives=[Requires(permission="sessions.view_all")],
    )
    async def sessions_revoked(
        self,
        info: Info,
        filter: Annotated[RevokedSessionFilter | None, argument(description="Whose sessions.")] = UNSET,
        after: Annotated[
            str | None,
            argument(
                description="Go on after this cursor, the last one that was received: nothing is missed. "
                'Example: `"MTA0Mi43"`'
            ),
        ] = UNSET,
    ) -> AsyncIterator[Delivered]:
        actor, audience = info.context.actor, _audience(filter)
        place = told = await revoked_sessions.find_revoked_place(actor, audience, after or None)
        yield Delivered(revoked_sessions.revoked_cursor(place))
        async with hub.listening(SEALED_CHANNEL) as wakeups:
            while True:
                part = await revoked_sessions.read_revoked_sessions(actor, audience, place)
                for told, session in part.sessions:
                    yield Delivered(revoked_sessions.revoked_cursor(told), session)
                place = part.place
                if place - told >= _QUIET_POSITIONS:
                    told = place
                    yield Delivered(revoked_sessions.revoked_cursor(place))
                if not part.has_more:
                    await wakeups.wait()


def _audience(filter: RevokedSessionFilter | None) -> Audience:
    if not filter:
        return Audience()
    return Audience(user_id=filter.user_id or None, client_id=filter.client_id or None)
