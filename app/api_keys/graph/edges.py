"""Loading keys that something refers to, and those of an owner."""

from __future__ import annotations

from app.api_keys import service, types
from app.graph.connections import Paged, load_page
from app.graph.context import Info
from app.kit.actor import Actor, ActorKind
from app.kit.paging import Page, PageRequest


async def load_key(info: Info, key_id: str) -> types.ApiKey | None:
    """A key; None when there is none or it is hidden from the caller."""
    key = await info.context.loaders.load(service.get_keys, key_id)
    is_visible = key is not None and await service.may_view_key(info.context.actor, key)
    return key if is_visible else None


async def load_keys_of(info: Info, kind: types.OwnerKind, owner_id: str, page: PageRequest) -> Paged[types.ApiKey]:
    """A page of an owner's keys; those of several owners come in one statement.

    Raises:
        Unauthenticated, Forbidden: without `api_keys.view_all`, unless the caller manages the owner's keys.
    """
    await service.guard_keys_of(info.context.actor, types.Owner(kind, owner_id))
    return await load_page(info, service.list_keys_of, service.count_keys_of, owner_id, kind, page=page)


async def load_keys_of_user(info: Info, user_id: str, page: PageRequest) -> Paged[types.ApiKey]:
    """A page of a user's keys, as `load_keys_of`."""
    return await load_keys_of(info, types.OwnerKind.USER, user_id, page)


async def load_keys_of_client(info: Info, client_id: str, page: PageRequest) -> Paged[types.ApiKey]:
    """A page of a client's keys, as `load_keys_of`."""
    return await load_keys_of(info, types.OwnerKind.CLIENT, client_id, page)


async def load_own_key(info: Info) -> types.ApiKey | None:
    """The key that calls, None when it is no key."""
    actor = info.context.actor
    if actor.kind is not ActorKind.API_KEY or actor.id is None:
        return None
    return await info.context.loaders.load(service.get_keys, actor.id)


async def load_own_keys(info: Info, page: PageRequest) -> Paged[types.ApiKey]:
    """The keys of the user or client that calls; other callers own none."""
    owner = owner_of(info.context.actor)
    if owner is None:
        return Paged(Page((), (), has_next=False, has_previous=False), _count_nothing)
    return await load_keys_of(info, owner.kind, owner.id, page)


def owner_of(actor: Actor) -> types.Owner | None:
    """The caller as an owner of keys."""
    if actor.id is None or actor.kind not in {ActorKind.USER, ActorKind.CLIENT}:
        return None
    return types.Owner(types.OwnerKind(actor.kind.value), actor.id)


async def _count_nothing() -> int:
    return 0
