"""Mails to users about the security of their accounts: what happened, when, and where to look."""

from __future__ import annotations

from app.kit import clock
from app.kit.runtime import settings
from app.mail.service import send_mail
from app.users.types import User


async def tell_user(user: User, template: str, *, page: str, **details: str) -> None:
    """Write to a user, in their language, what has just happened to their account. In a unit of work; no guard.

    Args:
        template: a mail of the mail room.
        page: the path of the page where the user sees to it.
        details: what the mail needs besides name, url and time.
    """
    at = f"{clock.now():%Y-%m-%d %H:%M} UTC"
    context = {"name": user.label, "url": f"{settings().public_url}{page}", "time": at, **details}
    await send_mail(user.email, template, context, locale=user.locale, user_id=user.id)
