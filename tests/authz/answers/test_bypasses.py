"""Whoever is let in past the models leaves a trace, bounded in number."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

import pytest

from app.authz.engine.listing import ObjectQuery
from app.authz.service import bypasses
from app.authz.service.bypasses import flush_bypasses, tracing_bypasses
from app.authz.service.checks import LATEST, check, check_many, explain
from app.authz.service.follower import following
from app.authz.service.lists import check_actions, find_ids, find_objects
from app.authz.service.sources import open_source
from app.authz.types import RelationTuple, Source, TupleKey
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.paging import PageRequest
from tests.authz.answers.support import SCOPE, ask, document, grant, key, save_app, subject
from tests.authz.people import give
from tests.metrics.support import Change
from tests.support import counted_statements, read_audit, read_everything


async def prepare() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))
    await give(
        TupleKey("platform", "*", "super_admin", "user", "root"),
        TupleKey("clients", SCOPE, "full_access", "user", "boss"),
    )


async def test_it_is_recorded_once_with_the_first_case_and_how_many() -> None:
    await prepare()
    await check_many(SYSTEM, [ask("root", "read", "1"), ask("root", "share", "2"), ask("boss", "sign", "3")])
    await check_many(SYSTEM, [ask("root", "read", "4"), ask("ann", "read", "1")])

    assert await flush_bypasses() == 2
    assert await flush_bypasses() == 0

    told = {event.target_id: event for event in await read_audit() if event.action == "authz.bypassed"}
    boss, root = told["user:boss"], told["user:root"]
    assert (root.target_id, root.about_user_id, root.after) == (
        "user:root",
        "root",
        {
            "entity_type": f"{SCOPE}:document",
            "action": "read",
            "entity": f"{SCOPE}:document:1",
            "through": "platform:*#super_admin",
            "count": 3,
        },
    )
    assert (boss.target_id, boss.after and boss.after["through"]) == ("user:boss", f"clients:{SCOPE}#full_access")


async def test_a_check_itself_writes_nothing() -> None:
    await prepare()
    await check(SYSTEM, ask("root", "read", "1"))
    before = await read_everything()

    with counted_statements() as statements:
        await check(SYSTEM, ask("root", "read", "1"))

    assert not [each for each in statements if "INSERT" in each]
    assert await read_everything() == before


async def test_what_cannot_be_written_is_written_later() -> None:
    await prepare()
    await check(SYSTEM, ask("root", "read", "1"))
    await db.execute("ALTER TABLE events_audit RENAME TO events_audit_away")
    with pytest.raises(Exception, match="events_audit"):
        await flush_bypasses()
    await db.execute("ALTER TABLE events_audit_away RENAME TO events_audit")
    await check(SYSTEM, ask("root", "read", "1"))

    assert await flush_bypasses() == 1
    (event,) = (event for event in await read_audit() if event.action == "authz.bypassed")
    assert event.after
    assert event.after["count"] == 2


async def test_no_more_than_a_bounded_number_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    await prepare()
    monkeypatch.setattr(bypasses, "_MOST", 1)

    await check_many(SYSTEM, [ask("root", "read", "1"), ask("boss", "read", "1"), ask("root", "read", "2")])

    assert await flush_bypasses() == 1


async def test_a_server_writes_what_is_left_when_it_stops() -> None:
    await prepare()
    async with tracing_bypasses():
        await check(SYSTEM, ask("root", "read", "1"))

    assert [event.target_id for event in await read_audit() if event.action == "authz.bypassed"] == ["user:root"]


def everything_of(name: str, *, contextual: tuple[RelationTuple, ...] = ()) -> ObjectQuery:
    return ObjectQuery(subject(name), "read", f"{SCOPE}:document", {}, contextual)


async def list_ids(name: str) -> object:
    return await find_ids(SYSTEM, await open_source(LATEST), everything_of(name), PageRequest())


async def list_pages(name: str) -> object:
    return await find_objects(SYSTEM, await open_source(LATEST), everything_of(name), PageRequest(last=1))


async def list_actions(name: str) -> object:
    return await check_actions(SYSTEM, await open_source(LATEST), subject(name), document("1"), context={})


ANNS: Final = key("document:5", "owner", "user:ann")
# Each other way to ask, with the first action and entity that it tells of, and how many bypasses it is.
WAYS: Final[Mapping[str, tuple[Callable[[str], Awaitable[object]], str, str, int]]] = {
    "actions": (list_actions, "read", "1", 3),
    "explain": (lambda name: explain(SYSTEM, ask(name, "share", "7")), "share", "7", 1),
    "ids": (list_ids, "read", "*", 1),
    "pages": (list_pages, "read", "*", 1),
    "what if": (
        lambda name: check(SYSTEM, ask(name, "read", "1", contextual=(RelationTuple(ANNS),))), "read", "1", 1,
    ),
}  # fmt: skip


@pytest.fixture(params=["index", "sql"])
async def source(request: pytest.FixtureRequest, database: None) -> AsyncIterator[str]:
    await prepare()
    if request.param == "sql":
        yield request.param
        return
    async with following() as follower:
        await follower.catch_up()
        yield request.param


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("way", WAYS)
async def test_every_way_to_ask_leaves_the_same_trace(way: str) -> None:
    call, action, entity, count = WAYS[way]
    for name in ("root", "boss", "ann"):
        await call(name)

    assert await flush_bypasses() == 2

    told = {event.target_id: event.after for event in await read_audit() if event.action == "authz.bypassed"}
    expected = {"entity_type": f"{SCOPE}:document", "action": action, "entity": f"{SCOPE}:document:{entity}"}
    assert told == {
        "user:root": {**expected, "through": "platform:*#super_admin", "count": count},
        "user:boss": {**expected, "through": f"clients:{SCOPE}#full_access", "count": count},
    }


@pytest.mark.usefixtures("source")
async def test_what_is_only_supposed_is_no_trace() -> None:
    supposed = (
        RelationTuple(TupleKey("platform", "*", "super_admin", "user", "ann")),
        RelationTuple(TupleKey("clients", SCOPE, "full_access", "user", "ann")),
    )

    answer = await check(SYSTEM, ask("ann", "share", "1", contextual=supposed))
    await explain(SYSTEM, ask("ann", "share", "1", contextual=supposed))
    query = everything_of("ann", contextual=supposed)
    await find_objects(SYSTEM, await open_source(LATEST), query, PageRequest())

    assert answer.source is Source.BYPASS
    assert await flush_bypasses() == 0


async def test_all_actions_at_once_are_counted_and_timed_as_checks(source: str) -> None:
    change = Change()

    await list_actions("ann")
    await list_actions("root")

    answered = "authz_decision_count_total"
    assert change(answered, result="allowed", source=source) == 1
    assert change(answered, result="denied", source=source) == 1
    assert change(answered, result="undecided", source=source) == 1
    assert change(answered, result="allowed", source="bypass") == 3
    assert change("authz_check_duration_ms_count", source=source) == 6
