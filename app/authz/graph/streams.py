"""What can be followed of the permission engine: changes of tuples, and standing checks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry import ID, UNSET, Parent, argument, enum_value, field

from app.authz.graph.checks import CheckAnswer, to_answer
from app.authz.graph.inputs import CheckInput, TupleFilter, to_check, to_filter
from app.authz.graph.values import TUPLE_PREFIX, Entity, Subject, TupleCondition, actor_subject, split_limit
from app.authz.service import changelog
from app.authz.service.checks import check, check_again
from app.authz.service.models import CHANNEL
from app.authz.service.snapshots import NEWEST
from app.authz.service.sources import forget_heads
from app.authz.types import writes
from app.authz.types.tuples import ConditionRef, EntityRef, SubjectRef
from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.streams import Delivered, Delivery, hub

hub.declare(CHANNEL, forget_heads)
# A filter that matches nothing for so long gets a place to resume from, so that it need not start far behind.
_QUIET_REVISIONS = 1_000
_AFTER = (
    "Go on after this cursor, the last one that was received, or after this consistency token: nothing is missed. "
    'Example: `"MTA0Mi43"`'
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What stands behind a `TupleChange`."""

    revision: str
    kind: writes.ChangeKind
    tuple_id: str
    entity: EntityRef
    relation: str
    subject: SubjectRef
    condition: ConditionRef | None
    policy: str | None
    starts_at: datetime | None
    expires_at: datetime | None
    reason: str | None
    occurred_at: datetime | None
    actor_kind: str | None
    actor_id: str | None


@strawberry.enum(description="What became of a tuple. Another condition or other times are an end and a beginning.")
class TupleChangeKind(Enum):
    CREATED = enum_value(writes.ChangeKind.CREATED, description="It stands from now on.")
    DELETED = enum_value(writes.ChangeKind.DELETED, description="It ended.")


@strawberry.type(description="A change of a tuple.")
class TupleChange:
    revision: str = field(description="The revision at which it happened, as text.")
    kind: TupleChangeKind = field(description="What became of the tuple.")
    tuple_id: ID = field(description="The tuple's id, `tup_…`; `node` finds it while it stands.")
    entity: Entity = field(description="To what.")
    relation: str = field(description="The relation, such as `viewer`.")
    subject: Subject = field(description="Who.")
    condition: TupleCondition | None = field(description="The condition under which it counts; null for none.")
    policy: str | None = field(description="The policy under which it counts, in place of a condition; null for none.")
    starts_at: datetime | None = field(description="When it begins to count; null for at once.")
    expires_at: datetime | None = field(description="When it ends; null for never.")
    reason: str | None = field(description="Why, in the words of who wrote it.")
    occurred_at: datetime | None = field(description="When. Null once the changelog has been cleared so far.")

    @field(description="Who wrote it. Null for the server itself, and once the changelog has been cleared so far.")
    @staticmethod
    def written_by(change: Parent[ChangeRow]) -> Subject | None:
        return actor_subject(change.actor_kind, change.actor_id)


@strawberry.type
class AuthzSubscription:
    @strawberry.subscription(
        description="Changes of tuples, each once, in the order of revisions. It begins with a place to resume from. "
        "With `filter.entityType` of a client's type it needs `clients.manage_access` on that client only.",
        graphql_type=Delivery[TupleChange],
        directives=[Requires(permission="platform.manage_platform")],
    )
    async def tuples_changed(
        self,
        info: Info,
        after: Annotated[str | None, argument(description=_AFTER)] = UNSET,
        filter: Annotated[TupleFilter | None, argument(description="Which tuples.")] = UNSET,
    ) -> AsyncIterator[Delivered]:
        actor, wanted = info.context.actor, to_filter(filter)
        place = told = await changelog.find_change_place(actor, wanted, after or None)
        yield Delivered(changelog.change_cursor(place))
        async with hub.listening(CHANNEL) as wakeups:
            while True:
                part = await changelog.read_change_slice(actor, wanted, place)
                for told, change in part.changes:
                    yield Delivered(changelog.change_cursor(told), _to_row(change))
                place = part.place
                if place.revision - told.revision >= _QUIET_REVISIONS:
                    told = place
                    yield Delivered(changelog.change_cursor(place))
                if not part.has_more:
                    await wakeups.wait()

    @strawberry.subscription(
        description="A standing check: its answer now, and again whenever decision or problem change. About oneself it "
        "needs no permission; about others on types that no client owns, `platform.manage_platform`.",
        directives=[Requires(permission="clients.manage_access")],
    )
    async def check_changed(
        self, info: Info, input: Annotated[CheckInput, argument(description="The question.")]
    ) -> AsyncIterator[CheckAnswer]:
        actor = info.context.actor
        question, told = to_check(actor, input, "input"), None
        async with hub.listening(CHANNEL) as wakeups:
            answer = await check(actor, question, NEWEST)
            while True:
                shown = (answer.decision, answer.problem and answer.problem.message)
                if shown != told:
                    told = shown
                    yield to_answer(answer)
                # Times come without a wake-up, so each wait is short.
                await wakeups.wait()
                answer = await check_again(actor, question)


def _to_row(change: writes.TupleChange) -> ChangeRow:
    each = change.tuple
    return ChangeRow(
        str(change.revision),
        change.kind,
        f"{TUPLE_PREFIX}{change.id}",
        each.key.entity,
        each.key.relation,
        each.key.subject,
        *split_limit(each.condition),
        each.starts_at,
        each.expires_at,
        change.reason,
        change.occurred_at,
        change.actor_kind,
        change.actor_id,
    )
