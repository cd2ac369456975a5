"""Which factors users have. Never a secret."""

from __future__ import annotations

from collections.abc import Sequence

from app.factors import queries
from app.factors.types import Factors
from app.kit import clock
from app.kit.actor import Actor, ActorKind
from app.kit.guard import guard, require_sign_in


async def get_factors(user_ids: Sequence[str]) -> dict[str, Factors]:
    """All factors of each user, in two statements. No guard: for dataloaders and pages behind one."""
    return await queries.find_factors(user_ids)


async def find_factors_of(user_id: str) -> Factors:
    """All factors of a user. No guard: for pages about oneself."""
    return (await queries.find_factors([user_id]))[user_id]


async def has_factor(user_id: str) -> bool:
    """Whether a password alone does not let this user in. No guard: for other rooms' services."""
    return await queries.has_any(user_id)


async def guard_factors_of(actor: Actor, user_id: str) -> None:
    """Let the actor see this user's factors: their own, others' with `users.view`.

    Raises:
        Unauthenticated, Forbidden.
    """
    require_sign_in(actor)
    if actor.kind is not ActorKind.USER or actor.id != user_id:
        await guard(actor, "users.view")


async def sweep_factors() -> int:
    """Forget challenges that nobody could answer any more; how many."""
    return await queries.sweep(clock.now())
