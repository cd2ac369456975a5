"""Signing keys in the API."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import Parent, enum_value, field

from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.node import Node
from app.graph.scalars import JSON
from app.kit import clock
from app.kit.guard import has_permission
from app.signing import service, types


@strawberry.enum(description="Where a signing key is in its life.")
class SigningKeyStatus(Enum):
    PENDING = enum_value(types.KeyStatus.PENDING, description="Published, does not sign yet.")
    ACTIVE = enum_value(types.KeyStatus.ACTIVE, description="Signs and verifies.")
    RETIRED = enum_value(types.KeyStatus.RETIRED, description="Only verifies what it signed.")
    WITHDRAWN = enum_value(types.KeyStatus.WITHDRAWN, description="Taken out: neither signs nor verifies.")


@strawberry.type(description="A key that signs tokens. Its private half never leaves the server.")
class SigningKey(Node):
    kid: str = field(description="The name of the key in tokens and in the key set.")
    alg: str = field(description="The algorithm (RFC 7518).")
    status: SigningKeyStatus = field(description="Where it is in its life.")
    created_at: datetime = field(description="When it was made and published.")
    activates_at: datetime = field(description="When it begins to sign.")
    retires_at: datetime = field(description="When its successor takes over.")
    removes_at: datetime = field(description="When it is removed from the key set.")
    public_jwk: JSON = field(description="The public half, a JWK (RFC 7517).")

    @field(description="Seconds since it was made.")
    @staticmethod
    def age_seconds(key: Parent[types.SigningKey]) -> int:
        return int((clock.now() - key.created_at).total_seconds())

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.SigningKey)


@strawberry.type
class SigningQuery:
    @field(
        description="The keys that sign tokens, the youngest first.",
        graphql_type=list[SigningKey],
        directives=[Requires(permission="keys.view")],
    )
    async def signing_keys(self, info: Info) -> list[types.SigningKey]:
        return await service.list_keys(info.context.actor)


async def load_key(info: Info, key_id: str) -> types.SigningKey | None:
    """A key; None when there is none or it is hidden from the caller."""
    if not await has_permission(info.context.actor, "keys.view"):
        return None
    return await info.context.loaders.load(service.get_keys, key_id)
