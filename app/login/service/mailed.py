"""Signing in by a code or a link that comes by mail.

Code and link serve only the browser that asked. So whoever starts this with somebody else's address gains nothing by
a click of its owner, and nobody is signed in to an account that somebody else chose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from app.credentials.service import has_password, must_change_password, open_address_attempt, read_version
from app.credentials.types import Attempt
from app.events.denials import record_denial
from app.events.service import emit
from app.jobs.service import enqueue
from app.kit import clock
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.limits import RateLimit, address_bucket, require_room
from app.kit.runtime import settings
from app.login.errors import MailedCodesOff, StartOver
from app.login.service.addresses import page_link
from app.login.service.arriving import denied, proceed
from app.login.types import AMR_MAILED, Arrival, Halted, Pending
from app.mail.service import send_mail
from app.mailed.errors import CodeOver
from app.mailed.service import find_wish, issue, note_wish, use
from app.mailed.types import Claim, Secrets
from app.sessions.rules import describe_device
from app.sessions.service import is_known_browser
from app.sessions.types import NewSession, SignInFailed
from app.users.service import find_by_login, find_user
from app.users.types import User

SEND_CODE = "login.send_code"
CODE_PAGE, LINK_PAGE = "/signin/email/code", "/signin/email/link"
_PER_ADDRESS = RateLimit("mailed_code_address", 30, timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the person wanted to sign in for, and the language of the page where they said so."""

    flow_id: str | None
    next: str | None
    locale: str


def require_mailed_codes() -> None:
    """Let pass where people may sign in by mail.

    Raises:
        MailedCodesOff.
    """
    if not settings().signin_by_email:
        raise MailedCodesOff


async def ask_for_code(actor: Actor, login: str, browser_id: str, purpose: Purpose) -> None:
    """Note that somebody wants a code; whether there is such a user shows only in the mailbox.

    Raises:
        TooMany: `kit_rate_limited`, for the address that asks. MailedCodesOff.
    """
    require_mailed_codes()
    await require_room(_PER_ADDRESS, address_bucket(actor.origin.ip))
    wish = await note_wish(browser_id, login)
    origin = actor.origin
    payload = {
        "wish_id": wish.id,
        "flow_id": purpose.flow_id,
        "next": purpose.next,
        "locale": purpose.locale,
        "origin": {"request_id": origin.request_id, "ip": origin.ip, "user_agent": origin.user_agent},
    }
    await enqueue(SEND_CODE, payload)


async def send_code(wish_id: str, origin: Origin, purpose: Purpose) -> None:
    """Send the mail, if the wish is still the browser's last one and there is such a user; a few an hour at most."""
    wish = await find_wish(wish_id)
    user = await find_by_login(wish.login) if wish else None
    if wish is None or user is None or not user.may_prove_themselves or not settings().signin_by_email:
        return
    made = await issue(
        Actor(ActorKind.ANONYMOUS, origin=origin),
        wish,
        user,
        password_version=await read_version(user.id),
        is_known_browser=await is_known_browser(user.id, wish.browser_id),
    )
    if made is not None:
        await _mail(user, made, origin, purpose)


async def begin_mailed_guess(actor: Actor) -> Attempt:
    """Count a guess by its address; those at one code are counted besides. Outside of a unit of work."""
    return await open_address_attempt(actor.origin.ip)


async def complete_with_mail(actor: Actor, claim: Claim, arrival: Arrival) -> NewSession | Halted:
    """Let in who read the mail, or tell what is still missing. The code and its link are used up.

    An address that was never proved is one that somebody else may have typed, with a password of theirs: who proves
    it first chooses a new password, and sessions from before end.

    Raises:
        CodeOver: used already, or overtaken by a change of password or address. AccountSuspended: the user is banned.
    """
    require_mailed_codes()
    await use(actor, claim)
    user = await find_user(claim.user_id)
    if user is None or user.email.lower() != claim.email.lower():
        raise CodeOver
    must_change = await must_change_password(user.id) or (not user.email_verified and await has_password(user.id))
    pending = Pending(user.id, claim.password_version, AMR_MAILED, must_change=must_change, mailbox=claim.email)
    try:
        return await proceed(actor, pending, arrival)
    except StartOver:
        raise CodeOver from None


async def record_mailed_failure(actor: Actor, user_id: str | None, reason: str) -> None:
    """One audit row for a wrong code. In a unit of work."""
    await emit(actor, SignInFailed(target_id=user_id, about_user_id=user_id, reason=reason))


async def record_mailed_refusal(actor: Actor, reason: str) -> None:
    """A guess that was not looked at; of many, a count."""
    await record_denial(actor, denied(None, reason))


async def _mail(user: User, made: Secrets, origin: Origin, purpose: Purpose) -> None:
    context = {
        "name": user.label,
        "code": made.code,
        "url": page_link(LINK_PAGE, token=made.token, flow=purpose.flow_id, next=purpose.next),
        "device": describe_device(origin.user_agent),
        "ip": origin.ip or "?",
        "time": f"{clock.now():%Y-%m-%d %H:%M} UTC",
    }
    await send_mail(user.email, "sign_in_code", context, locale=user.locale or purpose.locale, user_id=user.id)
