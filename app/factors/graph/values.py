"""The types of factors. None of them holds a secret."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import strawberry
from strawberry import ID, field

from app.factors import service, types
from app.graph.context import Info


@strawberry.type(description="An app that shows codes for one user.")
class Totp:
    created_at: datetime = field(description="Since when.")
    last_used_at: datetime | None = field(description="When one of its codes was last used.")


@strawberry.type(description="A passkey: a key pair (WebAuthn) that a device or a provider keeps for one user.")
class Passkey:
    id: ID = field(description="The id.")
    name: str = field(description="What the user calls it.")
    aaguid: str = field(description="The model of the authenticator as it says; zeros when it does not.")
    is_backup_eligible: bool = field(description="Whether copies of it can be made, so that other devices have it.")
    is_backed_up: bool = field(description="Whether there are such copies.")
    created_at: datetime = field(description="When it was registered.")
    last_used_at: datetime | None = field(description="When it was last used.")


@strawberry.type(description="The second factors of a user.")
class Factors:
    totp: Totp | None = field(description="The authenticator app.")
    passkeys: list[Passkey] = field(description="The passkeys, oldest first; there are at most 20.")
    recovery_codes_left: int = field(description="How many recovery codes can still be used.")
    has_any: bool = field(
        description="Whether there is one at all: then a password alone does not open the account.", name="isProtected"
    )


def as_factors(found: types.Factors) -> Factors:
    """The room's factors where a type of the API is declared: its fields read the same attributes."""
    return cast("Factors", found)


async def load_factors_of(info: Info, user_id: str) -> Factors:
    """A user's factors; those of several users come in two statements.

    Raises:
        Unauthenticated, Forbidden: without `users.view`, unless it is oneself.
    """
    await service.guard_factors_of(info.context.actor, user_id)
    found = await info.context.loaders.load(service.get_factors, user_id)
    return as_factors(found or types.Factors(user_id))
