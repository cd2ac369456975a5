"""Finding users: one by id, many by filter and order."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import partial
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, enum_value, field

from app.graph.connections import Paged, connection
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.inputs import build
from app.kit.guard import guard
from app.kit.paging import PageRequest
from app.users import service, types
from app.users.graph.values import User, UserConnection, UserStatus


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


@strawberry.input(
    description="Which users; everything that is given must hold. "
    'Example: `{search: "ada", status: ACTIVE, createdAfter: "2026-01-01T00:00:00Z"}`'
)
class UserFilter:
    search: str | None = field(
        default=UNSET, description='Part of e-mail address, username or name; or the whole id. Example: `"ada"`'
    )
    status: UserStatus | None = field(default=UNSET, description="Only users of this status.")
    email_verified: bool | None = field(default=UNSET, description="Only users whose address is verified, or is not.")
    created_after: datetime | None = field(
        default=UNSET, description='Only accounts younger. Example: `"2026-01-01T00:00:00Z"`'
    )
    created_before: datetime | None = field(
        default=UNSET, description='Only accounts older. Example: `"2026-12-31T23:59:59Z"`'
    )


@strawberry.type
class UserQuery:
    @field(
        description="One user, null if there is none. Oneself needs no permission.",
        graphql_type=User | None,
        directives=[Requires(permission="users.view")],
    )
    async def user(
        self,
        info: Info,
        id: Annotated[ID, argument(description='The user\'s id. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`')],
    ) -> types.User | None:
        if not await service.may_view_user(info.context.actor, id):
            await guard(info.context.actor, "users.view")
        return await info.context.loaders.load(service.get_users, str(id))

    @connection(UserConnection, description="A page of users.", requires="users.view")
    async def users(
        self,
        info: Info,
        page: PageRequest,
        filter: Annotated[UserFilter | None, argument(description="Which users.")] = UNSET,
        sort: Annotated[UserSort, argument(description="In which order.")] = UserSort.CREATED_AT_DESC,
    ) -> Paged[types.User]:
        actor, wanted = info.context.actor, build(types.UserFilter, filter)
        found = await service.list_users(actor, wanted, types.UserSort[sort.name], page)
        return Paged(found, partial(service.count_users, actor, wanted))
