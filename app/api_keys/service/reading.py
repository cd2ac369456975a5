"""Reading keys: for lists, for dataloaders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.api_keys import queries
from app.api_keys.service.rights import VIEW_ALL, can_manage, guard_view
from app.api_keys.types import SUBJECT_TYPE, ApiKey, ApiKeyFilter, ApiKeySort, Owner, OwnerKind
from app.authz.service.permissions import resolve_permissions
from app.authz.types import SubjectRef
from app.authz.types.granted import Granted
from app.kit.actor import Actor
from app.kit.guard import guard, require_sign_in
from app.kit.paging import Page, PageRequest, make_page

_OF_OWNER = ApiKeySort.CREATED_AT_DESC
_UNUSED = "1970-01-01T00:00:00+00:00"


async def get_keys(ids: Sequence[str]) -> dict[str, ApiKey]:
    """Those that exist, by id, in one statement. No guard: for dataloaders behind one."""
    return await queries.find_keys(ids)


async def list_keys(actor: Actor, wanted: ApiKeyFilter, sort: ApiKeySort, page: PageRequest) -> Page[ApiKey]:
    """One page of keys: those of an owner whose keys the actor manages, or anybody's with `api_keys.view_all`.

    Raises:
        Unauthenticated, Forbidden.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await _guard_list(actor, wanted)
    rows = await queries.list_keys(wanted, sort.value, page)
    found = make_page(sort.value, page, rows, lambda row: (_place(*row, sort), row[0].id))
    return Page(tuple(key for key, _ in found.items), found.cursors, found.has_next, found.has_previous)


async def count_keys(actor: Actor, wanted: ApiKeyFilter) -> int:
    """How many keys match; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Unauthenticated, Forbidden: as `list_keys`.
    """
    await _guard_list(actor, wanted)
    return await queries.count_keys(wanted)


async def guard_keys_of(actor: Actor, owner: Owner) -> None:
    """Let an actor see the keys of an owner.

    Raises:
        Unauthenticated, Forbidden: without `api_keys.view_all`.
    """
    await guard_view(actor, owner)


async def list_keys_of(owner_ids: Sequence[str], kind: OwnerKind, page: PageRequest) -> dict[str, Page[ApiKey]]:
    """The same page for each owner, newest first, in one statement. No guard: behind `guard_keys_of`.

    Raises:
        InvalidInput, LimitReached: the page is not well-formed.
    """
    found = await queries.list_keys_of(owner_ids, kind, _OF_OWNER.value, page)
    return {
        owner_id: make_page(_OF_OWNER.value, page, rows, lambda key: (key.created_at, key.id))
        for owner_id, rows in found.items()
    }


async def count_keys_of(owner_ids: Sequence[str], kind: OwnerKind) -> dict[str, int]:
    """How many keys each owner has, in one statement. No guard: behind `guard_keys_of`."""
    return await queries.count_keys_of(owner_ids, kind)


async def list_permissions_of(key: ApiKey, scope: str) -> Granted:
    """What a token of the key would hold. No guard: for edges behind `may_view_key`.

    Args:
        scope: the client that the token is for; empty for Auther itself.
    """
    return await resolve_permissions(SubjectRef(SUBJECT_TYPE, key.id), scope, with_platform=not scope)


async def _guard_list(actor: Actor, wanted: ApiKeyFilter) -> None:
    require_sign_in(actor)
    named = [(OwnerKind.USER, wanted.owner_user_id), (OwnerKind.CLIENT, wanted.owner_client_id)]
    owners = [Owner(kind, owner_id) for kind, owner_id in named if owner_id is not None]
    if not owners or not await can_manage(actor, owners[0]):
        await guard(actor, VIEW_ALL)


def _place(key: ApiKey, name_key: str, sort: ApiKeySort) -> str | datetime:
    if sort in {ApiKeySort.NAME_ASC, ApiKeySort.NAME_DESC}:
        return name_key
    if sort in {ApiKeySort.LAST_USED_AT_ASC, ApiKeySort.LAST_USED_AT_DESC}:
        return key.last_used_at or datetime.fromisoformat(_UNUSED)
    return key.created_at
