"""Finding clients: one by id, many by filter and order."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, enum_value, field

from app.clients import service, types
from app.clients.graph.values import Client, ClientConnection, ClientKind
from app.graph.connections import Paged, connection
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.inputs import build
from app.kit.guard import guard
from app.kit.paging import PageRequest


@strawberry.enum(description="Orders of a list of clients.")
class ClientSort(Enum):
    CREATED_AT_DESC = enum_value(types.ClientSort.CREATED_AT_DESC, description="Youngest first.")
    CREATED_AT_ASC = enum_value(types.ClientSort.CREATED_AT_ASC, description="Oldest first.")
    NAME_ASC = enum_value(types.ClientSort.NAME_ASC, description="By name, without regard to case.")
    NAME_DESC = enum_value(types.ClientSort.NAME_DESC, description="By name, backwards.")


@strawberry.input(
    description="Which clients; everything that is given must hold. "
    'Example: `{search: "invoice", kind: WEB, isEnabled: true}`'
)
class ClientFilter:
    search: str | None = field(default=UNSET, description='Part of the name, or begin of the id. Example: `"invoice"`')
    kind: ClientKind | None = field(default=UNSET, description="Only clients of this kind.")
    is_enabled: bool | None = field(default=UNSET, description="Only enabled ones, or disabled.")
    is_dynamic: bool | None = field(
        default=UNSET, description="Only those that say themselves what they are, or the others."
    )


@strawberry.type
class ClientQuery:
    @field(
        description="One client, null if there is none.",
        graphql_type=Client | None,
        directives=[Requires(permission="clients.view")],
    )
    async def client(
        self,
        info: Info,
        id: Annotated[ID, argument(description='The client\'s id. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`')],
    ) -> types.Client | None:
        await guard(info.context.actor, "clients.view")
        return await info.context.loaders.load(service.get_clients, str(id))

    @connection(ClientConnection, description="A page of clients.", requires="clients.view")
    async def clients(
        self,
        info: Info,
        page: PageRequest,
        filter: Annotated[ClientFilter | None, argument(description="Which clients.")] = UNSET,
        sort: Annotated[ClientSort, argument(description="In which order.")] = ClientSort.CREATED_AT_DESC,
    ) -> Paged[types.Client]:
        actor, wanted = info.context.actor, build(types.ClientFilter, filter)
        found = await service.list_clients(actor, wanted, types.ClientSort[sort.name], page)
        return Paged(found, partial(service.count_clients, actor, wanted))
