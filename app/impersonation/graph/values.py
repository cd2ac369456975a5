"""Who acts as whom, and who may not."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import ID, enum_value, field

from app.graph.context import Info
from app.impersonation import types
from app.impersonation.service import find_refusal, get_reach
from app.users import service as users
from app.users.types import User


@strawberry.enum(description="Why the caller may not act as a user.")
class ImpersonationRefusal(Enum):
    NOT_PERMITTED = enum_value(
        types.Refusal.NOT_PERMITTED, description="The caller lacks `users.impersonate`, or acts as somebody already."
    )
    NOT_POSSIBLE = enum_value(
        types.Refusal.NOT_POSSIBLE, description="It is the caller, or somebody who may not sign in."
    )
    OF_STRONGER = enum_value(
        types.Refusal.OF_STRONGER, description="The user holds a permission on the platform that the caller lacks."
    )


@strawberry.type(description="An operator who acts as the user that calls.")
class Impersonation:
    operator_id: ID = field(description="Id of the operator.")
    operator_name: str | None = field(description="Name of the operator, else the e-mail address.")
    expires_at: datetime | None = field(
        description="When it ends by itself; null where a token says so, by its own end."
    )


async def load_impersonation(info: Info) -> Impersonation | None:
    """Who acts as the caller; None when the caller is themselves."""
    actor, session = info.context.actor, info.context.session
    if actor.impersonator_id is None:
        return None
    operator = await info.context.loaders.load(users.get_users, actor.impersonator_id)
    return Impersonation(
        operator_id=ID(actor.impersonator_id),
        operator_name=operator.label if operator else None,
        expires_at=session.session.expires_at if session else None,
    )


async def load_refusal(info: Info, user: User) -> ImpersonationRefusal | None:
    """Why the caller may not act as the user; None when they may."""

    async def find_reach(user_id: str) -> frozenset[str]:
        return await info.context.loaders.load(get_reach, user_id) or frozenset()

    refusal = await find_refusal(info.context.actor, user, find_reach)
    return None if refusal is None else ImpersonationRefusal(refusal)
