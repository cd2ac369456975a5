"""Operators take a user's factors away: for who lost the telephone and the recovery codes."""

from __future__ import annotations

from app.factors import queries
from app.factors.errors import OwnReset, UserStronger
from app.factors.service.notices import tell
from app.factors.types import FactorsReset
from app.kit.actor import Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS, guard, permissions_of, reach_of
from app.users.service import get_user
from app.users.types import User


async def reset_factors(actor: Actor, user_id: str) -> User:
    """Remove every factor of a user, recovery codes included, and write to the user. Nothing happens without any.

    Where a second factor is required, the user sets one up at the next sign-in.

    Raises:
        Unauthenticated, Forbidden: without `platform.manage_platform`.
        UserNotFound.
        OwnReset: it is the caller, the owner of the caller's API key, or who acts as the caller; their factors need a
            fresh proof.
        UserStronger: see `_guard_strength`.
    """
    await guard(actor, "platform.manage_platform")
    user = await get_user(user_id)
    if user_id in {actor.id, actor.owner_id, actor.impersonator_id}:
        raise OwnReset
    await _guard_strength(actor, user_id)
    await queries.lock_user(user_id)
    present = (await queries.find_factors([user_id]))[user_id]
    if not present.has_any:
        return user
    await queries.delete_all(user_id)
    before = {
        "totp": present.totp is not None,
        "passkeys": [each.name for each in present.passkeys],
        "recovery_codes": present.recovery_codes_left,
    }
    event = FactorsReset(target_id=user_id, about_user_id=user_id, before=before, snapshot={"id": user_id})
    await tell(actor, user, event, "factors_reset")
    return user


async def _guard_strength(actor: Actor, user_id: str) -> None:
    """Let nobody weaken the account of a user who may do more on the platform: it could be taken over then.

    Raises:
        UserStronger.
    """
    held = await permissions_of(actor)
    if not held >= ALL_PERMISSIONS and not await reach_of(Actor(ActorKind.USER, user_id)) <= held:
        raise UserStronger
