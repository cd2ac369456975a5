"""Changes of who can sign in as a user: in the trail, and told to the user by mail."""

from __future__ import annotations

from app.events.service import emit
from app.factors.types import SECURITY_PAGE
from app.kit import clock
from app.kit.actor import Actor
from app.kit.runtime import settings
from app.mail.service import send_mail
from app.upstream.types import IdentityEvent
from app.users.types import User


async def tell(actor: Actor, user: User, event: IdentityEvent, template: str, *, provider: str) -> None:
    """Emit the event, and write to the user what happened at which provider, and when. In a unit of work."""
    await emit(actor, event)
    at = f"{clock.now():%Y-%m-%d %H:%M} UTC"
    url = f"{settings().public_url}{SECURITY_PAGE}"
    context = {"name": user.label, "url": url, "time": at, "provider": provider}
    await send_mail(user.email, template, context, locale=user.locale, user_id=user.id)
