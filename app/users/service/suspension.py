"""Bans."""

from __future__ import annotations

from datetime import datetime

from app.events.service import emit
from app.kit import clock
from app.kit.actor import Actor
from app.kit.guard import guard
from app.users import queries, rules
from app.users.errors import InvalidUser, OwnAccount
from app.users.service.accounts import lock_user
from app.users.types import User, UserBanned, UserEvent, UserUnbanned, describe, status_of


async def ban_user(actor: Actor, user_id: str, *, reason: str | None = None, until: datetime | None = None) -> User:
    """Ban a user: sessions and refresh tokens end at once. A ban with an end lifts itself.

    Raises:
        Forbidden: without `users.ban`.
        UserNotFound, OwnAccount, InvalidUser.
    """
    await guard(actor, "users.ban")
    if actor.id == user_id:
        raise OwnAccount
    if until is not None and (until.tzinfo is None or until <= clock.now()):
        raise InvalidUser("until", "The end of a ban lies in the future.")
    if reason is not None and (len(reason) > rules.MAX_REASON or rules.has_control_characters(reason)):
        raise InvalidUser("reason", f"A reason has at most {rules.MAX_REASON} characters on one line.")
    before = await lock_user(user_id)
    now = clock.now()
    columns = {"banned_at": now, "ban_until": until, "ban_reason": reason, "banned_by": actor.id, "updated_at": now}
    user = await queries.update_columns(user_id, columns)
    assert user is not None
    await emit(actor, _tell(UserBanned, before, user, reason))
    return user


async def unban_user(actor: Actor, user_id: str) -> User:
    """Lift a ban; nothing happens when there is none.

    Raises:
        Forbidden: without `users.ban`.
        UserNotFound.
    """
    await guard(actor, "users.ban")
    before = await lock_user(user_id)
    if before.ban is None:
        return before
    columns = dict.fromkeys(("banned_at", "ban_until", "ban_reason", "banned_by"))
    user = await queries.update_columns(user_id, {**columns, "updated_at": clock.now()})
    assert user is not None
    await emit(actor, _tell(UserUnbanned, before, user))
    return user


def _tell(kind: type[UserEvent], before: User, after: User, reason: str | None = None) -> UserEvent:
    return kind(
        target_id=after.id,
        about_user_id=after.id,
        before=status_of(before),
        after=status_of(after),
        reason=reason,
        snapshot=describe(after),
    )
