"""Signing people in."""

from __future__ import annotations

from app.kit.actor import Actor, ActorKind, Origin
from app.sessions.service import begin_session
from app.sessions.types import NewSession
from app.users.types import User
from tests.support import ORIGIN, commit

BROWSER = "b" * 64


async def sign_in(
    user: User, *, browser_id: str = BROWSER, replaces: str | None = None, origin: Origin = ORIGIN
) -> NewSession:
    """A committed session."""
    visitor = Actor(ActorKind.ANONYMOUS, origin=origin)
    return await commit(
        begin_session(visitor, user, amr=("pwd",), acr="urn:auther:pwd", browser_id=browser_id, replaces=replaces)
    )
