"""A new password for oneself, through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.credentials.service import adopt_password, prepare_password
from app.credentials.types import PreparedPassword
from app.factors.service import require_fresh_proof
from app.factors.types import SECURITY_PAGE
from app.kit.actor import Actor
from app.kit.limits import RateLimit, require_room
from app.sessions.service import end_user_sessions
from app.users.service import tell_user
from app.users.types import User

# Each try costs a hash, and maybe a question to a foreign server.
_TRIES: Final = RateLimit("own_password", 10, timedelta(hours=1))


async def prepare_own_password(actor: Actor, password: str) -> PreparedPassword:
    """Judge a new password of the caller and hash it. Not in a unit of work: it must not hold a connection.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired: see `factors.require_fresh_proof`.
        TooMany: `kit_rate_limited`, ten tries an hour.
        PasswordRefused, PasswordTooLong, PasswordNotText, HashingBusy: see `credentials.prepare_password`.
    """
    user = await require_fresh_proof(actor)
    await require_room(_TRIES, user.id)
    return await prepare_password(password, user.email, user.username, user.name)


async def change_own_password(actor: Actor, prepared: PreparedPassword) -> User:
    """Replace the caller's password, or give them their first one: every other session ends, and they get a mail.

    In a unit of work.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired: see `factors.require_fresh_proof`.
    """
    user = await require_fresh_proof(actor)
    await adopt_password(actor, user.id, prepared)
    await end_user_sessions(actor, user.id, except_id=actor.session_id)
    await tell_user(user, "password_changed", page=SECURITY_PAGE)
    return user
