"""Reading tuples: lists for people, the changelog for followers."""

from __future__ import annotations

from typing import Final

from app.authz.errors import RevisionGone
from app.authz.queries import filters as queries
from app.authz.queries.changes import read_changes
from app.authz.queries.head import read_head
from app.authz.queries.types import read_type_names
from app.authz.service.access import subject_of
from app.authz.service.rights import guard_tuples
from app.authz.types.tuples import PLATFORM
from app.authz.types.writes import ChangeKind, ChangePlace, StoredTuple, TupleChange, TupleFilter
from app.kit.actor import Actor
from app.kit.paging import COUNT_BOUND, Direction, Page, PageRequest, Sort, make_page

# Changes that one call gives at most.
MAX_CHANGES: Final = 1_000
SORT: Final = Sort("authz:tuples", queries.SORT_COLUMNS, ("bigint",), Direction.ASC)


async def list_tuples(actor: Actor, wanted: TupleFilter, page: PageRequest) -> Page[StoredTuple]:
    """One page of the tuples that stand, oldest first; expired ones too, until they are swept.

    Everybody may list what they are granted themselves.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client that owns the entity's type; a filter that
            names no type of entity needs `platform.manage_platform`.
        InvalidInput, LimitReached: the page is not well-formed.
    """
    await _guard_reading(actor, wanted)
    rows = await queries.list_tuples(wanted, await read_type_names(), SORT, page)
    return make_page(SORT, page, rows, lambda each: (each.id,))


async def count_tuples(actor: Actor, wanted: TupleFilter) -> int:
    """How many stand; counting stops at `paging.COUNT_BOUND` + 1.

    Raises:
        Forbidden, Unauthenticated: as `list_tuples`.
    """
    await _guard_reading(actor, wanted)
    return await queries.count_tuples(wanted, await read_type_names(), COUNT_BOUND + 1)


async def list_changes(
    actor: Actor, place: ChangePlace, *, until: int | None = None, limit: int = MAX_CHANGES
) -> tuple[list[TupleChange], ChangePlace]:
    """What changed behind a place in the changelog, in order, and where to go on.

    Args:
        place: `ChangePlace(r + 1)` gives what came after the revision `r`.
        until: the last revision that counts; the present one by default.
        limit: 1 to `MAX_CHANGES`.

    Raises:
        Forbidden, Unauthenticated: without `platform.manage_platform`.
        RevisionGone: what changed there has been cleared away in part.
    """
    await guard_tuples(actor, [PLATFORM])
    head = await read_head()
    if place.revision <= head.floor and head.floor > 0:
        raise RevisionGone
    last = head.revision if until is None else min(until, head.revision)
    found = await read_changes(await read_type_names(), place, last, max(1, min(limit, MAX_CHANGES)))
    if not found:
        return [], ChangePlace(max(place.revision, last + 1))
    end = found[-1]
    return found, ChangePlace(end.revision, end.kind is ChangeKind.CREATED, end.id)


async def _guard_reading(actor: Actor, wanted: TupleFilter) -> None:
    own = subject_of(actor)
    is_own = (
        own is not None and (own.type, own.id) == (wanted.subject_type, wanted.subject_id)
        and wanted.subject_relation == ""
    )  # fmt: skip
    if not is_own:
        await guard_tuples(actor, [wanted.entity_type or PLATFORM])
