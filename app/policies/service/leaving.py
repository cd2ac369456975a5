"""What ends by itself: evaluations that are old enough, and those about who was erased."""

from __future__ import annotations

from typing import Final

from app.kit import clock
from app.kit.runtime import settings
from app.policies.queries import evaluations as queries

# Of one policy, the newest; with contexts of 4 KB these are some 50 MB.
MOST_KEPT: Final = 10_000
_BATCH: Final = 5_000


async def sweep_evaluations() -> int:
    """Delete what is older than `settings.policy_evaluations_kept`, or beyond `MOST_KEPT` of its policy; how many."""
    count, before = 0, clock.now() - settings().policy_evaluations_kept
    while cleared := await queries.sweep_evaluations(before, _BATCH):
        count += cleared
    while cleared := await queries.sweep_surplus(MOST_KEPT, _BATCH):
        count += cleared
    return count


async def forget_user(user_id: str) -> None:
    """Delete what was recorded about a user who is erased. No guard: for reactions.

    What is still to be written about them is left out by who writes it.
    """
    await queries.erase_evaluations(user_id)
