"""Finding registration contexts: one by id or slug, many by filter and order."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, enum_value, field

from app.contexts import service, types
from app.contexts.graph.values import RegistrationContext, RegistrationContextConnection
from app.graph.connections import Paged, connection
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.errors import InvalidRequest
from app.graph.inputs import build
from app.kit.paging import PageRequest

_VIEW = "platform.manage_platform"


@strawberry.enum(description="Orders of a list of registration contexts.")
class RegistrationContextSort(Enum):
    SLUG_ASC = enum_value(types.ContextSort.SLUG_ASC, description="By slug.")
    CREATED_AT_DESC = enum_value(types.ContextSort.CREATED_AT_DESC, description="Youngest first.")


@strawberry.input(
    description="Which registration contexts; everything that is given must hold. "
    'Example: `{clientId: "cli_01jq40b7n2r5s8t1v4w7x0y3za", isEnabled: true}`'
)
class RegistrationContextFilter:
    client_id: ID | None = field(
        default=UNSET, description='Only those of this client. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'
    )
    is_platform_wide: bool | None = field(
        default=UNSET, description="Only those that hold for the whole platform, or only those of clients."
    )
    is_enabled: bool | None = field(default=UNSET, description="Only enabled ones, or disabled.")


@strawberry.type
class ContextQuery:
    @field(
        description="One registration context, by id or by slug; null when there is none. `clients.manage_access` on "
        "its client is enough.",
        graphql_type=RegistrationContext | None,
        directives=[Requires(permission=_VIEW)],
    )
    async def registration_context(
        self,
        info: Info,
        id: Annotated[
            ID | None, argument(description='The context\'s id. Example: `"ctx_01jq40b7n2r5s8t1v4w7x0y3za"`')
        ] = UNSET,
        slug: Annotated[str | None, argument(description='Its slug. Example: `"acme-staff"`')] = UNSET,
    ) -> types.Context | None:
        actor = info.context.actor
        if bool(id) == bool(slug):
            await service.guard_found(actor, None)
            raise InvalidRequest("graph_required", "Name the context by id or by slug, one of both.")
        if slug:
            return await service.find_context(actor, slug)
        found = await info.context.loaders.load(service.get_contexts, str(id))
        await service.guard_found(actor, found)
        return found

    @connection(
        RegistrationContextConnection,
        description="A page of registration contexts. For those of one client `clients.manage_access` on it is enough.",
        requires=_VIEW,
    )
    async def registration_contexts(
        self,
        info: Info,
        page: PageRequest,
        filter: Annotated[RegistrationContextFilter | None, argument(description="Which contexts.")] = UNSET,
        sort: Annotated[
            RegistrationContextSort, argument(description="In which order.")
        ] = RegistrationContextSort.SLUG_ASC,
    ) -> Paged[types.Context]:
        actor, wanted = info.context.actor, build(types.ContextFilter, filter)
        found = await service.list_contexts(actor, wanted, types.ContextSort[sort.name], page)
        return Paged(found, partial(service.count_contexts, actor, wanted))
