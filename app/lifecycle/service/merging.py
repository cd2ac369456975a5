"""Making one account of two that belong to the same person."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from app.authz.service.holding import MAX_NAMED, find_unheld
from app.authz.types import SubjectRef
from app.events.service import emit
from app.kit.actor import Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS, guard, permissions_of, reach_of_many
from app.lifecycle import rules
from app.lifecycle.errors import NotActive, OwnMerge, SameAccount, StrongerAccount
from app.lifecycle.service.deletion import require_other_super_admin
from app.lifecycle.service.parts import merge_parts
from app.lifecycle.types import Merged, MergedPart, MergeWish, UserMerged
from app.users import service as users
from app.users.errors import InvalidUser, UserNotFound
from app.users.rules import MAX_REASON, has_control_characters
from app.users.types import User, describe

PERMISSIONS: Final = ("users.delete", "users.update")


async def merge_accounts(actor: Actor, wish: MergeWish) -> Merged:
    """Let one account become part of another: what rooms move goes over, the rest is erased with it.

    Passwords, second factors, keys, sessions and mails of the one that goes are dropped. Sessions and tokens of both
    end, so whoever is signed in signs in again, as the account that stays. A tombstone of the other points there.

    Raises:
        Forbidden, Unauthenticated: without `users.update` and `users.delete`; what a part needs besides, such as
            managing the access that the tuples give.
        StrongerAccount: one of them holds what the actor does not.
        SameAccount, OwnMerge, UserNotFound, NotActive, LastSuperAdmin, InvalidUser.
    """
    source, target = await _review(actor, wish)
    gaps = rules.find_gaps(source, target)
    parts = []
    for name, part in merge_parts.items():
        moved = await part(actor, source.id, target.id, is_dry_run=wish.is_dry_run)
        parts.append(MergedPart(name, *moved))
    if wish.is_dry_run:
        return Merged(target, tuple(parts), tuple(gaps))
    await users.erase_user(actor, source.id, by=actor.id, merged_into=target.id)
    user = await users.fill_profile(target.id, gaps)
    after = {"from": source.id, "parts": [asdict(part) for part in parts], "profile": [*gaps]}
    told = {**describe(user), "merged_from": source.id}
    await emit(
        actor, UserMerged(target_id=user.id, about_user_id=user.id, after=after, reason=wish.reason, snapshot=told)
    )
    return Merged(user, tuple(parts), tuple(gaps))


async def _review(actor: Actor, wish: MergeWish) -> tuple[User, User]:
    for permission in PERMISSIONS:
        await guard(actor, permission)
    if wish.source_id == wish.target_id:
        raise SameAccount
    if actor.kind is ActorKind.USER and actor.id in {wish.source_id, wish.target_id}:
        raise OwnMerge
    if wish.reason is not None and (len(wish.reason) > MAX_REASON or has_control_characters(wish.reason)):
        raise InvalidUser("reason", f"A reason has at most {MAX_REASON} characters on one line.")
    # In the order of their ids, so that two merges of the same accounts never wait for each other.
    locked = {each: await users.lock_if_there(each) for each in sorted((wish.source_id, wish.target_id))}
    source, target = locked[wish.source_id], locked[wish.target_id]
    if source is None or target is None:
        raise UserNotFound(*(("from",) if source is None else ("into",)))
    if not target.is_active:
        raise NotActive
    await require_other_super_admin(source.id)
    await _require_weaker(actor, source, target)
    return source, target


async def _require_weaker(actor: Actor, *accounts: User) -> None:
    held = await permissions_of(actor)
    if held >= ALL_PERMISSIONS:
        return
    # What comes with an account opens it: whatever it may reach on Auther itself counts, be it on one client.
    reach = await reach_of_many([Actor(ActorKind.USER, user.id) for user in accounts])
    if beyond := sorted(frozenset[str]().union(*reach.values()) - held):
        raise StrongerAccount(beyond[:MAX_NAMED])
    for user in accounts:
        if missing := await find_unheld(actor, SubjectRef(ActorKind.USER.value, user.id)):
            raise StrongerAccount(missing)
