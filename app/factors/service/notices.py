"""Changes of a user's factors: in the trail, and told to the user by mail."""

from __future__ import annotations

from app.events.service import emit
from app.factors.types import SECURITY_PAGE, FactorEvent
from app.kit.actor import Actor
from app.users.service import tell_user
from app.users.types import User


async def tell(actor: Actor, user: User, event: FactorEvent, template: str, **details: str) -> None:
    """Emit the event, and write to the user what happened and when. In a unit of work.

    Args:
        template: a mail of the mail room; `details` are what it needs besides name, url and time.
    """
    await emit(actor, event)
    await tell_user(user, template, page=SECURITY_PAGE, **details)
