"""What else somebody with the database can do to the trail, and that it shows."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.events import findings, trail, verification
from app.events.errors import AuditCursorGone
from app.events.service import scrub_user, seal_chain, trim_audit, trim_chain, verify_chain
from app.events.stream import find_audit_place, forget_slices, read_audit_slice
from app.events.trail import freeze_view
from app.events.types import AuditFilter, ChainProblem
from app.kit import clock, db, runtime
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from tests.events.support import DoorOpened, audit_rows, find_problems, make_trail, tamper, tell
from tests.support import commit, read_audit

COPY = """
INSERT INTO events_audit (id, action, outcome, occurred_at, actor_kind, actor_id, target_type, target_id, origin_salt,
    origin_commitment, content_salt, content_commitment, mac, position, link)
SELECT 'aud_forged', action, outcome, occurred_at, actor_kind, actor_id, target_type, target_id, origin_salt,
    origin_commitment, content_salt, content_commitment, mac, $2, link FROM events_audit WHERE id = $1
"""


async def test_a_gap_is_told_from_its_first_to_its_last_row() -> None:
    await make_trail(6)
    await tamper("DELETE FROM events_audit WHERE position BETWEEN 3 AND 5")

    assert (await verify_chain()).problems == (ChainProblem("rows_missing", 3, until=5),)


async def test_a_cut_off_end_is_told_to_its_last_row() -> None:
    await make_trail(5)
    await tamper("DELETE FROM events_audit WHERE position > 3")

    assert (await verify_chain()).problems == (ChainProblem("end_missing", 4, until=5),)


async def test_an_emptied_trail_shows() -> None:
    await make_trail(3)
    await tamper("DELETE FROM events_audit")

    assert (await verify_chain()).problems == (ChainProblem("end_missing", 1, until=3),)


@pytest.mark.parametrize("position", [-1, 0, 4, 1_000_000])
async def test_a_row_that_is_numbered_outside_of_the_chain_shows(position: int) -> None:
    ids = await make_trail(3)
    await db.execute(COPY, ids[0], position)

    assert await find_problems() == {("row_inserted", position)}


async def test_a_trail_without_its_head_is_no_new_trail() -> None:
    await make_trail(3)
    await db.execute("DELETE FROM events_chain_head")

    assert await find_problems() == {("row_inserted", 1), ("row_inserted", 2), ("row_inserted", 3)}


async def test_a_row_inserted_in_the_middle_shows() -> None:
    ids = await make_trail(4)
    await tamper("UPDATE events_audit SET position = position + 100 WHERE position > 2")
    await tamper("UPDATE events_audit SET position = position - 99 WHERE position > 100")
    await db.execute(COPY, ids[0], 3)

    assert ("row_changed", 3) in await find_problems()


async def test_rows_in_another_order_show_at_each_of_them() -> None:
    ids = await make_trail(4)
    await tamper("UPDATE events_audit SET position = 99 WHERE id = $1", ids[1])
    await tamper("UPDATE events_audit SET position = 2 WHERE id = $1", ids[2])
    await tamper("UPDATE events_audit SET position = 3 WHERE id = $1", ids[1])

    assert await find_problems() == {("row_out_of_place", position) for position in (2, 3, 4)}


async def test_a_swap_with_its_links_shows() -> None:
    ids = await make_trail(4)
    await tamper(
        "UPDATE events_audit a SET (position, link) = (SELECT -b.position, b.link FROM events_audit b WHERE b.id ="
        " CASE a.id WHEN $1 THEN $2 ELSE $1 END) WHERE a.id IN ($1, $2)",
        ids[1],
        ids[2],
    )
    await tamper("UPDATE events_audit SET position = -position WHERE position < 0")

    assert {code for code, _ in await find_problems()} == {"row_out_of_place"}


async def test_after_retention_whatever_is_done_still_shows() -> None:
    with clock.frozen() as stopped:
        await make_trail(3)
        stopped.advance(timedelta(days=2))
        await make_trail(4)
        await commit(trim_chain(timedelta(days=1)))
    assert await find_problems() == set()

    await tamper("DELETE FROM events_audit WHERE position = 4")
    await tamper("UPDATE events_audit SET outcome = 'denied' WHERE position = 6")

    assert await find_problems() == {("rows_missing", 4), ("row_changed", 6)}


async def test_a_floor_that_was_moved_shows() -> None:
    await make_trail(4)
    await tamper("DELETE FROM events_audit WHERE position <= 2")
    await db.execute("UPDATE events_chain_head SET floor_position = 2")

    assert await find_problems() == {("head_changed", None), ("row_out_of_place", 3)}


async def test_retention_is_recorded_with_what_was_not_there_any_more() -> None:
    with clock.frozen() as stopped:
        await make_trail(4)
        await tamper("DELETE FROM events_audit WHERE position = 2")
        stopped.advance(timedelta(days=2))
        with runtime.override(audit_retention=timedelta(days=1)):
            await commit(trim_audit())
            await commit(trim_audit())

    (event,) = await read_audit()
    assert (event.action, event.after) == ("audit.trimmed", {"count": 3, "missing": 1, "position": 4})


async def test_batches_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_trail(9)
    await tamper("DELETE FROM events_audit WHERE position BETWEEN 3 AND 7")
    monkeypatch.setattr(verification, "_BATCH", 2)
    told: list[int] = []

    report = await verify_chain(tell=told.append)

    assert report.problems == (ChainProblem("rows_missing", 3, until=7),)
    assert told == [2, 4]


async def test_an_erasure_that_runs_meanwhile_is_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    await make_trail(3)
    read = verification.chain_queries.read_chained

    async def erase_first(*given: int) -> list[db.Row]:
        monkeypatch.setattr(verification.chain_queries, "read_chained", read)
        await commit(scrub_user("usr_9"))
        return await read(*given)

    monkeypatch.setattr(verification.chain_queries, "read_chained", erase_first)

    assert (await verify_chain()).problems == ()


async def test_many_erased_rows_do_not_hide_one_that_nobody_recorded() -> None:
    await make_trail(5)
    await tell(DoorOpened(target_id="other", about_user_id="usr_8", reason="why"))
    await commit(seal_chain())
    await commit(scrub_user("usr_9"))
    sql = "UPDATE events_audit SET reason = NULL, before = NULL, after = NULL, content_salt = NULL WHERE position = 6"
    await db.execute(sql)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings, "MAX_PROBLEMS", 2)
        assert await find_problems() == {("scrubbed_without_record", 6)}


async def test_one_state_of_the_database_is_verified_while_others_write() -> None:
    await make_trail(3)
    async with unit_of_work():
        await freeze_view()
        before = await verify_chain()
        # A context of its own, and so a connection of its own.
        await asyncio.create_task(make_trail(2), context=contextvars.Context())
        after = await verify_chain()

    assert (before, after.problems) == (after, ())
    assert len(await audit_rows()) == 5


async def test_retention_sealing_verifying_and_a_reader_behind_do_not_disturb_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trail, "_TRIM_BATCH", 7)
    monkeypatch.setattr(trail, "SEAL_BATCH", 5)
    traffic = _Traffic()

    await asyncio.gather(
        traffic.write(120),
        traffic.repeat(lambda: commit(seal_chain())),
        traffic.repeat(lambda: commit(seal_chain())),
        traffic.repeat(lambda: commit(trim_chain(timedelta(0)))),
        traffic.repeat(traffic.verify),
        traffic.repeat(traffic.read_on),
    )
    while await commit(seal_chain()):
        pass

    report = await verify_chain()
    assert (report.problems, report.unsealed, report.head and report.head.position) == ((), 0, 120)
    assert traffic.seen == sorted(set(traffic.seen))


class _Traffic:
    """What goes on beside each other until everything is written."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self._place = 0
        self._is_over = False

    async def write(self, count: int) -> None:
        for _ in range(count):
            await tell()
        self._is_over = True

    async def repeat(self, step: Callable[[], Awaitable[object]]) -> None:
        while not self._is_over:
            await step()

    async def verify(self) -> None:
        assert (await verify_chain()).problems == ()

    async def read_on(self) -> None:
        await asyncio.sleep(0)
        forget_slices()
        try:
            part = await read_audit_slice(SYSTEM, AuditFilter(), self._place)
        except AuditCursorGone:
            self._place = await find_audit_place(SYSTEM, AuditFilter(), None)
            return
        self.seen.extend(position for position, _ in part.events)
        self._place = part.position
