"""Beginning to act as a user, and stopping."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, argument, field

from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.inputs import build
from app.graph.mutations import mutation
from app.impersonation import service
from app.impersonation.types import PAGE, Wish
from app.users.graph import User, as_node
from app.users.service import get_user

_MARK = 'Your name for this request, for your own use; nothing depends on it. Example: `"top bar"`'


@strawberry.input(
    description="As whom to act, and why. "
    'Example: `{userId: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab", reason: "Ticket 4711", ttlSeconds: 900}`'
)
class ImpersonationStartInput:
    user_id: ID = field(description='As whom. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`')
    reason: str = field(description='Why, 1 to 500 characters; the trail keeps it. Example: `"Ticket 4711"`')
    ttl_seconds: int | None = field(
        default=UNSET, description="For how long, 60 to 3600 seconds; half an hour when absent. Example: `900`"
    )


@strawberry.input(description="Stops to act as a user. Example: `{}`")
class ImpersonationStopInput:
    client_mutation_id: str | None = field(default=UNSET, description=_MARK)


@strawberry.type(description="An impersonation about to begin.")
class ImpersonationStartPayload:
    user: User | None = field(default=None, description="As whom; null when something is wrong.")
    path: str | None = field(
        default=None,
        description="The page, on the host that was asked, where the caller's browser begins. It works once, soon, and "
        "only in the session that asked.",
    )
    expires_at: datetime | None = field(default=None, description="Until when it can be begun.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of stopping to act as a user.")
class ImpersonationStopPayload:
    user: User | None = field(default=None, description="Whom the caller acted as; null when something is wrong.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class ImpersonationMutation:
    @mutation(
        description="Ask to act as a user in the browser of the caller, in a session of the last ten minutes, with a "
        "second factor where there is one; else `factors_step_up_required`. Nobody acts as somebody who may do more on "
        "the platform. Programs exchange a token instead (RFC 8693).",
        requires="users.impersonate",
    )
    async def impersonation_start(
        self, info: Info, input: Annotated[ImpersonationStartInput, argument(description="As whom, and why.")]
    ) -> ImpersonationStartPayload:
        request = await service.request_acting(info.context.actor, build(Wish, input))
        user = await get_user(request.user_id)
        path = f"{PAGE}/{request.id}"
        return ImpersonationStartPayload(user=as_node(user), path=path, expires_at=request.expires_at)

    @mutation(description="Stop to act as a user: the session and all that grew from it end, the caller's own goes on.")
    async def impersonation_stop(
        self, info: Info, input: Annotated[ImpersonationStopInput, argument(description="Nothing to say.")]
    ) -> ImpersonationStopPayload:
        actor = info.context.actor
        await service.stop_acting(actor)
        return ImpersonationStopPayload(user=as_node(await get_user(actor.id or "")))
