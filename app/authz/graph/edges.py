"""What users and clients have of the permission engine."""

from __future__ import annotations

from typing import Annotated, Protocol

import strawberry
from strawberry import ID, UNSET, Parent, argument, field

from app.authz.graph.checks import CheckAnswer, to_answer
from app.authz.graph.inputs import EntityArgument, to_entity
from app.authz.graph.models import Model
from app.authz.graph.permissions import Permissions, load_permissions
from app.authz.graph.tuples import TupleConnection, load_tuples_of, load_tuples_of_scope
from app.authz.graph.values import TupleRow
from app.authz.service import edges, models
from app.authz.service.access import MANAGE_ACCESS, MANAGE_PLATFORM, guard_client_access
from app.authz.types.saving import ModelVersion
from app.authz.types.tuples import SubjectRef
from app.graph.connections import Paged, connection
from app.graph.context import Info
from app.graph.directives import Requires
from app.kit.paging import PageRequest

_MANAGES_ACCESS = Requires(permission=MANAGE_ACCESS)
_CLIENT = 'The client; null for Auther itself. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'
_ACTION = 'A permission of the entity\'s type, or a relation. Example: `"edit"`'


class Owner(Protocol):
    """A user or a client of another room."""

    @property
    def id(self) -> str: ...


@strawberry.type
class UserEdges:
    @connection(
        TupleConnection,
        description="The tuples that name the user as subject, oldest first. One's own need no permission.",
        requires=MANAGE_PLATFORM,
    )
    @staticmethod
    async def tuples(user: Parent[Owner], info: Info, page: PageRequest) -> Paged[TupleRow]:
        await edges.guard_tuples_of(info.context.actor, SubjectRef("user", user.id))
        return await load_tuples_of(info, "user", user.id, page)

    @field(
        description="What a token of the user for a client would hold. One's own need no permission; without a client "
        "it is what guards Auther itself, and needs `platform.manage_platform`.",
        directives=[_MANAGES_ACCESS],
    )
    @staticmethod
    async def permissions(
        user: Parent[Owner],
        info: Info,
        client_id: Annotated[ID | None, argument(description=_CLIENT)] = UNSET,
    ) -> Permissions:
        return await load_permissions(info, SubjectRef("user", user.id), client_id)

    @field(
        description="May the user do this to an entity? About oneself it needs no permission; on types that no client "
        "owns, `platform.manage_platform`.",
        directives=[_MANAGES_ACCESS],
    )
    @staticmethod
    async def can(
        user: Parent[Owner],
        info: Info,
        action: Annotated[str, argument(description=_ACTION)],
        entity: EntityArgument,
    ) -> CheckAnswer:
        asked = (SubjectRef("user", user.id), action, to_entity(entity))
        answer = await info.context.loaders.load(edges.check_asked, asked, info.context.actor)
        assert answer is not None
        return to_answer(answer)


@strawberry.type
class ClientEdges:
    @field(
        description="Its authorization model in force, null if it has none.",
        graphql_type=Model | None,
        directives=[_MANAGES_ACCESS],
    )
    @staticmethod
    async def model(client: Parent[Owner], info: Info) -> ModelVersion | None:
        await guard_client_access(info.context.actor, client.id)
        return await info.context.loaders.load(models.get_current_models, client.id)

    @connection(
        TupleConnection, description="The tuples on its types, oldest first.", requires=MANAGE_ACCESS
    )  # fmt: skip
    @staticmethod
    async def tuples(client: Parent[Owner], info: Info, page: PageRequest) -> Paged[TupleRow]:
        await guard_client_access(info.context.actor, client.id)
        return await load_tuples_of_scope(info, client.id, page)

    @connection(
        TupleConnection,
        description="The tuples that name it as subject, oldest first. A client's own need no permission.",
        requires=MANAGE_PLATFORM,
    )
    @staticmethod
    async def grants(client: Parent[Owner], info: Info, page: PageRequest) -> Paged[TupleRow]:
        await edges.guard_tuples_of(info.context.actor, SubjectRef("client", client.id))
        return await load_tuples_of(info, "client", client.id, page)
