"""Proving that an address is one's own."""

from __future__ import annotations

from app.credentials.service import consume_link, new_link, read_link
from app.credentials.types import LinkClaim, LinkPurpose
from app.kit.actor import Actor, ActorKind
from app.login.service.addresses import page_link
from app.mail.service import send_mail
from app.users.service import verify_email
from app.users.types import User


async def send_verification(user: User) -> None:
    """Send the mail with the link to `/email/verify`. No guard: for callers who passed one."""
    token = await new_link(LinkPurpose.VERIFY_EMAIL, user.id, user.email)
    context = {"name": user.label, "url": page_link("/email/verify", token=token)}
    await send_mail(user.email, "verify_email", context, locale=user.locale, user_id=user.id)


async def read_verification(token: str) -> LinkClaim:
    """Which address the link proves. Nothing is used up.

    Raises:
        LinkInvalid.
    """
    return await read_link(token, LinkPurpose.VERIFY_EMAIL)


async def confirm_email(actor: Actor, token: str) -> None:
    """Use the link up: the address is proved.

    Raises:
        LinkInvalid.
    """
    claim = await consume_link(token, LinkPurpose.VERIFY_EMAIL)
    user_id = claim.user_id or ""
    await verify_email(Actor(ActorKind.USER, user_id, origin=actor.origin), user_id, claim.email)
