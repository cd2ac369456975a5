"""Tuples in the API: one by one with their edges, and in lists."""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial
from typing import Annotated

import strawberry
from strawberry import UNSET, Parent, argument, field

from app.authz.graph.inputs import TupleFilter, to_filter
from app.authz.graph.values import (
    Entity,
    Subject,
    TupleCondition,
    TupleRow,
    actor_subject,
    map_page,
    to_row,
)
from app.authz.queries.edges import WriteNote
from app.authz.service import edges
from app.authz.service.tuple_lists import count_tuples, list_tuples
from app.authz.types.writes import StoredTuple
from app.graph.connections import Connection, Paged, connection, load_page
from app.graph.context import Info
from app.graph.node import Node
from app.kit.paging import PageRequest

_ID = re.compile(r"tup_([1-9][0-9]{0,17})")


@strawberry.type(description="A stored relationship: subject has relation to entity.")
class Tuple(Node):
    entity: Entity = field(description="To what.")
    relation: str = field(description="The relation, such as `viewer`.")
    subject: Subject = field(description="Who.")
    condition: TupleCondition | None = field(description="The condition under which it counts; null for none.")
    policy: str | None = field(description="The policy under which it counts, in place of a condition; null for none.")
    starts_at: datetime | None = field(description="When it begins to count; null for at once.")
    expires_at: datetime | None = field(description="When it ends; null for never.")

    @field(description="The revision since which it stands, as it is. Text, because it outgrows 32 bits.")
    @staticmethod
    def created_revision(row: Parent[TupleRow]) -> str:
        return str(row.revision)

    @field(description="When it was written. Null once the changelog has been cleared so far.")
    @staticmethod
    async def created_at(row: Parent[TupleRow], info: Info) -> datetime | None:
        note = await _load_note(info, row)
        return note.created_at if note else None

    @field(description="Who wrote it. Null for the server itself, and once the changelog has been cleared so far.")
    @staticmethod
    async def written_by(row: Parent[TupleRow], info: Info) -> Subject | None:
        note = await _load_note(info, row)
        return actor_subject(note.actor_kind, note.actor_id) if note else None

    @field(description="Why it was written, in the words of who did.")
    @staticmethod
    async def reason(row: Parent[TupleRow], info: Info) -> str | None:
        note = await _load_note(info, row)
        return note.reason if note else None

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, TupleRow)


TupleConnection = Connection[Tuple]


@strawberry.type
class TupleQuery:
    @connection(
        TupleConnection,
        description="A page of the tuples that stand, oldest first. With `filter.entityType` of a client's type it "
        "needs `clients.manage_access` on that client only; everybody may list what names themselves as subject.",
        requires="platform.manage_platform",
    )
    async def tuples(
        self,
        info: Info,
        page: PageRequest,
        filter: Annotated[TupleFilter | None, argument(description="Which tuples.")] = UNSET,
    ) -> Paged[TupleRow]:
        actor, wanted = info.context.actor, to_filter(filter)
        found = await list_tuples(actor, wanted, page)
        return Paged(map_page(found, to_row), partial(count_tuples, actor, wanted))


async def load_tuple(info: Info, tuple_id: str) -> TupleRow | None:
    """A tuple that stands; None when there is none, or it is hidden from the caller."""
    found = _ID.fullmatch(tuple_id)
    if found is None:
        return None
    stored = await info.context.loaders.load(edges.get_tuples, int(found[1]))
    is_visible = stored is not None and await edges.may_view_tuple(info.context.actor, stored)
    return to_row(stored) if stored and is_visible else None


async def load_tuples_of(info: Info, subject_type: str, subject_id: str, page: PageRequest) -> Paged[TupleRow]:
    """A page of a subject's tuples; those of several subjects come in one statement. Call a guard before."""
    fetch, count = edges.list_tuples_of_subjects, edges.count_tuples_of_subjects
    return _shown(await load_page(info, fetch, count, subject_id, subject_type, page=page))


async def load_tuples_of_scope(info: Info, scope: str, page: PageRequest) -> Paged[TupleRow]:
    """A page of the tuples on a client's types; those of several clients come in one statement. Call a guard before."""
    return _shown(await load_page(info, edges.list_tuples_of_scopes, edges.count_tuples_of_scopes, scope, page=page))


async def _load_note(info: Info, row: TupleRow) -> WriteNote | None:
    return await info.context.loaders.load(edges.get_writes, row.revision)


def _shown(found: Paged[StoredTuple]) -> Paged[TupleRow]:
    return Paged(map_page(found.page, to_row), found.count)
