"""A new password for oneself, through the API."""

from __future__ import annotations

from app.credentials.service import adopt_password, prepare_password
from app.factors.service import require_fresh_proof
from app.kit.actor import Actor
from app.sessions.service import end_user_sessions
from app.users.types import User


async def change_own_password(actor: Actor, password: str) -> User:
    """Replace the caller's password, or give them their first one: every other session ends. In a unit of work.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired: see `factors.require_fresh_proof`.
        PasswordRefused, PasswordTooLong, PasswordNotText, HashingBusy: see `credentials.prepare_password`.
    """
    user = await require_fresh_proof(actor)
    prepared = await prepare_password(password, user.email, user.username, user.name)
    await adopt_password(actor, user.id, prepared)
    await end_user_sessions(actor, user.id, except_id=actor.session_id)
    return user
