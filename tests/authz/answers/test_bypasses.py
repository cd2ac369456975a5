"""Whoever is let in past the models leaves a trace, bounded in number."""

from __future__ import annotations

import pytest

from app.authz.service import bypasses
from app.authz.service.bypasses import flush_bypasses, tracing_bypasses
from app.authz.service.checks import check, check_many
from app.authz.service.tuples import write_tuples
from app.authz.types import RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite
from app.kit import db
from app.kit.actor import SYSTEM
from tests.authz.answers.support import SCOPE, ask, grant, save_app
from tests.support import commit, counted_statements, read_audit, read_everything


async def prepare() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))
    tuples = (
        TupleKey("platform", "*", "super_admin", "user", "root"),
        TupleKey("clients", SCOPE, "full_access", "user", "boss"),
    )
    await commit(write_tuples(SYSTEM, TupleWrite(touch=tuple(map(RelationTuple, tuples)))))


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
