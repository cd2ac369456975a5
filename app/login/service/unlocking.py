"""The way out of a lock: its owner hears of it by mail, and lifts it in one browser by the link there."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from app.credentials.service import consume_link, new_link, read_link, unlock_account
from app.credentials.types import LinkClaim, LinkPurpose, SignInLocked, SignInUnlocked
from app.events.service import emit
from app.jobs.service import enqueue
from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.limits import RateLimit, count_hit
from app.users.service import find_user, tell_user

SEND_UNLOCK: Final = "login.send_unlock"
UNLOCK_PAGE: Final = "/signin/unlock"
# A lock lasts a quarter of an hour: whoever goes on guessing for days must not fill the owner's mailbox.
_MAILS: Final = RateLimit("unlock_user", 5, timedelta(days=1))


async def note_lock(user_id: str | None) -> None:
    """Note that strangers are locked out of an account, whether it exists or not. In a unit of work."""
    await enqueue(SEND_UNLOCK, {"user_id": user_id})


async def send_unlock(user_id: str | None) -> None:
    """Emit that the account is locked, and send the mail with the link to `/signin/unlock`, if there is a user."""
    user = await find_user(user_id) if user_id else None
    if user is None or not user.may_prove_themselves:
        return
    await emit(SYSTEM, SignInLocked(target_id=user.id, about_user_id=user.id, snapshot={"id": user.id}))
    if await count_hit(_MAILS, user.id) <= _MAILS.hits:
        token = await new_link(LinkPurpose.UNLOCK, user.id, user.email)
        await tell_user(user, "sign_in_locked", page=f"{UNLOCK_PAGE}?{urlencode({'token': token})}")


async def read_unlock(token: str) -> LinkClaim:
    """Whose lock the link lifts. Nothing is used up.

    Raises:
        LinkInvalid.
    """
    return await read_link(token, LinkPurpose.UNLOCK)


async def unlock_sign_in(actor: Actor, token: str, *, browser_id: str) -> None:
    """Use the link up: strangers' failures are forgotten, and this browser counts apart from them for a while.

    Raises:
        LinkInvalid.
    """
    claim = await consume_link(token, LinkPurpose.UNLOCK)
    user_id = claim.user_id or ""
    await unlock_account(user_id, browser_id)
    holder = Actor(ActorKind.USER, user_id, origin=actor.origin)
    await emit(holder, SignInUnlocked(target_id=user_id, about_user_id=user_id, snapshot={"id": user_id}))
