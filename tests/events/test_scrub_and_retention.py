"""Erasing a person and forgetting the past: the rest of the chain still verifies."""

from __future__ import annotations

from datetime import timedelta

from app.events.service import read_checkpoint, scrub_user, seal_chain, trim_audit, verify_chain
from app.kit import clock, db, runtime
from app.kit.actor import Actor, ActorKind
from app.kit.db import unit_of_work
from tests.events.support import DoorOpened, audit_rows, find_problems, make_trail, tamper, tell, visitor
from tests.support import commit


async def test_scrubbed_user_leaves_no_personal_data_and_an_intact_chain() -> None:
    await tell(DoorOpened(target_id="a", about_user_id="usr_9", before={"email": "ada@example.com"}, reason="Ada left"))
    await tell(DoorOpened(target_id="b", after={"note": "not hers"}), visitor("usr_9"))
    await tell(DoorOpened(target_id="c", about_user_id="usr_8", after={"email": "bob@example.com"}))
    await commit(seal_chain())

    async with unit_of_work():
        assert await scrub_user("usr_9") == 2
    await commit(seal_chain())

    about, by, other, record = await audit_rows()
    assert [about[name] for name in ("reason", "before", "after", "content_salt")] == [None] * 4
    assert (about["ip"], about["user_agent"]) == ("203.0.113.9", "Mozilla/5.0")
    assert [by[name] for name in ("ip", "user_agent", "origin_salt")] == [None] * 3
    assert by["after"] == '{"note":"not hers"}'
    assert (other["after"], other["ip"]) == ('{"email":"bob@example.com"}', "203.0.113.9")
    assert (record["action"], record["target_id"]) == ("audit.scrubbed", "usr_9")
    report = await verify_chain()
    assert (report.problems, report.checked) == ((), 4)


async def test_address_of_a_stranger_who_tried_the_account_goes_with_the_account() -> None:
    stranger = Actor(ActorKind.ANONYMOUS, origin=visitor().origin)
    await tell(DoorOpened(target_id="usr_9", about_user_id="usr_9"), stranger)

    await commit(scrub_user("usr_9"))

    row = (await audit_rows())[0]
    assert (row["ip"], row["user_agent"]) == (None, None)
    assert (await verify_chain()).is_intact


async def test_scrubbing_twice_erases_nothing_more() -> None:
    await make_trail(2)

    assert await commit(scrub_user("usr_9")) == 2
    assert await commit(scrub_user("usr_9")) == 0


async def test_scrub_that_nobody_recorded_shows() -> None:
    ids = await make_trail(3)
    sql = "UPDATE events_audit SET reason = NULL, before = NULL, after = NULL, content_salt = NULL WHERE id = $1"

    assert await db.execute(sql, ids[1]) == 1

    assert await find_problems() == {("scrubbed_without_record", 2)}


async def test_scrubbed_row_that_is_filled_again_shows() -> None:
    await make_trail(2)
    await commit(scrub_user("usr_9"))
    await tamper("UPDATE events_audit SET reason = 'invented' WHERE position = 2")

    assert await find_problems() == {("scrubbed_row_refilled", 2)}


async def test_retention_removes_the_oldest_and_the_rest_verifies() -> None:
    with clock.frozen() as stopped:
        await make_trail(3)
        kept = await read_checkpoint()
        stopped.advance(timedelta(days=30))
        await make_trail(2)
        await tell(DoorOpened(target_id="unsealed"))

        with runtime.override(audit_retention=timedelta(days=30)):
            assert await commit(trim_audit()) is False
            assert len(await audit_rows()) == 6
            stopped.advance(timedelta(seconds=1))
            assert await commit(trim_audit()) is False

    assert [(row["action"], row["position"]) for row in await audit_rows()] == [
        ("door.opened", 4),
        ("door.opened", 5),
        ("door.opened", None),
        ("audit.trimmed", None),
    ]
    report = await verify_chain(expected=kept)
    assert (report.problems, report.checked, report.unsealed, report.floor) == ((), 2, 2, kept)
    await commit(seal_chain())
    assert (await verify_chain()).is_intact
