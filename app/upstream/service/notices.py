"""Changes of who can sign in as a user: in the trail, and told to the user by mail."""

from __future__ import annotations

from app.events.service import emit
from app.factors.types import SECURITY_PAGE
from app.kit.actor import Actor
from app.upstream.types import IdentityEvent
from app.users.service import tell_user
from app.users.types import User


async def tell(actor: Actor, user: User, event: IdentityEvent, template: str, *, provider: str) -> None:
    """Emit the event, and write to the user what happened at which provider, and when. In a unit of work."""
    await emit(actor, event)
    await tell_user(user, template, page=SECURITY_PAGE, provider=provider)
