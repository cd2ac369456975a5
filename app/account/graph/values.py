"""What waits for confirmation."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import strawberry
from strawberry import field

from app.account.service import find_pending_email
from app.account.types import PendingEmail
from app.graph.context import Info
from app.kit.actor import ActorKind


@strawberry.type(description="An e-mail address that the caller wants to have, and has not confirmed at its mailbox.")
class EmailChange:
    email: str = field(description="The address.")
    expires_at: datetime = field(description="Until when the link that was sent there works.")


def as_node(pending: PendingEmail) -> EmailChange:
    """What the schema calls an `EmailChange`."""
    return cast("EmailChange", pending)


async def load_email_change(info: Info) -> EmailChange | None:
    """The caller's own; None for whoever is no person, or wants no other address."""
    actor = info.context.actor
    if actor.kind is not ActorKind.USER or actor.id is None:
        return None
    pending = await find_pending_email(actor.id)
    return as_node(pending) if pending else None
