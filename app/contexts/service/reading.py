"""Looking at registration contexts."""

from __future__ import annotations

from collections.abc import Sequence

from app.authz.service.access import MANAGE_PLATFORM, can_manage_access
from app.contexts import queries
from app.contexts.service.configuring import guard_contexts
from app.contexts.types import Context, ContextFilter, ContextSort
from app.kit.actor import Actor
from app.kit.guard import guard, has_permission
from app.kit.paging import Page, PageRequest, make_page


async def find_context(actor: Actor, slug: str) -> Context | None:
    """The context of this name; None when there is none.

    Raises:
        Unauthenticated, Forbidden: as `guard_found`.
    """
    context = await queries.find_by_slug(slug)
    await guard_found(actor, context)
    return context


async def guard_found(actor: Actor, context: Context | None) -> None:
    """Let an actor see a context that was looked for, or that there is none.

    Raises:
        Unauthenticated, Forbidden: without `platform.manage_platform`, unless the actor manages access to its client.
    """
    if context is None or not await may_view_context(actor, context):
        await guard(actor, MANAGE_PLATFORM)


async def get_contexts(ids: Sequence[str]) -> dict[str, Context]:
    """Those that exist, by id, in one statement. No guard: for dataloaders, before `may_view_context`."""
    return await queries.find_contexts(ids)


async def may_view_context(actor: Actor, context: Context) -> bool:
    """Whether the actor may see it: with `platform.manage_platform`, or `manage_access` on its client."""
    if await has_permission(actor, MANAGE_PLATFORM):
        return True
    return context.client_id is not None and await can_manage_access(actor, context.client_id)


async def list_contexts(actor: Actor, wanted: ContextFilter, sort: ContextSort, page: PageRequest) -> Page[Context]:
    """One page of contexts: those of a client whose access the actor manages, or all.

    Raises:
        Unauthenticated, Forbidden: without `manage_access` on the client or, where none is named,
            `platform.manage_platform`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await _guard_list(actor, wanted)
    rows = await queries.list_contexts(wanted, sort.value, page)
    by_slug = sort is ContextSort.SLUG_ASC
    return make_page(sort.value, page, rows, lambda row: (row.slug if by_slug else row.created_at, row.id))


async def count_contexts(actor: Actor, wanted: ContextFilter) -> int:
    """How many contexts match; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Unauthenticated, Forbidden: as `list_contexts`.
    """
    await _guard_list(actor, wanted)
    return await queries.count_contexts(wanted)


async def count_applied(context_ids: Sequence[str]) -> dict[str, int]:
    """To how many users each was applied. No guard: for dataloaders behind `may_view_context`."""
    return await queries.count_applied(context_ids)


async def _guard_list(actor: Actor, wanted: ContextFilter) -> None:
    if not await has_permission(actor, MANAGE_PLATFORM):
        await guard_contexts(actor, wanted.client_id)
