"""Signing keys in the API."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Annotated, cast

import strawberry
from strawberry import ID, UNSET, Parent, argument, enum_value, field

from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.errors import UserError
from app.graph.inputs import given
from app.graph.mutations import mutation
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


@strawberry.input(description='Which keys get a successor. Example: `{alg: "ES256"}`')
class SigningKeysRotateInput:
    alg: str | None = field(
        default=UNSET, description='Only the keys of this algorithm; all of them when absent. Example: `"ES256"`'
    )


@strawberry.input(description='Which key to take out. Example: `{id: "sk_01jq42d9r4s7t0v3w6x9y2z5ac"}`')
class SigningKeyWithdrawInput:
    id: ID = field(description='The key\'s id. Example: `"sk_01jq42d9r4s7t0v3w6x9y2z5ac"`')


@strawberry.type(description="The outcome of rotating keys.")
class SigningKeysRotatePayload:
    signing_keys: list[SigningKey] | None = field(
        default=None, description="All keys, the youngest first; null when something is wrong."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of taking a key out.")
class SigningKeyWithdrawPayload:
    signing_key: SigningKey | None = field(
        default=None, description="The key, withdrawn; null when something is wrong."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class SigningQuery:
    @field(
        description="The keys that sign tokens, the youngest first.",
        graphql_type=list[SigningKey],
        directives=[Requires(permission="keys.view")],
    )
    async def signing_keys(self, info: Info) -> list[types.SigningKey]:
        return await service.list_keys(info.context.actor)


@strawberry.type
class SigningMutation:
    @mutation(
        description="Let new keys take over soon: they are published at once and sign a little later, when "
        "applications have fetched them. Asking again while one waits makes no other one.",
        requires="keys.rotate",
    )
    async def signing_keys_rotate(
        self, info: Info, input: Annotated[SigningKeysRotateInput, argument(description="Which keys.")]
    ) -> SigningKeysRotatePayload:
        keys = await service.rotate_keys(info.context.actor, given(input.alg))
        return SigningKeysRotatePayload(signing_keys=cast("list[SigningKey]", keys))

    @mutation(
        description="Take a compromised key out at once: it neither signs nor verifies any more, and what it signed "
        "is worth nothing. Another one signs.",
        requires="keys.rotate",
    )
    async def signing_key_withdraw(
        self, info: Info, input: Annotated[SigningKeyWithdrawInput, argument(description="Which key.")]
    ) -> SigningKeyWithdrawPayload:
        key = await service.withdraw_key(info.context.actor, input.id)
        return SigningKeyWithdrawPayload(signing_key=cast("SigningKey", key))


async def load_key(info: Info, key_id: str) -> types.SigningKey | None:
    """A key; None when there is none or it is hidden from the caller."""
    if not await has_permission(info.context.actor, "keys.view"):
        return None
    return await info.context.loaders.load(service.get_keys, key_id)
