"""Mails about the end of an account."""

from __future__ import annotations

from app.kit.runtime import settings
from app.mail.service import send_mail
from app.users.types import User


async def tell_scheduled(user: User) -> None:
    """Write to the person when the account will be erased, and how to keep it. In a unit of work."""
    assert user.deletion is not None
    at = f"{user.deletion.erased_at:%Y-%m-%d %H:%M} UTC"
    if user.is_leaving_by_own_wish:
        await _send(user, "deletion_scheduled", time=at, url=_sign_in_page())
    else:
        await _send(user, "deletion_ordered", time=at)


async def tell_restored(user: User) -> None:
    """Write to the person that the account stays. In a unit of work."""
    await _send(user, "account_restored", url=_sign_in_page())


async def _send(user: User, template: str, **context: str) -> None:
    await send_mail(user.email, template, {"name": user.label, **context}, locale=user.locale, user_id=user.id)


def _sign_in_page() -> str:
    return f"{settings().public_url}/signin"
