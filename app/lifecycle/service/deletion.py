"""Deleting accounts: scheduled with a time to think it over, called off, carried out when due."""

from __future__ import annotations

from app.authz.service.platform import has_other_super_admin
from app.factors.service import require_fresh_proof
from app.jobs.service import enqueue
from app.kit import clock
from app.kit.actor import SYSTEM, Actor
from app.kit.guard import guard
from app.kit.runtime import settings
from app.lifecycle.errors import LastSuperAdmin
from app.lifecycle.service.notices import tell_restored, tell_scheduled
from app.users import service as users
from app.users.types import Deletion, User, UserBanned

ERASE_KIND = "lifecycle.erase"
_BATCH = 500


async def review_deletion(actor: Actor, user_id: str) -> User:
    """Whom the actor may delete, locked; nothing changes.

    Raises:
        Forbidden, Unauthenticated: without `users.delete`.
        UserNotFound. OwnAccount: it is the caller's own. LastSuperAdmin.
    """
    user = await users.review_deletion(actor, user_id)
    await require_other_super_admin(user_id)
    return user


async def schedule_deletion(actor: Actor, user_id: str) -> User | None:
    """Let an account be erased after `settings.deletion_grace`; None when that is zero and it is gone.

    From now on nobody signs in to it: sessions end, tokens and keys are refused. The person gets a mail. One that is
    scheduled already stays as it is, except that an order takes the place of the person's own wish, which they could
    call off; it is erased no later by that.

    Raises:
        Forbidden, Unauthenticated, UserNotFound, OwnAccount, LastSuperAdmin: as `review_deletion`.
    """
    return await _schedule(actor, await review_deletion(actor, user_id))


async def erase_account(actor: Actor, user_id: str) -> None:
    """Erase an account and what hangs from it now, scheduled or not.

    Raises:
        Forbidden, Unauthenticated, UserNotFound, OwnAccount, LastSuperAdmin: as `review_deletion`.
    """
    await review_deletion(actor, user_id)
    await users.erase_user(actor, user_id, by=actor.id)


async def schedule_own_deletion(actor: Actor) -> Deletion | None:
    """Let the caller's own account be erased after `settings.deletion_grace`; None when it is gone at once.

    Every session of theirs ends, the one in use too. Until then they can have it back by signing in.

    Raises:
        Unauthenticated, OwnSessionRequired, StepUpRequired: who changes their own factors must prove as much.
        LastSuperAdmin.
    """
    person = await require_fresh_proof(actor)
    await require_other_super_admin(person.id)
    user = await _schedule(actor, await users.lock_user(person.id))
    return user.deletion if user else None


async def restore_account(actor: Actor, user_id: str) -> User:
    """Call the deletion of an account off; nothing happens when none is scheduled. What ended stays ended.

    Raises:
        Forbidden, Unauthenticated: without `users.delete`.
        UserNotFound.
    """
    await guard(actor, "users.delete")
    return await _restore(actor, user_id)


async def keep_own_account(actor: Actor, user: User) -> User:
    """Call off a deletion that the person wanted themselves. No guard: the sign-in pages proved who they are."""
    locked = await users.lock_user(user.id)
    return await _restore(actor, user.id) if locked.is_leaving_by_own_wish else locked


async def enqueue_due() -> int:
    """Enqueue the erasure of each account whose time is over, in the open unit of work; how many."""
    due = await users.list_due_deletions(clock.now(), _BATCH)
    for user_id in due:
        await enqueue(ERASE_KIND, {"id": user_id}, key=user_id)
    return len(due)


async def erase_due(user_id: str) -> bool:
    """Erase an account if its time is over; False when it is gone, or was restored meanwhile."""
    user = await users.lock_if_there(user_id)
    if user is None or user.deletion is None or user.deletion.erased_at > clock.now():
        return False
    await users.erase_user(SYSTEM, user_id, by=user.deletion.by)
    return True


async def keep_a_super_admin(actor: Actor, event: UserBanned) -> None:
    """Reaction to a ban, in its transaction.

    Raises:
        LastSuperAdmin.
    """
    if event.target_id is not None:
        await require_other_super_admin(event.target_id)


async def require_other_super_admin(user_id: str) -> None:
    """Whoever is super admin may only go while another one can sign in. Holds until the unit of work ends.

    Raises:
        LastSuperAdmin.
    """
    if not await has_other_super_admin(user_id):
        raise LastSuperAdmin


async def _schedule(actor: Actor, user: User) -> User | None:
    grace = settings().deletion_grace
    if not grace:
        await users.erase_user(actor, user.id, by=actor.id)
        return None
    if user.deletion is not None and not user.is_left_to(actor.id):
        return user
    scheduled = await users.schedule_deletion(actor, user.id, grace=grace)
    await tell_scheduled(scheduled)
    return scheduled


async def _restore(actor: Actor, user_id: str) -> User:
    before = await users.lock_user(user_id)
    if before.deletion is None:
        return before
    user = await users.restore_user(actor, user_id)
    await tell_restored(user)
    return user
