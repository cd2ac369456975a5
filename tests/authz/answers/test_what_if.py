"""Contextual tuples tell what others hold: whoever may not ask about others may not suppose anything either."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

import pytest

from app.authz.engine.listing import ObjectQuery, SubjectQuery
from app.authz.service.checks import LATEST, check, check_many, explain
from app.authz.service.follower import following
from app.authz.service.lists import find_everybody, find_ids, find_objects, find_subjects
from app.authz.service.sources import open_source
from app.authz.types import Check, Freshness, FreshnessMode, RelationTuple, TupleKey
from app.kit import clock
from app.kit.actor import ANONYMOUS, SYSTEM, Actor
from app.kit.errors import AppError, Forbidden, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from app.kit.paging import PageRequest
from tests.authz.answers.support import SCOPE, ask, document, grant, key, save_app, subject
from tests.authz.people import give
from tests.support import as_user, deciding, read_everything

DOCUMENT: Final = f"{SCOPE}:document"
# Ben is in no group.
SUPPOSED: Final = (RelationTuple(key("group:board", "member", "user:ben")),)
PAGE: Final = PageRequest()

Call = Callable[[Actor], Awaitable[object]]


@pytest.fixture(params=["index", "sql"], autouse=True)
async def _source(request: pytest.FixtureRequest, database: None) -> AsyncIterator[None]:
    await save_app()
    await grant(("folder:f", "viewer", "group:board#member"), ("document:9", "parent", "folder:f"))
    await give(TupleKey("clients", SCOPE, "admin", "user", "manager"))
    if request.param == "sql":
        yield
        return
    async with following() as follower:
        await follower.catch_up()
        yield


def about_ben(contextual: tuple[RelationTuple, ...]) -> Check:
    return ask("ben", "read", "9", contextual=contextual)


def objects(contextual: tuple[RelationTuple, ...]) -> ObjectQuery:
    return ObjectQuery(subject("ben"), "read", DOCUMENT, {}, contextual)


def subjects() -> SubjectQuery:
    return SubjectQuery(document("9"), "read", "user", "", {}, SUPPOSED)


async def listed(actor: Actor, contextual: tuple[RelationTuple, ...] = SUPPOSED, page: PageRequest = PAGE) -> list[str]:
    found = await find_objects(actor, await open_source(LATEST), objects(contextual), page)
    return [each.id for each in found.page.items]


async def listed_ids(actor: Actor, contextual: tuple[RelationTuple, ...] = SUPPOSED) -> list[str]:
    return [*(await find_ids(actor, await open_source(LATEST), objects(contextual), PAGE)).ids]


async def listed_subjects(actor: Actor) -> object:
    return await find_subjects(actor, await open_source(LATEST), subjects(), PAGE)


async def listed_everybody(actor: Actor) -> object:
    return await find_everybody(actor, await open_source(LATEST), subjects(), PAGE)


CALLS: Final[Mapping[str, Call]] = {
    "check": lambda actor: check(actor, about_ben(SUPPOSED)),
    "checks": lambda actor: check_many(actor, [about_ben(()), about_ben(SUPPOSED)]),
    "explain": lambda actor: explain(actor, about_ben(SUPPOSED)),
    "objects": listed,
    "objects backward": lambda actor: listed(actor, page=PageRequest(last=2)),
    "ids": listed_ids,
    "subjects": listed_subjects,
    "everybody": listed_everybody,
}


async def refusal(call: Call, actor: Actor) -> type[AppError] | None:
    try:
        await call(actor)
    except AppError as error:
        return type(error)
    return None


@pytest.mark.parametrize("name", CALLS)
async def test_one_may_not_suppose_anything_about_oneself_without_the_permission(name: str) -> None:
    before = await read_everything()

    with deciding(ben=ALL_PERMISSIONS - {"clients.manage_access"}):
        assert await refusal(CALLS[name], as_user("ben")) is Forbidden
    assert await refusal(CALLS[name], as_user("ben")) is Forbidden
    assert await refusal(CALLS[name], as_user("ann")) is Forbidden
    assert await refusal(CALLS[name], ANONYMOUS) is Unauthenticated

    assert await read_everything() == before


@pytest.mark.parametrize("name", CALLS)
async def test_who_manages_access_supposes_what_they_like(name: str) -> None:
    with deciding(usr_op={"clients.manage_access"}):
        assert await refusal(CALLS[name], as_user("usr_op")) is None
    assert await refusal(CALLS[name], as_user("manager")) is None


async def test_without_them_one_sees_what_one_can_do_oneself() -> None:
    assert await listed(as_user("ben"), ()) == await listed_ids(as_user("ben"), ()) == []
    assert await refusal(lambda actor: check(actor, about_ben(())), as_user("ben")) is None

    assert await listed(as_user("manager")) == await listed_ids(as_user("manager")) == ["9"]


async def test_a_supposed_tuple_counts_from_its_begin_to_its_end() -> None:
    now = clock.now()
    hour = timedelta(hours=1)
    times = [(None, None), (now - hour, now + hour), (now + hour, None), (None, now - hour), (now - hour, now - hour)]
    membership = SUPPOSED[0].key

    found = [(await check(SYSTEM, about_ben((RelationTuple(membership, None, *each),)))).is_allowed for each in times]

    assert found == [True, True, False, False, False]
    assert await listed(SYSTEM, (RelationTuple(membership, None, *times[1]),)) == ["9"]
    assert await listed(SYSTEM, (RelationTuple(membership, None, *times[2]),)) == []


async def test_what_is_supposed_to_be_over_hides_what_stands() -> None:
    await grant(("group:board", "member", "user:ben"))
    over = RelationTuple(SUPPOSED[0].key, expires_at=clock.now())

    fully = Freshness(FreshnessMode.FULLY_CONSISTENT)
    answers = await check_many(SYSTEM, [about_ben(()), about_ben((over,))], fully)

    assert [each.is_allowed for each in answers] == [True, False]
