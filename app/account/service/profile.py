"""Changing one's own profile."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.account.errors import UsernameFixed
from app.account.types import ProfileChanges
from app.factors.service import require_own_session
from app.kit.actor import Actor
from app.kit.limits import RateLimit, require_room
from app.kit.runtime import settings
from app.users.service import change_user
from app.users.types import UNSET, User, UserChanges

# Each try tells whether a username is taken.
_USERNAMES: Final = RateLimit("own_username", 10, timedelta(hours=1))


async def count_username(actor: Actor, changes: ProfileChanges) -> None:
    """Count a try at another username, if there is one among the changes. Not in a unit of work: a failure counts.

    Raises:
        Unauthenticated, OwnSessionRequired: see `factors.require_own_session`.
        UsernameFixed: `settings.own_usernames` is off. TooMany: `kit_rate_limited`, ten usernames an hour.
    """
    if changes.username is UNSET:
        return
    user = await require_own_session(actor)
    if changes.username != user.username:
        _require_choice()
        await require_room(_USERNAMES, user.id)


async def change_own_profile(actor: Actor, changes: ProfileChanges) -> User:
    """Change what is given of the caller's own profile; nothing happens when all is as wanted. In a unit of work.

    Before that: `count_username`.

    Raises:
        Unauthenticated, OwnSessionRequired: see `factors.require_own_session`.
        UsernameFixed: `settings.own_usernames` is off.
        InputProblems: what is wrong with the fields. UsernameTaken.
    """
    user = await require_own_session(actor)
    if changes.username is not UNSET and changes.username != user.username:
        _require_choice()
    wanted = UserChanges(
        name=changes.name,
        username=changes.username,
        picture=changes.picture,
        locale=changes.locale,
        zoneinfo=changes.zoneinfo,
    )
    return await change_user(actor, user.id, wanted)


def _require_choice() -> None:
    if not settings().own_usernames:
        raise UsernameFixed
