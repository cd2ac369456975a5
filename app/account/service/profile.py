"""Changing one's own profile."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from app.account.errors import UsernameFixed
from app.account.types import ProfileChanges
from app.factors.service import require_own_session
from app.kit.actor import Actor
from app.kit.db import after_rollback
from app.kit.limits import RateLimit, count_hit, require_room
from app.kit.runtime import settings
from app.users.service import change_user
from app.users.types import UNSET, User, UserChanges

# Each try tells whether a username is taken.
_USERNAMES: Final = RateLimit("own_username", 10, timedelta(hours=1))


async def change_own_profile(actor: Actor, changes: ProfileChanges) -> User:
    """Change what is given of the caller's own profile; nothing happens when all is as wanted. In a unit of work.

    Raises:
        Unauthenticated, OwnSessionRequired: see `factors.require_own_session`.
        UsernameFixed: `settings.own_usernames` is off. TooMany: `kit_rate_limited`, ten usernames an hour.
        InputProblems: what is wrong with the fields. UsernameTaken.
    """
    user = await require_own_session(actor)
    if changes.username is not UNSET and changes.username != user.username:
        await _allow_username(user)
    wanted = UserChanges(
        name=changes.name,
        username=changes.username,
        picture=changes.picture,
        locale=changes.locale,
        zoneinfo=changes.zoneinfo,
    )
    return await change_user(actor, user.id, wanted)


async def _allow_username(user: User) -> None:
    if not settings().own_usernames:
        raise UsernameFixed
    # A try that fails counts as well.
    after_rollback(partial(count_hit, _USERNAMES, user.id))
    await require_room(_USERNAMES, user.id)
