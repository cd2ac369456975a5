"""Signing up by oneself. The account is made when the link in the mail is followed, not before.

The link proves the mailbox, not that its owner chose the password: a stranger may have typed the address
and wait for somebody to click. So the link works in the browser that asked, and elsewhere only with the
password.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256

from app.contexts.rules import make_entry
from app.contexts.service import welcome
from app.credentials.errors import LinkInvalid
from app.credentials.service import adopt_password, consume_link, is_password_of, new_sign_up_link, read_link
from app.credentials.types import LinkClaim, LinkPurpose, PreparedPassword
from app.jobs.service import enqueue
from app.kit import db
from app.kit.actor import Actor, ActorKind
from app.kit.crypto import b64url, b64url_decode, is_same
from app.kit.errors import AppError, InputProblems
from app.kit.limits import RateLimit, address_bucket, count_hit, require_room
from app.kit.runtime import keyring, settings
from app.login import rules
from app.login.errors import AddressInvalid, NotWhoSignedUp
from app.login.service.addresses import page_link
from app.login.types import Applicant
from app.mail.service import send_mail
from app.sessions.types import Flow
from app.users.errors import EmailTaken, InvalidUser
from app.users.rules import check_fields, normalize_email
from app.users.service import find_by_email, register_user
from app.users.types import NewUser

ANSWER_SIGN_UP = "login.answer_sign_up"
_SEAL = "login-sign-up"
_PER_ADDRESS = RateLimit("signup_address", 30, timedelta(hours=1))
_PER_MAILBOX = RateLimit("signup_mailbox", 5, timedelta(hours=1))
_PROOFS_PER_LINK = RateLimit("signup_proof", 10, timedelta(hours=1))


async def require_room_to_ask(actor: Actor) -> None:
    """Count a wish to sign up, before anything is hashed for it. Outside of a unit of work.

    Raises:
        TooMany: `kit_rate_limited`, for the address that asks.
    """
    await require_room(_PER_ADDRESS, address_bucket(actor.origin.ip))


def read_applicant(form: Mapping[str, str], *, locale: str, flow: Flow | None, browser_id: str) -> Applicant:
    """Who wants to sign up, if anybody may; for the sake of a flow, if there is one.

    Raises:
        SignUpClosed, SignUpByInvite: nobody may.
        InputProblems: what is wrong with address and name, each.
    """
    _raise(rules.sign_up_refusal(settings()))
    name = form.get("name", "").strip()
    email, problem = _read_address(form.get("email", ""))
    problems = [*([problem] if problem else []), *check_fields({"name": name})]
    if problems:
        raise InputProblems(problems)
    if flow is None:
        return Applicant(email, name, locale, None, browser_id)
    return Applicant(email, name, locale, flow.id, browser_id, flow.client_id, flow.origin)


async def ask_to_sign_up(applicant: Applicant, prepared: PreparedPassword) -> None:
    """Note the wish; whether the address is known shows only in the mailbox."""
    wish = {
        "email": applicant.email,
        "name": applicant.name,
        "locale": applicant.locale,
        "flow_id": applicant.flow_id or "",
        "browser_id": applicant.browser_id,
        "phc": prepared.phc,
        "client_id": applicant.client_id or "",
        "origin": applicant.origin or "",
    }
    sealed = keyring().seal(db.dump_json(wish).encode(), purpose=_SEAL)
    await enqueue(ANSWER_SIGN_UP, {"wish": b64url(sealed)})


async def answer_sign_up(sealed: str) -> None:
    """Send a link that opens the account, or tell the owner of a known address that it has one."""
    wish: dict[str, str] = db.load_json(keyring().open(b64url_decode(sealed), purpose=_SEAL))
    email, flow_id = wish["email"], wish["flow_id"] or None
    known = await find_by_email(email)
    mailbox = sha256((known.email if known else email).lower().encode()).hexdigest()
    if await count_hit(_PER_MAILBOX, mailbox) > _PER_MAILBOX.hits:
        return
    if known is not None:
        context = {"name": known.label, "url": page_link("/signin", flow=flow_id, existing="1")}
        locale = known.locale or wish["locale"]
        await send_mail(known.email, "account_exists", context, locale=locale, user_id=known.id)
        return
    token = await new_sign_up_link(email, wish)
    # No name: what a stranger typed must not reach somebody's mailbox.
    context = {"url": page_link("/signup/confirm", token=token, flow=flow_id)}
    await send_mail(email, "verify_email", context, locale=wish["locale"])


async def read_sign_up(token: str) -> LinkClaim:
    """Which account the link would open. Nothing is used up.

    Raises:
        LinkInvalid.
    """
    return await read_link(token, LinkPurpose.SIGN_UP)


def was_asked_by(claim: LinkClaim, browser_id: str) -> bool:
    """Whether this browser asked for the account."""
    return is_same(claim.details.get("browser_id", ""), browser_id)


async def require_password_of(claim: LinkClaim, token: str, password: str) -> None:
    """Let pass who knows the password that was chosen for the account. Outside of a unit of work.

    Raises:
        NotWhoSignedUp: it is another one. TooMany: `kit_rate_limited`, too many tries with this link.
        PasswordTooLong, PasswordNotText, HashingBusy.
    """
    await require_room(_PROOFS_PER_LINK, sha256(token.encode()).hexdigest())
    if not await is_password_of(PreparedPassword(claim.details["phc"]), password):
        raise NotWhoSignedUp


async def confirm_sign_up(actor: Actor, token: str) -> None:
    """Use the link up and make the account, its address proved, with what registration contexts give.

    Raises:
        LinkInvalid: also when somebody has got the address meanwhile, or signing up was closed.
    """
    claim = await consume_link(token, LinkPurpose.SIGN_UP)
    if rules.sign_up_refusal(settings()) or rules.domain_refusal(settings(), claim.email):
        raise LinkInvalid
    new = NewUser(
        email=claim.email, email_verified=True, name=claim.details["name"] or None, locale=claim.details["locale"]
    )
    try:
        user = await register_user(actor, new)
    except EmailTaken:
        raise LinkInvalid from None
    owner = Actor(ActorKind.USER, user.id, origin=actor.origin)
    await adopt_password(owner, user.id, PreparedPassword(claim.details["phc"]))
    client_id = claim.details.get("client_id")
    await welcome(actor, user.id, make_entry(user, [client_id] if client_id else [], claim.details.get("origin")))


def _read_address(text: str) -> tuple[str, AppError | None]:
    try:
        email = normalize_email(text)
    except InvalidUser:
        return "", AddressInvalid()
    return email, rules.domain_refusal(settings(), email)


def _raise(error: AppError | None) -> None:
    if error is not None:
        raise error
