"""An account made by an operator: its owner is invited to choose a password."""

from __future__ import annotations

from app.contexts.rules import make_entry
from app.contexts.service import welcome
from app.credentials.service import new_link
from app.credentials.types import LinkClaim, LinkPurpose, PreparedPassword
from app.kit.actor import Actor
from app.login.service.addresses import page_link
from app.login.service.recovery import read_reset, reset_password
from app.mail.service import send_mail
from app.users.service import get_user
from app.users.types import User


async def send_invitation(user: User, *, inviter: str | None = None) -> None:
    """Send the mail with the link to `/password/set`. No guard: whoever created the user passed one.

    Args:
        inviter: the name of who invites, as the mail shows it.
    """
    token = await new_link(LinkPurpose.INVITE, user.id, user.email)
    context = {"name": user.label, "url": page_link("/password/set", token=token), "inviter": inviter or ""}
    await send_mail(user.email, "invitation", context, locale=user.locale, user_id=user.id)


async def read_invitation(token: str) -> tuple[LinkClaim, User]:
    """Who is invited. Nothing is used up.

    Raises:
        LinkInvalid.
    """
    return await read_reset(token, LinkPurpose.INVITE)


async def accept_invitation(actor: Actor, token: str, prepared: PreparedPassword, *, browser_id: str) -> None:
    """Set the first password; the address counts as proved, and registration contexts give what they have.

    Raises:
        LinkInvalid.
    """
    _, invited = await read_invitation(token)
    await reset_password(actor, token, prepared, browser_id=browser_id, purpose=LinkPurpose.INVITE)
    await welcome(actor, invited.id, make_entry(await get_user(invited.id)))
