"""Resetting a forgotten password by mail."""

from __future__ import annotations

from datetime import timedelta

from app.credentials.service import adopt_password, consume_link, new_link, read_link, unlock_account
from app.credentials.types import LinkClaim, LinkPurpose, PreparedPassword
from app.jobs.service import enqueue
from app.kit.actor import Actor, ActorKind
from app.kit.limits import RateLimit, address_bucket, count_hit, require_room
from app.login.service.addresses import page_link
from app.mail.service import send_mail
from app.sessions.service import end_user_sessions
from app.users.service import find_by_login, get_user, verify_email
from app.users.types import User

SEND_RESET = "login.send_reset"
MAX_LOGIN_LENGTH = 320
_PER_ADDRESS = RateLimit("reset_address", 30, timedelta(hours=1))
_PER_USER = RateLimit("reset_user", 5, timedelta(hours=1))


async def ask_for_reset(actor: Actor, login: str, *, flow_id: str | None, locale: str) -> None:
    """Note that somebody forgot a password; whether there is such a user shows only in the mailbox.

    Raises:
        TooMany: `kit_rate_limited`, for the address that asks.
    """
    await require_room(_PER_ADDRESS, address_bucket(actor.origin.ip))
    await enqueue(SEND_RESET, {"login": login[:MAX_LOGIN_LENGTH], "flow_id": flow_id, "locale": locale})


async def send_reset(login: str, *, flow_id: str | None, locale: str) -> None:
    """Send the mail, if there is such a user; a few an hour at most."""
    user = await find_by_login(login)
    if user is None or not user.may_prove_themselves or await count_hit(_PER_USER, user.id) > _PER_USER.hits:
        return
    token = await new_link(LinkPurpose.RESET_PASSWORD, user.id, user.email)
    context = {"name": user.label, "url": page_link("/password/reset", token=token, flow=flow_id)}
    await send_mail(user.email, "reset_password", context, locale=user.locale or locale, user_id=user.id)


async def read_reset(token: str, purpose: LinkPurpose = LinkPurpose.RESET_PASSWORD) -> tuple[LinkClaim, User]:
    """Whose password the link may set. Nothing is used up.

    Raises:
        LinkInvalid.
    """
    claim = await read_link(token, purpose)
    return claim, await get_user(claim.user_id or "")


async def reset_password(
    actor: Actor,
    token: str,
    prepared: PreparedPassword,
    *,
    browser_id: str,
    purpose: LinkPurpose = LinkPurpose.RESET_PASSWORD,
) -> None:
    """Set the password by the link: every session ends, a lock is lifted, the address counts as proved.

    Second factors stay as they are.

    Raises:
        LinkInvalid.
    """
    claim = await consume_link(token, purpose)
    user_id = claim.user_id or ""
    holder = Actor(ActorKind.USER, user_id, origin=actor.origin)
    await adopt_password(holder, user_id, prepared)
    await verify_email(holder, user_id, claim.email)
    await end_user_sessions(holder, user_id)
    await unlock_account(user_id, browser_id)
