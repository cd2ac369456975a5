"""Use cases of the mailed room."""

from __future__ import annotations

import secrets

from app.events.denials import record_denial
from app.events.service import emit
from app.events.types import Outcome
from app.kit import clock
from app.kit.actor import Actor
from app.kit.crypto import hash_token, new_token
from app.kit.ids import new_id
from app.kit.limits import address_bucket, count_hit
from app.kit.runtime import keyring, settings
from app.mailed import queries, rules
from app.mailed.errors import CodeOver, CodeWrong, LinkElsewhere
from app.mailed.types import (
    ID_PREFIX,
    TOKEN_PREFIX,
    Claim,
    Guess,
    MailedCodeEvent,
    MailedCodeSent,
    MailedCodeUsed,
    Secrets,
    Wish,
)
from app.users.types import User

_PURPOSE = "mailed-code"
# Compared where there is no code, so that the time taken does not tell.
_NO_HASH = bytes(32)


async def note_wish(browser_id: str, login: str) -> Wish:
    """Note that a browser wants a code, whoever is meant; what it was sent before is worth nothing from now on."""
    wish = Wish(new_id(ID_PREFIX), browser_id, login[: rules.MAX_LOGIN], is_live=True)
    await queries.put_wish(wish.id, browser_id, wish.login, expires_at=clock.now() + settings().signin_code_ttl)
    return wish


async def find_wish(wish_id: str) -> Wish | None:
    """The wish, if its browser has not got another one meanwhile."""
    return await queries.find_wish(wish_id, rules.MAX_GUESSES)


async def find_wish_of(browser_id: str) -> Wish | None:
    """The last wish of a browser, live or not, until it is used or swept."""
    return await queries.find_wish_of(browser_id, rules.MAX_GUESSES)


async def issue(
    actor: Actor, wish: Wish, user: User, *, password_version: int, is_known_browser: bool
) -> Secrets | None:
    """A code and a link for who is meant; None when too many were mailed, or the wish is over. In a unit of work.

    Args:
        is_known_browser: whether the user has signed in with the browser that asks: it counts apart from strangers.
    """
    if not await _has_room(actor, wish, user.id, is_known_browser=is_known_browser):
        await record_denial(actor, _about(MailedCodeSent, user.id, Outcome.DENIED, "mailed_code_limit"))
        return None
    made = Secrets(rules.format_code(secrets.randbelow(10**rules.CODE_DIGITS)), new_token(TOKEN_PREFIX))
    claim = Claim(wish.id, wish.browser_id, user.id, user.email, password_version)
    code_hash = keyring().sign(_subject(wish.id, made.code), purpose=_PURPOSE)
    if not wish.is_live or not await queries.fill_wish(claim, code_hash, hash_token(made.token)):
        return None
    await emit(actor, _about(MailedCodeSent, user.id))
    return made


async def guess_code(browser_id: str, typed: str) -> Guess:
    """Count a guess at what this browser was sent, then compare. Outside of a unit of work: the count stays.

    Raises:
        CodeWrong: it cannot be a code; not counted. CodeOver: no guess may be made.
    """
    code = rules.clean_code(typed)
    if code is None:
        raise CodeWrong
    row = await queries.count_guess(browser_id, rules.MAX_GUESSES)
    if row is None:
        raise CodeOver
    is_right = keyring().verify(_subject(row["id"], code), row["code_hash"] or _NO_HASH, purpose=_PURPOSE)
    return Guess(row["user_id"], queries.to_claim(row) if is_right else None)


async def read_link(token: str, browser_id: str) -> Claim:
    """What the link would prove. Nothing is used up.

    Raises:
        CodeOver: not one of ours, or not any more. LinkElsewhere: another browser asked for it.
    """
    if len(token) > rules.MAX_TOKEN or not token.startswith(f"{TOKEN_PREFIX}_") or not token.isascii():
        raise CodeOver
    claim = await queries.find_by_link(hash_token(token), rules.MAX_GUESSES)
    if claim is None:
        raise CodeOver
    if claim.browser_id != browser_id:
        raise LinkElsewhere
    return claim


async def use(actor: Actor, claim: Claim) -> None:
    """Use a code and its link up; of many at once exactly one succeeds. No guard: who has the claim proved it.

    Raises:
        CodeOver: used already, replaced or expired.
    """
    if not await queries.spend(claim.wish_id):
        raise CodeOver
    await emit(actor, _about(MailedCodeUsed, claim.user_id))


async def sweep_codes() -> int:
    """Delete wishes that are over; how many."""
    return await queries.sweep(clock.now())


async def _has_room(actor: Actor, wish: Wish, user_id: str, *, is_known_browser: bool) -> bool:
    """Count a mail; what one address asks for beyond its share leaves the share of the others alone."""
    bucket = rules.mail_bucket(user_id, wish.browser_id, is_known_browser=is_known_browser)
    counts = [(rules.MAILS_AN_HOUR, bucket), (rules.MAILS_A_DAY, bucket)]
    if not is_known_browser:
        place = f"{user_id}|{address_bucket(actor.origin.ip)}"
        counts.insert(0, (rules.MAILS_AN_HOUR_FROM_AN_ADDRESS, place))
    for limit, counted in counts:
        if await count_hit(limit, counted) > limit.hits:
            return False
    return True


def _about(
    kind: type[MailedCodeEvent], user_id: str, outcome: Outcome = Outcome.SUCCESS, reason: str | None = None
) -> MailedCodeEvent:
    return kind(target_id=user_id, about_user_id=user_id, outcome=outcome, reason=reason)


def _subject(wish_id: str, code: str) -> bytes:
    return f"{wish_id}|{code}".encode()
