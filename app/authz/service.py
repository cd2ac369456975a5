"""Use cases of the permission engine."""

from __future__ import annotations

from app.authz import queries
from app.authz.types import EVERY, PLATFORM, SUPER_ADMIN, GrantCreated, GrantRevoked, TupleKey
from app.events.service import emit
from app.kit.actor import Actor
from app.kit.guard import ALL_PERMISSIONS, forget_permissions, guard

_NONE: frozenset[str] = frozenset()


class PlatformDecider:
    """Decides for the guards: a platform super admin holds every permission, others none."""

    async def permissions_of(self, actor: Actor) -> frozenset[str]:
        """The platform permissions that the actor holds. One statement."""
        if actor.id is None:
            return _NONE
        held = await queries.has_tuple(super_admin(actor.kind.value, actor.id))
        return ALL_PERMISSIONS if held else _NONE


def super_admin(subject_type: str, subject_id: str) -> TupleKey:
    """The tuple that makes a subject the platform's super admin."""
    return TupleKey(PLATFORM, EVERY, SUPER_ADMIN, subject_type, subject_id)


async def grant_relation(actor: Actor, key: TupleKey) -> bool:
    """Write a tuple; False when it stood there already.

    Raises:
        Forbidden: without `platform.manage_platform`.
    """
    await guard(actor, "platform.manage_platform")
    if not await queries.insert_tuple(key):
        return False
    forget_permissions()
    await emit(actor, GrantCreated(target_id=str(key), about_user_id=_user_of(key), after={"tuple": str(key)}))
    return True


async def revoke_relation(actor: Actor, key: TupleKey) -> bool:
    """Delete a tuple; False when there was none.

    Raises:
        Forbidden: without `platform.manage_platform`.
    """
    await guard(actor, "platform.manage_platform")
    if not await queries.delete_tuple(key):
        return False
    forget_permissions()
    await emit(actor, GrantRevoked(target_id=str(key), about_user_id=_user_of(key), before={"tuple": str(key)}))
    return True


async def list_super_admins() -> list[str]:
    """Ids of the users who are super admin, a thousand at most. No guard: for the first start.

    Another process that asks waits until our unit of work ends, so two first starts make one operator.
    """
    await queries.lock_first_start()
    return await queries.list_super_admins()


async def forget_subject(subject_type: str, subject_id: str) -> int:
    """Delete every tuple that speaks of a subject that is gone; how many."""
    deleted = await queries.delete_subject(subject_type, subject_id)
    forget_permissions()
    return deleted


def _user_of(key: TupleKey) -> str | None:
    return key.subject_id if key.subject_type == "user" else None
