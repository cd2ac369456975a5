"""Changes of a user's factors: in the trail, and told to the user by mail."""

from __future__ import annotations

from app.events.service import emit
from app.factors.types import SECURITY_PAGE, FactorEvent
from app.kit import clock
from app.kit.actor import Actor
from app.kit.runtime import settings
from app.mail.service import send_mail
from app.users.types import User


async def tell(actor: Actor, user: User, event: FactorEvent, template: str, **context: str) -> None:
    """Emit the event, and write to the user what happened and when. In a unit of work.

    Args:
        template: a mail of the mail room; `context` is what it needs besides name, url and time.
    """
    await emit(actor, event)
    at = f"{clock.now():%Y-%m-%d %H:%M} UTC"
    values = {"name": user.label, "url": f"{settings().public_url}{SECURITY_PAGE}", "time": at, **context}
    await send_mail(user.email, template, values, locale=user.locale, user_id=user.id)
