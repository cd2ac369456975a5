"""Links when two accounts become one."""

from __future__ import annotations

from app.kit.actor import Actor
from app.upstream import queries


async def move_links(actor: Actor, source_id: str, target_id: str, *, is_dry_run: bool) -> tuple[int, int]:
    """Make one user's links another's: who came in by them goes on to. In a unit of work. No guard.

    Returns:
        How many move, and how many do not (none: an account at a provider is linked once).
    """
    if is_dry_run:
        return (await queries.count_identities([source_id]))[source_id], 0
    return await queries.move_identities(source_id, target_id), 0
