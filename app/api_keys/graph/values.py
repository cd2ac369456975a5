"""The type of API keys."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, cast

import orjson
import strawberry
from strawberry import ID, UNSET, Parent, argument, enum_value, field

from app.api_keys import service, types
from app.authz.graph import Permissions
from app.authz.graph.tuples import TupleConnection, load_tuples_of
from app.authz.graph.values import Subject, TupleRow, actor_subject
from app.authz.types import SubjectRef
from app.graph.connections import Connection, Paged, connection
from app.graph.context import Info
from app.graph.node import Node
from app.graph.scalars import JSON
from app.kit import clock
from app.kit.paging import PageRequest

_CLIENT = 'The client; null for Auther itself. Example: `"cli_01jq40b7n2r5s8t1v4w7x0y3za"`'


@strawberry.enum(description="What an API key may be used for.")
class ApiKeyUse(Enum):
    EXCHANGE = enum_value(types.KeyUse.EXCHANGE, description="To be exchanged for a token that lives 15 minutes.")
    DIRECT = enum_value(types.KeyUse.DIRECT, description="To be shown itself, at the live check and at this API.")


@strawberry.enum(description="Whether an API key works now, and if not, why.")
class ApiKeyStatus(Enum):
    ACTIVE = enum_value(types.KeyStatus.ACTIVE, description="It works.")
    DISABLED = enum_value(types.KeyStatus.DISABLED, description="It is switched off.")
    EXPIRED = enum_value(types.KeyStatus.EXPIRED, description="Its time is over.")
    OWNER_INACTIVE = enum_value(types.KeyStatus.OWNER_INACTIVE, description="Its owner is banned or disabled.")


@strawberry.type(description="A key for a machine: a subject of its own. Its secret was shown once, and never again.")
class ApiKey(Node):
    name: str = field(description="What people call it.")
    note: str | None = field(description="What it is for, for people.")
    uses: list[ApiKeyUse] = field(description="What it may be used for.")
    scopes: list[str] = field(description="What its tokens may carry at most.")
    allowed_addresses: list[str] = field(description="Networks that it may be used from; none is everywhere.")
    rate_limit_per_minute: int | None = field(description="How often it may be used a minute; null without a limit.")
    is_enabled: bool = field(description="Whether it is switched on.")
    hint: str = field(description="The last four characters of its secret.")
    expires_at: datetime | None = field(description="When it ends; null for never.")
    last_used_at: datetime | None = field(description="When it was last used, to a minute or two.")
    rotated_at: datetime | None = field(description="When it got the present secret, if that is not the first.")
    former_ends_at: datetime | None = field(description="When the secret before the present one ends.")
    created_at: datetime = field(description="When it was made.")
    updated_at: datetime = field(description="When it last changed.")

    @field(description="Whether it works now.", graphql_type=ApiKeyStatus)
    @staticmethod
    def status(key: Parent[types.ApiKey]) -> types.KeyStatus:
        return key.status_at(clock.now())

    @field(description="Whose it is, a user or a client: its tokens name the owner.")
    @staticmethod
    def owner(key: Parent[types.ApiKey]) -> Subject:
        return cast("Subject", SubjectRef(key.owner.kind.value, key.owner.id))

    @field(description="Who made it. Null for the server itself.")
    @staticmethod
    def created_by(key: Parent[types.ApiKey]) -> Subject | None:
        return actor_subject(key.created_by_kind, key.created_by_id)

    @connection(TupleConnection, description="The tuples that name it as subject, oldest first.")
    @staticmethod
    async def tuples(key: Parent[types.ApiKey], info: Info, page: PageRequest) -> Paged[TupleRow]:
        return await load_tuples_of(info, types.SUBJECT_TYPE, key.id, page)

    @field(description="What a token of it for a client would hold; without a client, what guards Auther itself.")
    @staticmethod
    async def permissions(
        key: Parent[types.ApiKey],
        client_id: Annotated[ID | None, argument(description=_CLIENT)] = UNSET,
    ) -> Permissions:
        scope = str(client_id or "")
        granted = await service.list_permissions_of(key, scope)
        maps = [dict(granted.permissions), dict(granted.abac_required)]
        return Permissions(
            permissions=JSON(maps[0]),
            abac_required=JSON(maps[1]),
            is_truncated=granted.is_truncated,
            size_bytes=len(orjson.dumps(maps)),
            subject=SubjectRef(types.SUBJECT_TYPE, key.id),
            scope=scope,
        )

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.ApiKey)


ApiKeyConnection = Connection[ApiKey]


def as_node(key: types.ApiKey) -> ApiKey:
    """The room's key where a type of the API is declared: its fields read the same attributes."""
    return cast("ApiKey", key)
