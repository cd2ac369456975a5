"""Finding API keys: one by id, many by filter and order."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, enum_value, field

from app.api_keys import service, types
from app.api_keys.graph.edges import load_key
from app.api_keys.graph.values import ApiKey, ApiKeyConnection
from app.graph.connections import Paged, connection
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.inputs import build
from app.kit.guard import guard
from app.kit.paging import PageRequest

_VIEW_ALL = "api_keys.view_all"


@strawberry.enum(description="Orders of a list of API keys. Keys that were never used come first in ascending order.")
class ApiKeySort(Enum):
    CREATED_AT_DESC = enum_value(types.ApiKeySort.CREATED_AT_DESC, description="Youngest first.")
    CREATED_AT_ASC = enum_value(types.ApiKeySort.CREATED_AT_ASC, description="Oldest first.")
    NAME_ASC = enum_value(types.ApiKeySort.NAME_ASC, description="By name, without regard to case.")
    NAME_DESC = enum_value(types.ApiKeySort.NAME_DESC, description="By name, backwards.")
    LAST_USED_AT_DESC = enum_value(types.ApiKeySort.LAST_USED_AT_DESC, description="What was used last comes first.")
    LAST_USED_AT_ASC = enum_value(
        types.ApiKeySort.LAST_USED_AT_ASC, description="What has not been used for longest comes first."
    )


@strawberry.input(
    description="Which API keys; everything that is given must hold. "
    'Example: `{ownerClientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", isEnabled: true}`'
)
class ApiKeyFilter:
    search: str | None = field(default=UNSET, description='Part of the name, or begin of the id. Example: `"backup"`')
    owner_user_id: ID | None = field(
        default=UNSET, description='Only keys of this user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`'
    )
    owner_client_id: ID | None = field(
        default=UNSET, description='Only keys of this client. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'
    )
    is_enabled: bool | None = field(default=UNSET, description="Only enabled ones, or disabled.")


@strawberry.type
class ApiKeyQuery:
    @field(
        description="One API key, null if there is none. One's own need no permission.",
        graphql_type=ApiKey | None,
        directives=[Requires(permission=_VIEW_ALL)],
    )
    async def api_key(
        self,
        info: Info,
        id: Annotated[ID, argument(description='The key\'s id. Example: `"key_01jq3zv4m9w8k2c7d5f6g1h0ab"`')],
    ) -> types.ApiKey | None:
        key = await load_key(info, id)
        if key is None:
            await guard(info.context.actor, _VIEW_ALL)
        return key

    @connection(
        ApiKeyConnection,
        description="A page of API keys. With a filter for oneself, or for an owner whose keys the caller manages, it "
        "needs no permission.",
        requires=_VIEW_ALL,
    )
    async def api_keys(
        self,
        info: Info,
        page: PageRequest,
        filter: Annotated[ApiKeyFilter | None, argument(description="Which keys.")] = UNSET,
        sort: Annotated[ApiKeySort, argument(description="In which order.")] = ApiKeySort.CREATED_AT_DESC,
    ) -> Paged[types.ApiKey]:
        actor, wanted = info.context.actor, build(types.ApiKeyFilter, filter)
        found = await service.list_keys(actor, wanted, types.ApiKeySort[sort.name], page)
        return Paged(found, partial(service.count_keys, actor, wanted))
