"""Changing and banning users. Deleting them is with `app.lifecycle.graph`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, field

from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import build_changes
from app.graph.mutations import mutation
from app.graph.scalars import JSON
from app.users import service, types
from app.users.graph.values import User, as_node

_NULL_IS_NO_VALUE = ("email", "email_verified")
_WHICH = 'Which user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`'


@strawberry.input(
    description="Changes of a user. What is absent stays, null clears. "
    'Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", name: "Ada King", username: null}`'
)
class UserUpdateInput:
    id: ID = field(description=_WHICH)
    email: str | None = field(
        default=UNSET,
        description="A new address is unverified unless `emailVerified` says otherwise. "
        'Example: `"ada.king@example.com"`',
    )
    name: str | None = field(default=UNSET, description='The full name. Example: `"Ada King"`')
    username: str | None = field(default=UNSET, description='Another name to sign in with. Example: `"ada"`')
    email_verified: bool | None = field(default=UNSET, description="Whether the address counts as verified.")
    picture: str | None = field(
        default=UNSET, description='URL of a picture, https. Example: `"https://example.com/ada.png"`'
    )
    locale: str | None = field(default=UNSET, description='Preferred language, a BCP 47 tag. Example: `"en-GB"`')
    zoneinfo: str | None = field(default=UNSET, description='Time zone, an IANA name. Example: `"Europe/London"`')
    attributes: JSON | None = field(
        default=UNSET,
        description="Free attributes, a JSON object that replaces the former one. "
        'Example: `{department: "Engines", badge: 1815}`',
    )


@strawberry.input(
    description='A ban. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", reason: "Sent spam."}`'
)  # fmt: skip
class UserBanInput:
    id: ID = field(description=_WHICH)
    reason: str | None = field(default=UNSET, description='Why; operators read it. Example: `"Sent spam."`')
    until: datetime | None = field(
        default=UNSET,
        description='When the ban lifts itself; for good when absent. Example: `"2026-12-31T23:59:59Z"`',
    )


@strawberry.input(description='Whose ban to lift. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`')
class UserUnbanInput:
    id: ID = field(description=_WHICH)


@strawberry.type(description="The outcome of changing a user.")
class UserUpdatePayload:
    user: User | None = field(default=None, description="The user as it is now; null when something is wrong.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of a ban.")
class UserBanPayload:
    user: User | None = field(default=None, description="The banned user; null when something is wrong.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of lifting a ban.")
class UserUnbanPayload:
    user: User | None = field(default=None, description="The user; null when something is wrong.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class UserMutation:
    @mutation(description="Change a user.", requires="users.update")
    async def user_update(
        self, info: Info, input: Annotated[UserUpdateInput, argument(description="What changes.")]
    ) -> UserUpdatePayload:
        changes = build_changes(types.UserChanges, input, required=_NULL_IS_NO_VALUE, without=("id",))
        user = await service.update_user(info.context.actor, input.id, changes)
        return UserUpdatePayload(user=as_node(user))

    @mutation(
        description="Ban a user, for good or until a moment; every session ends at once.", requires="users.ban"
    )  # fmt: skip
    async def user_ban(
        self, info: Info, input: Annotated[UserBanInput, argument(description="Whom, why, how long.")]
    ) -> UserBanPayload:
        user = await service.ban_user(
            info.context.actor, input.id, reason=input.reason or None, until=input.until or None
        )
        return UserBanPayload(user=as_node(user))

    @mutation(description="Lift a ban. Nothing happens when there is none.", requires="users.ban")
    async def user_unban(
        self, info: Info, input: Annotated[UserUnbanInput, argument(description="Whose ban.")]
    ) -> UserUnbanPayload:
        return UserUnbanPayload(user=as_node(await service.unban_user(info.context.actor, input.id)))
