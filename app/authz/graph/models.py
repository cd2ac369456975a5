"""Models in the API: versions with what they define, and how they differ."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, UNSET, Parent, argument, field

from app.authz.graph.values import Subject, actor_subject
from app.authz.language.diff import diff_models
from app.authz.language.json_form import model_to_json
from app.authz.language.printer import print_parameters, print_rewrite
from app.authz.language.text import parse_model
from app.authz.service import access, edges
from app.authz.service import models as service
from app.authz.types import model as types
from app.authz.types.saving import ModelVersion
from app.graph.connections import Connection, Paged, connection, load_page
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.node import Node
from app.graph.scalars import JSON
from app.kit.guard import has_permission, refuse
from app.kit.paging import PageRequest

if TYPE_CHECKING:
    from app.clients.types import Client

# Models that are kept parsed: the fields of a version read the same one.
_KEPT = 64
_NO_MODEL = types.Model()
_SCOPE = "The client's id; null for the installation's own. Example: `\"cli_01jq40b7n2r5s8t1v4w7x0y3za\"`"
_VERSION = 'The version\'s id. Example: `"mdl_01jq43e0s5t8v1w4x7y0z3a6bd"`'
_MANAGES_ACCESS = Requires(permission="clients.manage_access")


@strawberry.type(description="A relation of a type.")
class ModelRelation:
    name: str = field(description="Its name.")
    definition: str = field(description="What it is made of, such as `[user, group#member] or editor`.")
    is_hierarchy: bool = field(description="Whether tuples that would close a circle are refused.")


@strawberry.type(description="A permission of a type: what applications ask for, and what tokens carry.")
class ModelPermission:
    name: str = field(description="Its name.")
    relation: str = field(description="The relation that it needs.")
    policy: str | None = field(description="The policy that has the second say.")


@strawberry.type(description="A type of entities.")
class ModelType:
    name: str = field(description="Its name, without the prefix of the client.")
    relations: list[ModelRelation] = field(description="Its relations.")
    permissions: list[ModelPermission] = field(description="Its permissions.")


@strawberry.type(description="A condition that tuples refer to by name.")
class ModelCondition:
    name: str = field(description="Its name.")
    parameters: str = field(description="Its parameters with their types, such as `ip: ipaddress`.")
    expression: str = field(description="Its expression in CEL.")


class SystemSource:
    """What stands behind a `SystemModel`."""

    def __init__(self, source: str) -> None:
        self.source = source


@strawberry.type(description="The model that guards Auther itself. It is part of the program.")
class SystemModel:
    source: str = field(description="In the modelling language.")
    json: JSON = field(description="As JSON.")
    types: list[ModelType] = field(description="The types that it defines.")


@strawberry.type(
    description="A version of a client's, or the installation's own, authorization model. It never changes."
)
class Model(Node):
    scope: str = field(description="The id of the client that owns its types; empty for the installation's own.")
    version: int = field(description="Its number, from 1.")
    source: str = field(description="In the modelling language, in its canonical form.")
    note: str | None = field(description="What changed, in the words of its author.")
    created_at: datetime = field(description="When it was saved.")

    @field(
        description="The client that owns its types. Null for the installation's own, and when hidden from the caller.",
        graphql_type=Annotated["Client", strawberry.lazy("app.clients.graph")] | None,
    )
    @staticmethod
    async def client(model: Parent[ModelVersion], info: Info) -> Client | None:
        from app.clients.graph import load_client

        return await load_client(info, model.scope or None)

    @field(description="Who saved it. Null for the server itself.")
    @staticmethod
    def author(model: Parent[ModelVersion]) -> Subject | None:
        return actor_subject(model.author_kind, model.author_id)

    @field(description="Whether it is in force.")
    @staticmethod
    async def is_current(model: Parent[ModelVersion], info: Info) -> bool:
        current = await info.context.loaders.load(service.get_current_models, model.scope)
        return current is not None and current.id == model.id

    @field(description="As JSON.")
    @staticmethod
    def json(model: Parent[ModelVersion]) -> JSON:
        return JSON(model_to_json(read_model(model.source)))

    @field(description="The types that it defines.")
    @staticmethod
    def types(model: Parent[ModelVersion]) -> list[ModelType]:
        return show_types(read_model(model.source))

    @field(description="The conditions that it defines.")
    @staticmethod
    def conditions(model: Parent[ModelVersion]) -> list[ModelCondition]:
        return [
            ModelCondition(name=each.name, parameters=print_parameters(each), expression=each.expression)
            for each in read_model(model.source).conditions
        ]

    @field(description="Unified difference to another version, empty when they are equal; null when there is none.")
    @staticmethod
    async def diff(
        model: Parent[ModelVersion],
        info: Info,
        from_version: Annotated[
            int | None, argument(name="from", description="The other version; the one before when absent. Example: `3`")
        ] = UNSET,
    ) -> str | None:
        number = from_version if isinstance(from_version, int) else model.version - 1
        if number == 0:
            return diff_models(_NO_MODEL, read_model(model.source)).text
        other = await info.context.loaders.load(edges.get_versions, (model.scope, number))
        if other is None:
            return None
        return diff_models(read_model(other.source), read_model(model.source)).text

    @connection(
        Connection[Annotated["Model", strawberry.lazy("app.authz.graph.models")]],
        description="All versions of the same model, newest first.",
    )
    @staticmethod
    async def versions(model: Parent[ModelVersion], info: Info, page: PageRequest) -> Paged[ModelVersion]:
        return await load_page(info, edges.list_versions_of, edges.count_versions_of, model.scope, page=page)

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, ModelVersion)


@strawberry.type
class ModelQuery:
    @field(
        description="The model in force of a client, null if it has none. The installation's own, without a scope, "
        "needs `platform.manage_platform`.",
        graphql_type=Model | None,
        directives=[_MANAGES_ACCESS],
    )
    async def model(
        self,
        info: Info,
        scope: Annotated[ID | None, argument(description=_SCOPE)] = None,
    ) -> ModelVersion | None:
        return await service.find_current_model(info.context.actor, str(scope or ""))

    @field(
        description="One version of a model, null if there is none or, of the installation's own, it is hidden.",
        graphql_type=Model | None,
        directives=[_MANAGES_ACCESS],
    )
    async def model_version(self, info: Info, id: Annotated[ID, argument(description=_VERSION)]) -> ModelVersion | None:
        found = await load_model(info, id)
        if found is None and not await has_permission(info.context.actor, access.MANAGE_ACCESS):
            refuse(info.context.actor, access.MANAGE_ACCESS, on="on this client")
        return found

    @field(
        description="The model that guards Auther itself.",
        directives=[Requires(permission="platform.manage_platform")],
    )
    async def system_model(self, info: Info) -> SystemModel:
        source = await service.show_system_model(info.context.actor)
        model = read_model(source)
        return SystemModel(source=source, json=JSON(model_to_json(model)), types=show_types(model))


async def load_model(info: Info, model_id: str) -> ModelVersion | None:
    """A version of a model; None when there is none, or it is hidden from the caller."""
    found = await info.context.loaders.load(service.get_models, model_id)
    is_visible = found is not None and await edges.may_manage_scope(info.context.actor, found.scope)
    return found if is_visible else None


@lru_cache(maxsize=_KEPT)
def read_model(source: str) -> types.Model:
    """The model of a stored text."""
    return parse_model(source)


def show_types(model: types.Model) -> list[ModelType]:
    """What the API tells of a model's types."""
    return [
        ModelType(
            name=each.name,
            relations=[
                ModelRelation(
                    name=relation.name,
                    definition=print_rewrite(relation.rewrite),
                    is_hierarchy=relation.is_hierarchy,
                )
                for relation in each.relations
            ],
            permissions=[
                ModelPermission(name=permission.name, relation=permission.relation, policy=permission.policy)
                for permission in each.permissions
            ],
        )
        for each in model.types
    ]
