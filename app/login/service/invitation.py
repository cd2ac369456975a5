"""An account made by an operator: its owner is invited to choose a password."""

from __future__ import annotations

from app.credentials.service import new_link
from app.credentials.types import LinkClaim, LinkPurpose, PreparedPassword
from app.kit.actor import Actor
from app.kit.runtime import settings
from app.login.service.addresses import page_link
from app.login.service.recovery import read_reset, reset_password
from app.mail.service import send_mail
from app.users.types import User


async def send_invitation(user: User) -> None:
    """Send the mail with the link to `/password/set`. No guard: whoever created the user passed one."""
    token = await new_link(LinkPurpose.INVITE, user.id, user.email)
    link = page_link("/password/set", token=token)
    context = {"name": user.label, "link": link, "product_name": settings().product_name}
    await send_mail(user.email, "invitation", context, locale=user.locale, user_id=user.id)


async def read_invitation(token: str) -> tuple[LinkClaim, User]:
    """Who is invited. Nothing is used up.

    Raises:
        LinkInvalid.
    """
    return await read_reset(token, LinkPurpose.INVITE)


async def accept_invitation(actor: Actor, token: str, prepared: PreparedPassword, *, browser_id: str) -> None:
    """Set the first password; the address counts as proved.

    Raises:
        LinkInvalid.
    """
    await reset_password(actor, token, prepared, browser_id=browser_id, purpose=LinkPurpose.INVITE)
