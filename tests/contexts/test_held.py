"""What a user has already stays as somebody gave it: a context lifts no limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.authz.service import list_tuples
from app.authz.service.models import save_model
from app.authz.service.tuples import write_tuples
from app.authz.types import TupleFilter, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.tuples import ConditionRef, RelationTuple
from app.authz.types.writes import TupleWrite
from app.contexts.service import welcome
from app.contexts.types import Entry, Grant
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.paging import PageRequest
from tests.clients.support import make_client
from tests.contexts.support import MEMBER, applied, make_context, told
from tests.support import commit, make_user

CONDITIONAL = """
model
  schema 1.1
type user
type invoice
  relations
    define viewer: [user, user with at_work]
condition at_work(place: string) {
  place == "office"
}
"""
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def staff(user_id: str) -> TupleKey:
    return TupleKey("group", "staff", "member", "user", user_id)


async def give(*tuples: RelationTuple) -> None:
    await commit(write_tuples(SYSTEM, TupleWrite(touch=tuples)))


async def held(user_id: str) -> list[RelationTuple]:
    """The whole tuples of a user."""
    page = await list_tuples(SYSTEM, TupleFilter(subject_type="user", subject_id=user_id), PageRequest(first=100))
    return [each.tuple for each in page.items]


@pytest.mark.parametrize(("starts_at", "expires_at"), [(None, FAR), (FAR, None)])
async def test_the_time_that_somebody_set_stays_and_the_rest_is_given(
    starts_at: datetime | None, expires_at: datetime | None
) -> None:
    user = await make_user()
    limited = RelationTuple(staff(user.id), None, starts_at, expires_at)
    await give(limited)
    await make_context(Grant("group", "member", "staff"), MEMBER)

    await commit(welcome(SYSTEM, user.id, Entry()))

    assert await held(user.id) == [limited, RelationTuple(TupleKey("platform", "*", "member", "user", user.id))]
    assert await applied() == [("staff", user.id)]
    skipped, given = (await told())[1:]
    after = {"slug": "staff", "grant": "group:staff#member"}
    assert skipped == ("registration_context.grant_skipped", "system", user.id, after, "authz_tuple_exists")
    assert given[3] == {"slug": "staff", "user_id": user.id, "client_id": None, "grants": ["platform:*#member"]}


async def test_a_condition_that_somebody_set_stays() -> None:
    client = await make_client()
    await commit(save_model(SYSTEM, ModelDraft(client.id, CONDITIONAL)))
    user = await make_user()
    kind = f"{client.id}:invoice"
    limited = RelationTuple(TupleKey(kind, "*", "viewer", "user", user.id), ConditionRef("at_work", {}))
    await give(limited)
    await make_context(Grant(kind, "viewer"))

    await commit(welcome(SYSTEM, user.id, Entry()))

    assert await held(user.id) == [limited]
    assert [each[4] for each in await told("registration_context.grant_skipped")] == ["authz_tuple_exists"]


async def test_what_stands_without_limits_is_no_matter() -> None:
    user = await make_user()
    await give(RelationTuple(staff(user.id)))
    await make_context(Grant("group", "member", "staff"))

    await commit(welcome(SYSTEM, user.id, Entry()))

    assert await held(user.id) == [RelationTuple(staff(user.id))]
    assert [each[0] for each in (await told())[1:]] == ["registration_context.applied"]
    assert len(await told("grant.created")) == 1


async def test_what_has_expired_is_given_anew() -> None:
    user = await make_user()
    await make_context(Grant("group", "member", "staff"))
    with clock.frozen() as stopped:
        await give(RelationTuple(staff(user.id), expires_at=clock.now() + timedelta(hours=1)))
        stopped.advance(timedelta(hours=1))

        await commit(welcome(SYSTEM, user.id, Entry()))

    assert await held(user.id) == [RelationTuple(staff(user.id))]
    assert await told("registration_context.grant_skipped") == []
