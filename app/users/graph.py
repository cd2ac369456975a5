"""Users in the API."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry import ID, UNSET, Parent, argument, enum_value, field

from app.authz.graph import UserEdges
from app.graph.connections import After, Before, Connection, First, Last, Paged, page_request
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.errors import UserError
from app.graph.inputs import build, build_changes
from app.graph.mutations import OwnUnitOfWork
from app.graph.node import Node
from app.graph.scalars import JSON
from app.kit.guard import guard
from app.users import service, types
from app.users.errors import UserNotFound

if TYPE_CHECKING:
    from app.events.types import AuditEvent
    from app.sessions.types import Session

_NULL_IS_NO_VALUE = ("email", "email_verified")


@strawberry.enum(description="Whether a user may sign in.")
class UserStatus(Enum):
    ACTIVE = enum_value(types.UserStatus.ACTIVE, description="May sign in.")
    BANNED = enum_value(types.UserStatus.BANNED, description="May not, for now or for good.")


@strawberry.enum(description="Orders of a list of users. Users without a value come first in ascending order.")
class UserSort(Enum):
    CREATED_AT_DESC = enum_value(types.UserSort.CREATED_AT_DESC, description="Youngest account first.")
    CREATED_AT_ASC = enum_value(types.UserSort.CREATED_AT_ASC, description="Oldest account first.")
    EMAIL_ASC = enum_value(types.UserSort.EMAIL_ASC, description="By e-mail address, without regard to case.")
    EMAIL_DESC = enum_value(types.UserSort.EMAIL_DESC, description="By e-mail address, backwards.")
    NAME_ASC = enum_value(types.UserSort.NAME_ASC, description="By name, without regard to case.")
    NAME_DESC = enum_value(types.UserSort.NAME_DESC, description="By name, backwards.")
    LAST_SIGN_IN_AT_DESC = enum_value(
        types.UserSort.LAST_SIGN_IN_AT_DESC, description="Who signed in last comes first."
    )
    LAST_SIGN_IN_AT_ASC = enum_value(
        types.UserSort.LAST_SIGN_IN_AT_ASC, description="Who has not signed in for longest comes first."
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
    created_at: datetime = field(description="When the account was made.")
    updated_at: datetime = field(description="When the account last changed.")
    last_sign_in_at: datetime | None = field(description="When the user last signed in.")

    @field(
        description="Where the user is signed in now, newest first. One's own need no permission.",
        graphql_type=Connection[Annotated["Session", strawberry.lazy("app.sessions.graph")]],
        directives=[Requires(permission="sessions.view_all")],
    )
    @staticmethod
    async def sessions(
        user: Parent[types.User],
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Paged[Session]:
        from app.sessions.graph import load_sessions_of

        return await load_sessions_of(info, user.id, page_request(first, after, last, before))

    @field(
        description="What happened to the user's data, newest first. What is about oneself needs no permission.",
        graphql_type=Connection[Annotated["AuditEvent", strawberry.lazy("app.events.graph")]],
        directives=[Requires(permission="platform.manage_platform")],
    )
    @staticmethod
    async def audit_events(
        user: Parent[types.User],
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Paged[AuditEvent]:
        from app.events.graph import load_events_about

        return await load_events_about(info, user.id, page_request(first, after, last, before))

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.User)


UserConnection = Connection[User]


@strawberry.input(description="Which users; everything that is given must hold.")
class UserFilter:
    search: str | None = field(default=UNSET, description="Part of e-mail address, username or name; or the whole id.")
    status: UserStatus | None = field(default=UNSET, description="Only users of this status.")
    email_verified: bool | None = field(default=UNSET, description="Only users whose address is verified, or is not.")
    created_after: datetime | None = field(default=UNSET, description="Only accounts younger.")
    created_before: datetime | None = field(default=UNSET, description="Only accounts older.")


@strawberry.input(description="Changes of a user. What is absent stays, null clears.")
class UserUpdateInput:
    id: ID = field(description="Which user.")
    email: str | None = field(
        default=UNSET, description="A new address is unverified unless `emailVerified` says otherwise."
    )
    name: str | None = field(default=UNSET, description="The full name.")
    username: str | None = field(default=UNSET, description="Another name to sign in with.")
    email_verified: bool | None = field(default=UNSET, description="Whether the address counts as verified.")
    picture: str | None = field(default=UNSET, description="URL of a picture, https.")
    locale: str | None = field(default=UNSET, description="Preferred language, a BCP 47 tag.")
    zoneinfo: str | None = field(default=UNSET, description="Time zone, an IANA name.")
    attributes: JSON | None = field(
        default=UNSET, description="Free attributes, a JSON object that replaces the former one."
    )


@strawberry.input(description="A ban.")
class UserBanInput:
    id: ID = field(description="Which user.")
    reason: str | None = field(default=UNSET, description="Why; operators read it.")
    until: datetime | None = field(default=UNSET, description="When the ban lifts itself; for good when absent.")


@strawberry.input(description="Whose ban to lift.")
class UserUnbanInput:
    id: ID = field(description="Which user.")


@strawberry.input(description="Whom to erase.")
class UserDeleteInput:
    id: ID = field(description="Which user.")


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


@strawberry.type(description="The outcome of erasing a user.")
class UserDeletePayload:
    deleted_id: ID | None = field(default=None, description="The id that is gone for good.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class UserQuery:
    @field(
        description="One user, null if there is none. Oneself needs no permission.",
        graphql_type=User | None,
        directives=[Requires(permission="users.view")],
    )
    async def user(self, info: Info, id: Annotated[ID, argument(description="The user's id.")]) -> types.User | None:
        if not await service.may_view_user(info.context.actor, id):
            await guard(info.context.actor, "users.view")
        return await info.context.loaders.load(service.get_users, str(id))

    @field(description="A page of users.", graphql_type=UserConnection, directives=[Requires(permission="users.view")])
    async def users(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        filter: Annotated[UserFilter | None, argument(description="Which users.")] = UNSET,
        sort: Annotated[UserSort, argument(description="In which order.")] = UserSort.CREATED_AT_DESC,
    ) -> Paged[types.User]:
        actor, wanted = info.context.actor, build(types.UserFilter, filter)
        page = await service.list_users(
            actor, wanted, types.UserSort[sort.name], page_request(first, after, last, before)
        )
        return Paged(page, partial(service.count_users, actor, wanted))


@strawberry.type
class UserMutation:
    @strawberry.mutation(
        description="Change a user.", extensions=[OwnUnitOfWork()], directives=[Requires(permission="users.update")]
    )
    async def user_update(
        self, info: Info, input: Annotated[UserUpdateInput, argument(description="What changes.")]
    ) -> UserUpdatePayload:
        changes = build_changes(types.UserChanges, input, required=_NULL_IS_NO_VALUE, without=("id",))
        user = await service.update_user(info.context.actor, input.id, changes)
        return UserUpdatePayload(user=as_node(user))

    @strawberry.mutation(
        description="Ban a user, for good or until a moment; every session ends at once.",
        extensions=[OwnUnitOfWork()],
        directives=[Requires(permission="users.ban")],
    )
    async def user_ban(
        self, info: Info, input: Annotated[UserBanInput, argument(description="Whom, why, how long.")]
    ) -> UserBanPayload:
        user = await service.ban_user(
            info.context.actor, input.id, reason=input.reason or None, until=input.until or None
        )
        return UserBanPayload(user=as_node(user))

    @strawberry.mutation(
        description="Lift a ban.", extensions=[OwnUnitOfWork()], directives=[Requires(permission="users.ban")]
    )
    async def user_unban(
        self, info: Info, input: Annotated[UserUnbanInput, argument(description="Whose ban.")]
    ) -> UserUnbanPayload:
        return UserUnbanPayload(user=as_node(await service.unban_user(info.context.actor, input.id)))

    @strawberry.mutation(
        description="Erase a user and what hangs from it. The id never comes back.",
        extensions=[OwnUnitOfWork()],
        directives=[Requires(permission="users.delete")],
    )
    async def user_delete(
        self, info: Info, input: Annotated[UserDeleteInput, argument(description="Whom.")]
    ) -> UserDeletePayload:
        await service.delete_user(info.context.actor, input.id)
        return UserDeletePayload(deleted_id=input.id)


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
