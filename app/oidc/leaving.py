"""What of a user this room moves or forgets when the account goes, beside what the database does by itself."""

from __future__ import annotations

from app.kit.actor import Actor
from app.oidc.queries import codes, consents, devices, interactions
from app.users.types import UserDeleted


async def forget_requests_of(actor: Actor, event: UserDeleted) -> None:
    """Reaction to the end of an account, in its transaction: codes, devices and requests of theirs are deleted."""
    if event.target_id is not None:
        await codes.delete_of_user(event.target_id)
        await devices.delete_of_user(event.target_id)
        await interactions.delete_of_user(event.target_id)


async def move_consents(actor: Actor, source_id: str, target_id: str, *, is_dry_run: bool) -> tuple[int, int]:
    """Give one user another's consents with applications that the one has not used yet. In a unit of work.

    Returns:
        How many move, and how many do not.
    """
    moving, staying = await consents.count_new(source_id, target_id)
    if not is_dry_run:
        await consents.move_new(source_id, target_id)
    return moving, staying
