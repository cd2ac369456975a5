"""Who may act as whom: the one place that decides it, for sessions and for tokens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from app.impersonation.types import PERMISSION, Refusal
from app.kit.actor import Actor, ActorKind
from app.kit.guard import has_permission, permissions_of, reach_of, reach_of_many
from app.users.service import find_user
from app.users.types import User

FindReach = Callable[[str], Awaitable[frozenset[str]]]


async def _find_reach(user_id: str) -> frozenset[str]:
    return await reach_of(Actor(ActorKind.USER, user_id))


async def get_reach(user_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """What each user might do at most, in one statement: `reach_of_many`. For dataloaders."""
    found = await reach_of_many([Actor(ActorKind.USER, user_id) for user_id in user_ids])
    return {str(actor.id): reach for actor, reach in found.items()}


async def find_refusal(operator: Actor, user: User | None, find_reach: FindReach = _find_reach) -> Refusal | None:
    """Why an operator may not act as a user, None when they may; of nobody only what is true of anybody.

    Whoever acts as somebody acts as nobody else, and nobody acts as who holds a permission that they lack on the
    platform, be it on a single client, or later.

    Args:
        find_reach: knows what a user might do on the platform at most.
    """
    if operator.impersonator_id is not None or not await has_permission(operator, PERMISSION):
        return Refusal.NOT_PERMITTED
    if user is None:
        return None
    if not user.is_active or user.id == operator.id or operator.kind not in {ActorKind.USER, ActorKind.CLIENT}:
        return Refusal.NOT_POSSIBLE
    if not await find_reach(user.id) <= await permissions_of(operator):
        return Refusal.OF_STRONGER
    return None


async def may_go_on(operator_id: str, user: User) -> bool:
    """Whether an operator who acts as a user may still do so."""
    operator = await find_user(operator_id)
    if operator is None or not operator.is_active:
        return False
    return await find_refusal(Actor(ActorKind.USER, operator_id), user) is None


async def may_client_go_on(client_id: str, user: User) -> bool:
    """The same of a client that acts as a user by a token. Whether it is switched off is asked where its token is."""
    return await find_refusal(Actor(ActorKind.CLIENT, client_id), user) is None
