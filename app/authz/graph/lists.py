"""Lists in the API: what a subject can reach, who can reach an entity, what a relation is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, NamedTuple, TypeVar, cast

import strawberry
from strawberry import UNSET, Parent, argument, field

from app.authz.engine import listing
from app.authz.engine.listing import ObjectQuery, SubjectQuery
from app.authz.engine.lookups import Node as EngineNode
from app.authz.graph.inputs import (
    Consistency,
    ContextArgument,
    ContextualArgument,
    EntityArgument,
    SubjectArgument,
    to_context,
    to_entity,
    to_freshness,
    to_tuples,
    whom,
)
from app.authz.graph.trees import UsersetTree, flatten_tree
from app.authz.graph.values import Entity, Subject, TupleKey, as_key, map_page
from app.authz.service import lists
from app.authz.service.access import MANAGE_ACCESS
from app.authz.service.lists import Everybody, Listed
from app.authz.service.sources import open_source
from app.graph.connections import Edge, First, Paged, PageInfo, connection
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.inputs import given
from app.kit.paging import PageRequest

Item = TypeVar("Item")

_MANAGES_ACCESS = Requires(permission=MANAGE_ACCESS)
_ENTITY_TYPE = 'The type of the entities. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za:invoice"`'
_ON_OTHER_TYPES = "On types that no client owns it needs `platform.manage_platform`."
Action = Annotated[str, argument(description='A permission of the entity\'s type, or a relation. Example: `"edit"`')]


@strawberry.type(description="An entity that a subject can do something to.")
class FoundObject:
    entity: Entity = field(description="The entity; an id of `*` is every entity of the type.")
    is_decided: bool = field(description="False when a check with more context has the last word.")


@strawberry.type(description="A page of the entities that a subject can do something to, by id; `*` comes first.")
class FoundObjectConnection:
    edges: list[Edge[FoundObject]] = field(description="The entities with their cursors.")
    nodes: list[FoundObject] = field(description="The entities.")
    page_info: PageInfo = field(description="Where the page begins and ends.")
    total_count: int = field(description="How many there are in all, exactly.")
    checked_at: str = field(description="Consistency token of the tuples and models that the list rests on.")


@strawberry.type(description="A subject that can do something to an entity.")
class FoundSubject:
    subject: Subject = field(description="The subject; an id of `*` is everyone of the type.")
    is_decided: bool = field(description="False when a check with more context has the last word.")

    @field(description="The tuples that lead from the entity to it, the entity's own first.")
    @staticmethod
    def way(found: Parent[listing.FoundSubject]) -> list[TupleKey]:
        return [as_key(fact.key) for fact in found.way]


@strawberry.type(description="A page of the subjects that can do something to an entity, by id.")
class FoundSubjectConnection:
    edges: list[Edge[FoundSubject]] = field(description="The subjects with their cursors.")
    nodes: list[FoundSubject] = field(description="The subjects.")
    page_info: PageInfo = field(description="Where the page begins and ends.")
    total_count: int = field(description="How many there are in all, exactly.")
    checked_at: str = field(description="Consistency token of the tuples and models that the list rests on.")


@strawberry.type(description="The first subjects of one kind, and how many there are.")
class WhoCanGroup:
    total_count: int = field(description="How many there are in all, exactly.")
    nodes: list[FoundSubject] = field(description="The first of them, by id.")


@strawberry.type(description="Everybody who can do something to an entity.")
class WhoCan:
    users: WhoCanGroup = field(description="Users, alone or through groups.")
    groups: WhoCanGroup = field(description="Groups whose members can.")
    api_keys: WhoCanGroup = field(description="API keys.")
    clients: WhoCanGroup = field(description="Clients that act for themselves.")
    checked_at: str = field(description="Consistency token of the tuples and models that it rests on.")


class _Reached(NamedTuple):
    """What stands behind a `FoundObject`, and behind its entity: one value for both, as there are many."""

    type: str
    id: str
    is_decided: bool

    @property
    def entity(self) -> Entity:
        return cast("Entity", self)


@dataclass(frozen=True, slots=True)
class Counted(Paged[Item]):
    """A page of a list whose length is known, with the consistency token of what it rests on."""

    total_count: int
    checked_at: str


@strawberry.type
class ListQuery:
    @connection(
        FoundObjectConnection,
        description="The entities of a type that a subject can do something to. "
        f"About oneself and without contextual tuples it needs no permission. {_ON_OTHER_TYPES}",
        requires=MANAGE_ACCESS,
    )
    async def list_objects(
        self,
        info: Info,
        page: PageRequest,
        action: Action,
        type: Annotated[str, argument(description=_ENTITY_TYPE)],
        subject: SubjectArgument = UNSET,
        context: ContextArgument = UNSET,
        contextual_tuples: ContextualArgument = UNSET,
        consistency: Consistency = UNSET,
    ) -> Counted[_Reached]:
        actor = info.context.actor
        query = ObjectQuery(
            whom(actor, subject), action, type, to_context(context), to_tuples(contextual_tuples, "contextualTuples")
        )
        source = await open_source(to_freshness(consistency))
        return _reached(type, await lists.find_objects(actor, source, query, page))

    @connection(
        FoundSubjectConnection,
        description=f"The subjects of a kind that can do something to an entity, and how. {_ON_OTHER_TYPES}",
        requires=MANAGE_ACCESS,
    )
    async def list_subjects(
        self,
        info: Info,
        page: PageRequest,
        entity: EntityArgument,
        action: Action,
        type: Annotated[str, argument(description='The type of the subjects. Example: `"user"`')],
        relation: Annotated[
            str | None,
            argument(description='For usersets, such as members of groups: their relation. Example: `"member"`'),
        ] = UNSET,
        context: ContextArgument = UNSET,
        contextual_tuples: ContextualArgument = UNSET,
        consistency: Consistency = UNSET,
    ) -> Counted[listing.FoundSubject]:
        contextual = to_tuples(contextual_tuples, "contextualTuples")
        query = SubjectQuery(to_entity(entity), action, type, relation or "", to_context(context), contextual)
        source = await open_source(to_freshness(consistency))
        return _counted(await lists.find_subjects(info.context.actor, source, query, page))

    @field(
        description="The users, groups, API keys and clients that can do something to an entity. "
        f"`listSubjects` pages through each of them. {_ON_OTHER_TYPES}",
        directives=[_MANAGES_ACCESS],
    )
    async def who_can(
        self,
        info: Info,
        entity: EntityArgument,
        action: Action,
        context: ContextArgument = UNSET,
        contextual_tuples: ContextualArgument = UNSET,
        consistency: Consistency = UNSET,
        first: First = UNSET,
    ) -> WhoCan:
        contextual = to_tuples(contextual_tuples, "contextualTuples")
        query = SubjectQuery(to_entity(entity), action, "user", "", to_context(context), contextual)
        page = PageRequest(first=given(first))
        source = await open_source(to_freshness(consistency))
        return _to_who_can(await lists.find_everybody(info.context.actor, source, query, page))

    @field(
        description=f"What a relation of an entity is made of, and whom its tuples name. {_ON_OTHER_TYPES}",
        directives=[_MANAGES_ACCESS],
    )
    async def expand(
        self,
        info: Info,
        entity: EntityArgument,
        relation: Annotated[str, argument(description='A relation of the entity\'s type. Example: `"viewer"`')],
        consistency: Consistency = UNSET,
    ) -> UsersetTree:
        node = EngineNode(entity.type, entity.id, relation)
        source = await open_source(to_freshness(consistency))
        tree = await lists.expand(info.context.actor, source, node)
        return UsersetTree(nodes=flatten_tree(tree), checked_at=source.token)


def _counted(listed: Listed[Item]) -> Counted[Item]:
    async def count() -> int:
        return listed.total

    return Counted(listed.page, count, listed.total, listed.checked_at)


def _reached(type_name: str, listed: Listed[listing.FoundObject]) -> Counted[_Reached]:
    def reach(each: listing.FoundObject) -> _Reached:
        return _Reached(type_name, each.id, each.is_decided)

    return _counted(Listed(map_page(listed.page, reach), listed.total, listed.checked_at))


def _to_who_can(everybody: Everybody) -> WhoCan:
    groups = {
        name: WhoCanGroup(total_count=listed.total, nodes=cast("list[FoundSubject]", list(listed.page.items)))
        for name, listed in everybody.kinds.items()
    }
    return WhoCan(checked_at=everybody.checked_at, **groups)
