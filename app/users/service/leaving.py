"""The end of an account: scheduled, called off, carried out. What remains is a tombstone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.events.service import emit, scrub_user
from app.kit import clock, db
from app.kit.actor import Actor
from app.kit.guard import guard
from app.users import queries
from app.users.errors import OwnAccount, UserNotFound
from app.users.service.accounts import lock_user
from app.users.types import (
    Tombstone,
    User,
    UserDeleted,
    UserDeletionScheduled,
    UserRestored,
    deletion_of,
    describe,
)


async def review_deletion(actor: Actor, user_id: str) -> User:
    """Whom the actor may delete, locked; nothing changes.

    Raises:
        Forbidden: without `users.delete`.
        UserNotFound, OwnAccount: it is the caller's own.
    """
    await guard(actor, "users.delete")
    if actor.id == user_id:
        raise OwnAccount
    return await lock_user(user_id)


async def delete_user(actor: Actor, user_id: str) -> None:
    """Erase a user and what hangs from it, now.

    Raises:
        Forbidden, UserNotFound, OwnAccount: as `review_deletion`.
    """
    await review_deletion(actor, user_id)
    await erase_user(actor, user_id, by=actor.id)


async def erase_user(actor: Actor, user_id: str, *, by: str | None, merged_into: str | None = None) -> None:
    """Erase a user and what hangs from it; audit rows stay, with personal fields scrubbed. No guard.

    Args:
        by: id of who wanted it, for the tombstone.
        merged_into: id of the account that this one became part of.

    Raises:
        UserNotFound.
    """
    snapshot = {"id": user_id} if merged_into is None else {"id": user_id, "merged_into": merged_into}
    await emit(actor, UserDeleted(target_id=user_id, snapshot=snapshot))
    if not await queries.delete_user(user_id, by=by, merged_into=merged_into):
        raise UserNotFound
    await scrub_user(user_id)


async def schedule_deletion(actor: Actor, user_id: str, *, grace: timedelta) -> User:
    """Let the account be erased after a while; until then nobody signs in to it. No guard.

    One that is scheduled already stays as it is, except that an order takes the place of the user's own wish: it is
    erased when the earlier of the two says.

    Raises:
        UserNotFound.
    """
    before = await lock_user(user_id)
    if before.deletion is not None and not before.is_left_to(actor.id):
        return before
    now = clock.now()
    erased_at = now + grace if before.deletion is None else min(before.deletion.erased_at, now + grace)
    columns = {"erase_at": erased_at, "erase_asked_at": now, "erase_asked_by": actor.id, "updated_at": now}
    after = await queries.update_columns(user_id, columns)
    assert after is not None
    await emit(
        actor,
        UserDeletionScheduled(
            target_id=user_id, about_user_id=user_id, after=deletion_of(after), snapshot=describe(after)
        ),
    )
    return after


async def restore_user(actor: Actor, user_id: str) -> User:
    """Call a scheduled deletion off; nothing happens when there is none. No guard.

    Raises:
        UserNotFound.
    """
    before = await lock_user(user_id)
    if before.deletion is None:
        return before
    columns = dict.fromkeys(("erase_at", "erase_asked_at", "erase_asked_by"))
    after = await queries.update_columns(user_id, {**columns, "updated_at": clock.now()})
    assert after is not None
    await emit(
        actor,
        UserRestored(target_id=user_id, about_user_id=user_id, before=deletion_of(before), snapshot=describe(after)),
    )
    return after


async def fill_profile(user_id: str, gaps: Mapping[str, object]) -> User:
    """Give an account what it lacks of another that became part of it. No guard; the merge is what is told.

    Raises:
        UserNotFound.
    """
    given = {name: db.dump_json(value) if name == "attributes" else value for name, value in gaps.items()}
    user = await queries.update_columns(user_id, {**given, "updated_at": clock.now()})
    if user is None:
        raise UserNotFound
    return user


async def list_due_deletions(now: datetime, limit: int) -> Sequence[str]:
    """Ids of accounts whose time is over, the longest over first. No guard: for the worker."""
    return await queries.list_due_deletions(now, limit)


async def find_tombstone(user_id: str) -> Tombstone | None:
    """What is left of a deleted user; None when no such user was deleted. No guard: for other rooms' services."""
    return await queries.find_tombstone(user_id)
