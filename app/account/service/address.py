"""Proving one's own e-mail address, and moving to another one.

The new address is confirmed by who is signed in as the user and reads its mail. Whether it is somebody else's
already shows only in that mailbox: the caller gets the same answer, and the same entries of their own, either way.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.account.errors import DomainRefused, SameAddress
from app.account.types import PROFILE_PAGE, EmailChangeStarted, EmailChangeWithdrawn, PendingEmail
from app.credentials.errors import LinkInvalid
from app.credentials.rules import fold_case
from app.credentials.service import (
    consume_link,
    end_change_link,
    find_change_link,
    new_change_link,
    read_link,
)
from app.credentials.types import LinkPurpose
from app.events.service import emit
from app.factors.service import require_fresh_proof, require_own_session
from app.kit.actor import Actor
from app.kit.limits import RateLimit, count_hit, require_room
from app.kit.runtime import settings
from app.login.rules import domain_refusal
from app.login.service import send_verification
from app.login.service.addresses import page_link
from app.mail.service import send_mail
from app.users.errors import EmailTaken
from app.users.rules import normalize_email
from app.users.service import change_user, find_by_email, lock_user
from app.users.types import User, UserChanges

CONFIRM_PAGE: Final = "/account/email/confirm"
_PER_USER: Final = RateLimit("email_change_user", 5, timedelta(hours=1))
_PER_MAILBOX: Final = RateLimit("email_change_mailbox", 5, timedelta(hours=1))
_VERIFICATIONS: Final = RateLimit("own_verification", 5, timedelta(hours=1))


async def start_email_change(actor: Actor, email: str, *, locale: str) -> PendingEmail:
    """Send a link to another address; nothing changes before it is confirmed there. A former wish is forgotten.

    In a unit of work.

    Args:
        locale: language of the mail where the user has none, BCP 47.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired: see `factors.require_fresh_proof`.
        InvalidUser: not an address. SameAddress. DomainRefused. TooMany: `kit_rate_limited`, five an hour.
    """
    await require_fresh_proof(actor)
    user = await lock_user(actor.id or "")
    wanted = normalize_email(email)
    if wanted.lower() == user.email.lower():
        raise SameAddress
    if domain_refusal(settings(), wanted):
        raise DomainRefused
    await require_room(_PER_USER, user.id)
    token = await new_change_link(user.id, user.email, wanted)
    await _write_to(wanted, token, user.locale or locale)
    await _tell(actor, EmailChangeStarted, user, wanted)
    pending = await find_pending_email(user.id)
    assert pending is not None
    return pending


async def find_pending_email(user_id: str) -> PendingEmail | None:
    """The address that the user wants to move to; None when there is none. No guard: for pages of the user."""
    link = await find_change_link(user_id)
    return PendingEmail(link.claim.details["email"], link.expires_at) if link else None


async def withdraw_email_change(actor: Actor) -> User:
    """Forget which address the caller wanted to move to; nothing happens when there is none. In a unit of work.

    Raises:
        Unauthenticated, OwnSessionRequired: see `factors.require_own_session`.
    """
    user = await require_own_session(actor)
    pending = await find_pending_email(user.id)
    if await end_change_link(user.id) and pending is not None:
        await _tell(actor, EmailChangeWithdrawn, user, pending.email)
    return user


async def read_email_change(actor: Actor, token: str) -> str:
    """Which address the link moves the caller to. Nothing is used up.

    Raises:
        Unauthenticated, OwnSessionRequired: see `factors.require_own_session`.
        LinkInvalid: also when it was sent for somebody else.
    """
    user = await require_own_session(actor)
    claim = await read_link(token, LinkPurpose.CHANGE_EMAIL)
    if claim.user_id != user.id:
        raise LinkInvalid
    return claim.details["email"]


async def confirm_email_change(actor: Actor, token: str) -> User:
    """Use the link up and move the caller to the new address, which is proved by that; the old one gets a notice.

    In a unit of work.

    Raises:
        Unauthenticated, OwnSessionRequired: see `factors.require_own_session`.
        LinkInvalid: also when it was sent for somebody else, or the address is somebody else's.
    """
    await read_email_change(actor, token)
    claim = await consume_link(token, LinkPurpose.CHANGE_EMAIL)
    wanted = claim.details["email"]
    try:
        user = await change_user(actor, actor.id or "", UserChanges(email=wanted, email_verified=True))
    except EmailTaken:
        raise LinkInvalid from None
    context = {"name": user.label, "new_email": user.email, "url": page_link(PROFILE_PAGE)}
    await send_mail(claim.email, "email_changed", context, locale=user.locale, user_id=user.id)
    return user


async def send_own_verification(actor: Actor) -> User:
    """Send the link that proves the caller's address again; none when it is proved. In a unit of work.

    Raises:
        Unauthenticated, OwnSessionRequired: see `factors.require_own_session`.
        TooMany: `kit_rate_limited`, five an hour.
    """
    user = await require_own_session(actor)
    if not user.email_verified:
        await require_room(_VERIFICATIONS, user.id)
        await send_verification(user)
    return user


async def _write_to(email: str, token: str, locale: str) -> None:
    """Write to whoever reads this mailbox; a few times an hour at most.

    INVARIANT: no mail to a mailbox that is not proved is the asking user's: their export would tell which one it was.
    """
    known = await find_by_email(email)
    if await count_hit(_PER_MAILBOX, fold_case(email)) > _PER_MAILBOX.hits:
        return
    if known is None:
        # No name: what a stranger calls themselves must not reach somebody's mailbox.
        await send_mail(email, "change_email", {"url": page_link(CONFIRM_PAGE, token=token)}, locale=locale)
        return
    context = {"name": known.label, "url": page_link(PROFILE_PAGE)}
    await send_mail(known.email, "address_in_use", context, locale=known.locale or locale, user_id=known.id)


async def _tell(actor: Actor, kind: type[EmailChangeStarted | EmailChangeWithdrawn], user: User, address: str) -> None:
    await emit(
        actor, kind(target_id=user.id, about_user_id=user.id, after={"email": address}, snapshot={"id": user.id})
    )
