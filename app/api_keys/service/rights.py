"""Who may see, make, change and end which keys."""

from __future__ import annotations

from typing import Final

from app.api_keys import queries
from app.api_keys.errors import ApiKeyNotFound, Impersonated, OwnerStronger, RightsExceeded, TokenOfThirdParty
from app.api_keys.queries import StoredKey
from app.api_keys.types import SUBJECT_TYPE, ApiKey, Owner, OwnerKind
from app.authz.service.access import MANAGE_ACCESS, can_manage_access
from app.authz.service.holding import find_unheld
from app.authz.types import SubjectRef
from app.kit.actor import Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS, guard, has_permission, permissions_of, reach_of, refuse, require_sign_in

VIEW_ALL = "api_keys.view_all"
REVOKE = "api_keys.revoke"
IMPERSONATE = "users.impersonate"
# The client that is part of Auther: its command line. It is not first party, as nobody can prove to be it.
BUILT_IN_CLIENT: Final = "auther-cli"
_KINDS = {OwnerKind.USER: ActorKind.USER, OwnerKind.CLIENT: ActorKind.CLIENT}


def is_owner(actor: Actor, owner: Owner) -> bool:
    """Whether the caller is the owner itself."""
    return actor.kind is _KINDS[owner.kind] and actor.id == owner.id


async def can_manage(actor: Actor, owner: Owner) -> bool:
    """Whether an actor may manage keys of this owner, as far as the owner is not stronger (`guard_strength`).

    Their tokens name the owner: whoever makes a user's keys acts as that user, which `users.impersonate` allows.
    """
    if is_owner(actor, owner) or actor.kind is ActorKind.SYSTEM:
        return True
    if owner.kind is OwnerKind.USER:
        return await has_permission(actor, IMPERSONATE)
    return await can_manage_access(actor, owner.id)


async def guard_owner(actor: Actor, owner: Owner) -> None:
    """Let an actor make keys of this owner.

    Raises:
        Unauthenticated, Forbidden: of somebody else's, without `users.impersonate`, or `manage_access` on the client.
        Impersonated: whoever acts as somebody else.
        TokenOfThirdParty, OwnerStronger: see `guard_token`, `guard_strength`.
    """
    require_sign_in(actor)
    guard_person(actor)
    await guard_token(actor)
    if not await can_manage(actor, owner):
        refuse_owner(actor, owner)
    await guard_strength(actor, owner)


def refuse_owner(actor: Actor, owner: Owner) -> None:
    """Tell an actor what it lacks to manage keys of this owner.

    Raises:
        Unauthenticated, Forbidden.
    """
    if owner.kind is OwnerKind.USER:
        refuse(actor, IMPERSONATE)
    refuse(actor, MANAGE_ACCESS, on="on this client")


def guard_person(actor: Actor) -> None:
    """Let everybody pass who acts for themselves.

    Raises:
        Impersonated.
    """
    if actor.impersonator_id is not None:
        raise Impersonated


async def guard_token(actor: Actor) -> None:
    """Let pass who came by a session, as a key, or by a token of our own applications; a client for itself only.

    One statement at most, for a person's token.

    Raises:
        TokenOfThirdParty: the token is a third party's, or was traded.
    """
    if actor.client_id is None or actor.kind in {ActorKind.API_KEY, ActorKind.SYSTEM}:
        return
    if actor.kind is ActorKind.CLIENT:
        is_own = actor.client_id == actor.id
    else:
        is_own = actor.client_id == BUILT_IN_CLIENT or await queries.is_first_party(actor.client_id)
    if not is_own:
        raise TokenOfThirdParty


async def guard_strength(actor: Actor, owner: Owner) -> None:
    """Let nobody have keys of another user who may do more on the platform, as nobody may act as such a user.

    Raises:
        OwnerStronger.
    """
    if is_owner(actor, owner) or actor.kind is ActorKind.SYSTEM or owner.kind is not OwnerKind.USER:
        return
    held = await permissions_of(actor)
    if not held >= ALL_PERMISSIONS and not await reach_of(Actor(ActorKind.USER, owner.id)) <= held:
        raise OwnerStronger


async def may_view_owner(actor: Actor, owner: Owner) -> bool:
    """Whether an actor may see the keys of this owner."""
    return await can_manage(actor, owner) or await has_permission(actor, VIEW_ALL)


async def may_view_key(actor: Actor, key: ApiKey) -> bool:
    """Whether an actor may see a key: its own, itself, or anybody's with `api_keys.view_all`."""
    is_itself = actor.kind is ActorKind.API_KEY and actor.id == key.id
    return is_itself or await may_view_owner(actor, key.owner)


async def guard_view(actor: Actor, owner: Owner) -> None:
    """Let an actor see the keys of this owner.

    Raises:
        Unauthenticated, Forbidden: without `api_keys.view_all`.
    """
    require_sign_in(actor)
    if not await can_manage(actor, owner):
        await guard(actor, VIEW_ALL)


async def lock_manageable(actor: Actor, key_id: str) -> StoredKey:
    """A key that the actor may change, locked.

    Raises:
        Unauthenticated, Forbidden, Impersonated, ApiKeyNotFound: whoever may not see keys does not learn which exist.
        TokenOfThirdParty, OwnerStronger: see `guard_token`, `guard_strength`.
    """
    require_sign_in(actor)
    guard_person(actor)
    await guard_token(actor)
    stored = await queries.lock_key(key_id)
    if stored is not None and await can_manage(actor, stored.key.owner):
        await guard_strength(actor, stored.key.owner)
        return stored
    await guard(actor, VIEW_ALL)
    if stored is not None:
        refuse_owner(actor, stored.key.owner)
    raise ApiKeyNotFound


async def lock_revocable(actor: Actor, key_id: str) -> StoredKey:
    """A key that the actor may disable and delete, locked: what it may change, anybody's with `api_keys.revoke`.

    Raises:
        Unauthenticated, Forbidden, Impersonated, ApiKeyNotFound.
    """
    require_sign_in(actor)
    guard_person(actor)
    stored = await queries.lock_key(key_id)
    if stored is None or not await can_manage(actor, stored.key.owner):
        await guard(actor, REVOKE)
    if stored is None:
        raise ApiKeyNotFound
    return stored


async def lock_enablable(actor: Actor, key_id: str) -> StoredKey:
    """A key that the actor may enable, locked: what it may disable, unless a stronger user's.

    Raises:
        Unauthenticated, Forbidden, Impersonated, ApiKeyNotFound: see `lock_revocable`.
        TokenOfThirdParty, OwnerStronger: see `guard_token`, `guard_strength`.
    """
    require_sign_in(actor)
    guard_person(actor)
    await guard_token(actor)
    stored = await lock_revocable(actor, key_id)
    await guard_strength(actor, stored.key.owner)
    return stored


async def guard_takeover(actor: Actor, key: ApiKey) -> None:
    """Let an actor have a secret of a key: its owner, and who holds, or may give, everything that the key holds.

    Raises:
        RightsExceeded: naming some of what is missing.
    """
    if is_owner(actor, key.owner) or actor.kind is ActorKind.SYSTEM:
        return
    if missing := await find_unheld(actor, SubjectRef(SUBJECT_TYPE, key.id)):
        raise RightsExceeded(missing, "id")
