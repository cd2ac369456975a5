"""The changelog as a stream: every change behind a place, in the order of revisions, that a filter means."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from app.authz.errors import RevisionGone, TokenInvalid
from app.authz.queries.changes import read_changes
from app.authz.queries.head import Head, read_head
from app.authz.queries.types import read_type_names
from app.authz.service.consistency import decode_revision
from app.authz.service.rights import guard_tuples
from app.authz.types.tuples import PLATFORM, TupleKey
from app.authz.types.writes import ChangeKind, ChangePlace, TupleChange, TupleFilter
from app.kit.actor import Actor
from app.kit.errors import InvalidInput
from app.kit.paging import Direction, Sort, decode_cursor, encode_cursor

# Entries of the changelog that one look goes through.
SLICE: Final = 500
_SORT: Final = Sort("authz:changes", ("revision", "is_creation", "id"), ("bigint", "int", "bigint"), Direction.ASC)


@dataclass(frozen=True, slots=True)
class ChangeSlice:
    """A part of the changelog.

    Attributes:
        changes: those that the filter means, each with the place behind it.
        place: where to go on.
        has_more: there is more already.
    """

    changes: tuple[tuple[ChangePlace, TupleChange], ...]
    place: ChangePlace
    has_more: bool


async def find_change_place(actor: Actor, wanted: TupleFilter, after: str | None) -> ChangePlace:
    """Where a reader goes on: behind a cursor or the revision of a consistency token, else behind the last change.

    Raises:
        Forbidden, Unauthenticated: as `read_change_slice`.
        TokenInvalid: it is neither a cursor of this stream nor a consistency token.
        RevisionGone: what changed there has been cleared away in part.
    """
    await _guard(actor, wanted)
    head = await read_head()
    if after is None:
        return ChangePlace(head.revision + 1)
    place = _read_place(after)
    _require_kept(head, place)
    return place


async def read_change_slice(actor: Actor, wanted: TupleFilter, place: ChangePlace) -> ChangeSlice:
    """What follows a place. Asks for the permission each time.

    Raises:
        Forbidden, Unauthenticated: without `manage_access` on the client that owns the entity's type; a filter that
            names no type of entity needs `platform.manage_platform`.
        RevisionGone: clearing away has overtaken the reader.
    """
    await _guard(actor, wanted)
    head = await read_head()
    _require_kept(head, place)
    if place.revision > head.revision:
        return ChangeSlice((), place, has_more=False)
    found = await read_changes(await read_type_names(), place, head.revision, SLICE)
    matching = tuple((_behind(each), each) for each in found if _matches(wanted, each.tuple.key))
    if len(found) == SLICE:
        return ChangeSlice(matching, _behind(found[-1]), has_more=True)
    return ChangeSlice(matching, ChangePlace(head.revision + 1), has_more=False)


def change_cursor(place: ChangePlace) -> str:
    """The opaque, signed cursor of a place."""
    return encode_cursor(_SORT, (place.revision, int(place.is_creation), place.id))


async def _guard(actor: Actor, wanted: TupleFilter) -> None:
    await guard_tuples(actor, [wanted.entity_type or PLATFORM])


def _read_place(after: str) -> ChangePlace:
    try:
        revision, is_creation, change_id = map(int, decode_cursor(_SORT, after))
    except InvalidInput:
        try:
            return ChangePlace(decode_revision(after).number + 1)
        except TokenInvalid:
            raise TokenInvalid("after") from None
    return ChangePlace(revision, bool(is_creation), change_id)


def _require_kept(head: Head, place: ChangePlace) -> None:
    if place.revision <= head.floor and head.floor > 0:
        raise RevisionGone


def _behind(change: TupleChange) -> ChangePlace:
    return ChangePlace(change.revision, change.kind is ChangeKind.CREATED, change.id)


def _matches(wanted: TupleFilter, key: TupleKey) -> bool:
    given = ((each.name, getattr(wanted, each.name)) for each in fields(wanted))
    return all(value is None or getattr(key, name) == value for name, value in given)
