"""The types of registration contexts, and loading what something refers to."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import strawberry
from strawberry import Parent, field

from app.authz.types import EVERY
from app.clients.graph import Client, load_client
from app.clients.types import Client as ClientValue
from app.contexts import service, types
from app.graph.connections import Connection
from app.graph.context import Info
from app.graph.node import Node


@strawberry.type(description="A relation that people get by a registration context.")
class RegistrationGrant:
    entity_type: str = field(description="The full name of the type, with the client that owns it.")
    relation: str = field(description="The relation.")

    @field(description="To what; null for every entity of the type.")
    @staticmethod
    def entity_id(grant: Parent[types.Grant]) -> str | None:
        return None if grant.entity_id == EVERY else grant.entity_id

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.Grant)


@strawberry.type(description="Who comes, and what they get: applied once to each user whom it means.")
class RegistrationContext(Node):
    slug: str = field(description="Its name for programs and the audit trail.")
    name: str = field(description="What people call it.")
    description: str | None = field(description="What it is for, for people.")
    grants: list[RegistrationGrant] = field(description="What people get.")
    allowed_origins: list[str] = field(
        description="Origins of applications that people have to come from; empty: from anywhere."
    )
    allowed_domains: list[str] = field(
        description="Domains of which people must have proved an address; empty: everybody. A subdomain is another one."
    )
    is_enabled: bool = field(description="Whether it is applied now.")
    created_at: datetime = field(description="When it was made.")
    updated_at: datetime = field(description="When it last changed.")

    @field(
        description="Applies to who comes through this client or for it; null: to everybody who signs up. Null also "
        "where the client is hidden from the caller.",
        graphql_type=Client | None,
    )
    @staticmethod
    async def client(context: Parent[types.Context], info: Info) -> ClientValue | None:
        return await load_client(info, context.client_id)

    @field(description="The client's id; null where it holds for the whole platform.")
    @staticmethod
    def client_id(context: Parent[types.Context]) -> strawberry.ID | None:
        return strawberry.ID(context.client_id) if context.client_id is not None else None

    @field(description="To how many users it was applied.")
    @staticmethod
    async def applied_count(context: Parent[types.Context], info: Info) -> int:
        return await info.context.loaders.load(service.count_applied, context.id) or 0

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.Context)


RegistrationContextConnection = Connection[RegistrationContext]


async def load_context(info: Info, context_id: str) -> types.Context | None:
    """A context; None when there is none or it is hidden from the caller."""
    found = await info.context.loaders.load(service.get_contexts, context_id)
    is_visible = found is not None and await service.may_view_context(info.context.actor, found)
    return found if is_visible else None


def as_node(context: types.Context) -> RegistrationContext:
    """The room's context where a type of the API is declared: its fields read the same attributes."""
    return cast("RegistrationContext", context)
