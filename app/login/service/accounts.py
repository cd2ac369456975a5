"""Accounts that operators make."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.credentials.service import require_password_change, set_password
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.login.service.invitation import send_invitation
from app.users.service import create_user, find_user
from app.users.types import NewUser, User


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A password that an operator chose, and whether the user has to choose another at the first sign-in."""

    text: str = field(repr=False)
    must_change: bool = False


async def open_account(
    actor: Actor, new: NewUser, *, password: FirstPassword | None, is_invited: bool, idempotency_key: str | None
) -> User:
    """Create a user, with a first password or an invitation to choose one, or neither.

    The same idempotency key gives the same user again and does nothing else.

    Raises:
        Forbidden: without `users.create`.
        InputProblems: what is wrong with the fields or the password.
        EmailTaken, UsernameTaken, IdempotencyMismatch: a clash.
        IdempotencyKeyInvalid.
        HashingBusy.
    """
    started_at = clock.now()
    along = (password.text, password.must_change, is_invited) if password else (None, is_invited)
    user = await create_user(actor, new, idempotency_key=idempotency_key, along=along)
    if user.created_at < started_at:
        return user
    if password is not None:
        await set_password(actor, user.id, password.text)
        if password.must_change:
            await require_password_change(user.id)
    if is_invited:
        await send_invitation(user, inviter=await _name_of(actor))
    return user


async def _name_of(actor: Actor) -> str | None:
    user = await find_user(actor.id) if actor.kind is ActorKind.USER and actor.id else None
    return user.label if user else None
