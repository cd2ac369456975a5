"""What contexts know of a person: told in an export, moved when two accounts become one."""

from __future__ import annotations

from collections.abc import Sequence

from app.contexts import queries
from app.kit.actor import Actor


async def describe_applied(user_id: str) -> Sequence[object]:
    """The contexts that were applied to a user, and when. No guard: for exports, which pass one."""
    return [dict(row) for row in await queries.list_applied_to(user_id)]


async def move_applied(actor: Actor, source_id: str, target_id: str, *, is_dry_run: bool) -> tuple[int, int]:
    """Let what was applied to one user count for another, who gets the grants as well. In a unit of work. No guard.

    Returns:
        How many move, and how many do not, because they were applied to both.
    """
    moving, staying = await queries.count_new(source_id, target_id)
    if not is_dry_run:
        await queries.move_new(source_id, target_id)
    return moving, staying
