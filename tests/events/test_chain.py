"""The chain: sealed in commit order, and whatever was done to the trail shows."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from app.events import chain, findings, trail
from app.events.errors import ChainBroken
from app.events.service import emit, read_checkpoint, seal_chain, trim_chain, verify_chain
from app.events.types import Checkpoint
from app.kit import db, runtime
from app.kit.db import unit_of_work
from tests.events.support import DoorOpened, audit_rows, find_problems, make_trail, tamper, tell, visitor
from tests.support import commit


async def test_sealed_trail_is_intact() -> None:
    await make_trail(5)
    await tell()

    report = await verify_chain()

    assert report.is_intact
    assert (report.checked, report.unsealed) == (5, 1)
    assert (report.floor, report.head) == (chain.GENESIS, await read_checkpoint())
    assert [row["position"] for row in await audit_rows()] == [1, 2, 3, 4, 5, None]


async def test_empty_trail_is_intact_unless_a_checkpoint_says_otherwise() -> None:
    assert (await verify_chain()).is_intact
    assert await find_problems(expected=Checkpoint(3, b"x")) == {("head_missing", None)}


async def test_sealing_takes_batches_and_continues_the_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "SEAL_BATCH", 2)
    for _ in range(5):
        await tell()

    assert [await commit(seal_chain()) for _ in range(4)] == [True, True, False, False]
    await tell()
    await commit(seal_chain())

    report = await verify_chain()
    assert (report.is_intact, report.checked, report.unsealed) == (True, 6, 0)


async def test_row_that_commits_late_is_chained_late() -> None:
    first_is_written, go = asyncio.Event(), asyncio.Event()

    async def write_slowly() -> None:
        async with unit_of_work():
            await emit(visitor(), DoorOpened(target_id="slow"))
            first_is_written.set()
            await go.wait()

    slow = asyncio.create_task(write_slowly())
    async with asyncio.timeout(20):
        await first_is_written.wait()
    await tell(DoorOpened(target_id="quick"))
    await commit(seal_chain())
    go.set()
    await slow
    await commit(seal_chain())

    rows = await audit_rows()
    assert [(row["target_id"], row["position"]) for row in rows] == [("slow", 2), ("quick", 1)]
    assert (await verify_chain()).is_intact


async def test_many_writers_and_sealers_at_once_leave_no_gap_and_no_double() -> None:
    async def write(n: int) -> None:
        for _ in range(10):
            await tell(actor=visitor(f"usr_{n}"))

    async def seal() -> None:
        for _ in range(30):
            await commit(seal_chain())

    await asyncio.gather(*(write(n) for n in range(4)), *(seal() for _ in range(3)))
    while await commit(seal_chain()):
        pass
    await commit(seal_chain())

    report = await verify_chain()
    assert (report.problems, report.checked, report.unsealed) == ((), 40, 0)
    assert sorted(row["position"] for row in await audit_rows()) == list(range(1, 41))


@pytest.mark.parametrize(
    "change",
    [
        "action = 'door.shut'", "outcome = 'denied'", "occurred_at = occurred_at - interval '1 microsecond'",
        "actor_kind = 'system'", "actor_id = 'usr_else'", "actor_id = NULL", "impersonator_id = 'usr_x'",
        "session_id = 'ses_x'", "client_id = 'cli_x'", "target_type = 'gate'", "target_id = 'door_x'",
        "about_user_id = 'usr_x'", "request_id = 'req-2'", "ip = '192.0.2.1'", "user_agent = NULL",
        "reason = 'because'",
        "before = '{\"n\":7}'", "after = NULL", "origin_salt = '\\x00'", "content_salt = '\\x00'",
        "origin_commitment = '\\x00'", "content_commitment = '\\x00'", "mac = '\\x00'",
    ],
)  # fmt: skip
async def test_changed_field_shows(change: str) -> None:
    ids = await make_trail(3)

    assert await tamper(f"UPDATE events_audit SET {change} WHERE id = $1", ids[1]) == 1

    assert ("row_changed", 2) in await find_problems()


async def test_changed_row_that_is_not_chained_yet_shows() -> None:
    await tell()
    await tamper("UPDATE events_audit SET target_id = 'door_x'")

    assert await find_problems() == {("row_changed", None)}


async def test_removed_row_shows() -> None:
    ids = await make_trail(5)
    await tamper("DELETE FROM events_audit WHERE id = $1", ids[2])

    assert await find_problems() == {("rows_missing", 3)}


async def test_removed_row_shows_even_when_the_rest_moves_up() -> None:
    ids = await make_trail(5)
    await tamper("DELETE FROM events_audit WHERE id = $1", ids[2])
    await tamper("UPDATE events_audit SET position = position - 1 WHERE position > 3")

    assert await find_problems() == {("row_out_of_place", 3), ("row_out_of_place", 4), ("end_missing", 5)}


async def test_cut_off_end_shows() -> None:
    await make_trail(5)
    await tamper("DELETE FROM events_audit WHERE position > 3")

    assert await find_problems() == {("end_missing", 4)}


async def test_cut_off_end_shows_when_the_head_is_set_back() -> None:
    await make_trail(5)
    await tamper("DELETE FROM events_audit WHERE position > 3")
    await db.execute(
        "UPDATE events_chain_head h SET position = 3, link = a.link FROM events_audit a WHERE a.position = 3"
    )

    assert await find_problems() == {("head_changed", None)}


async def test_rolled_back_database_shows_against_a_checkpoint_kept_elsewhere() -> None:
    await make_trail(3)
    before = await db.fetch_row("SELECT position, link, mac FROM events_chain_head")
    assert before is not None
    await tell()
    await commit(seal_chain())
    kept = await read_checkpoint()
    assert kept is not None

    await tamper("DELETE FROM events_audit WHERE position > 3")
    await db.execute("UPDATE events_chain_head SET position = $1, link = $2, mac = $3", *before)

    assert await find_problems() == set()
    assert await find_problems(expected=kept) == {("checkpoint_missing", 4)}


async def test_inserted_row_shows() -> None:
    ids = await make_trail(2)
    copy = """
    INSERT INTO events_audit (id, action, outcome, occurred_at, actor_kind, actor_id, target_type, target_id,
        origin_salt, origin_commitment, content_salt, content_commitment, mac)
    SELECT 'aud_forged', action, outcome, occurred_at, actor_kind, 'usr_framed', target_type, target_id,
        origin_salt, origin_commitment, content_salt, content_commitment, mac FROM events_audit WHERE id = $1
    """
    await db.execute(copy, ids[0])

    problems = (await verify_chain()).problems
    assert {(problem.code, problem.audit_id) for problem in problems} == {("row_changed", "aud_forged")}
    await commit(seal_chain())
    assert ("row_changed", 3) in await find_problems()


async def test_swapped_rows_show() -> None:
    ids = await make_trail(4)
    await tamper("UPDATE events_audit SET position = 99 WHERE id = $1", ids[1])
    await tamper("UPDATE events_audit SET position = 2 WHERE id = $1", ids[2])
    await tamper("UPDATE events_audit SET position = 3 WHERE id = $1", ids[1])

    assert {code for code, _ in await find_problems()} == {"row_out_of_place"}


async def test_changed_head_stops_the_sealing_instead_of_being_signed_over() -> None:
    await make_trail(3)
    await db.execute("UPDATE events_chain_head SET position = 2")
    await tell()

    with pytest.raises(ChainBroken):
        await commit(seal_chain())
    with pytest.raises(ChainBroken):
        await commit(trim_chain(timedelta(0)))

    assert ("head_changed", None) in await find_problems()


async def test_trail_signed_under_a_former_secret_still_verifies() -> None:
    await make_trail(2)
    old = runtime.settings().secret
    assert old is not None

    fresh = "another secret for tests, thirty-two bytes or more"
    changed = runtime.settings().model_copy(update={"secret": type(old)(fresh), "secret_previous": (old,)})
    before = runtime.runtime()
    runtime.bind_runtime(changed, before.decider)
    try:
        await tell()
        await commit(seal_chain())
        report = await verify_chain()
    finally:
        runtime.bind_runtime(before.settings, before.decider)

    assert (report.problems, report.checked) == ((), 3)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE events_audit SET action = 'door.shut'",
        "UPDATE events_audit SET ip = '192.0.2.1'",
        "UPDATE events_audit SET ip = NULL",
        "UPDATE events_audit SET before = NULL, after = NULL",
        "UPDATE events_audit SET position = position + 100",
        "UPDATE events_audit SET position = NULL, link = NULL",
        "DELETE FROM events_audit",
    ],
)
async def test_database_refuses_to_change_or_delete_rows(sql: str) -> None:
    await make_trail(2)
    before = await audit_rows()

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await db.execute(sql)

    assert await audit_rows() == before


async def test_rows_removed_from_the_beginning_without_retention_show() -> None:
    await make_trail(4)
    await tamper("DELETE FROM events_audit WHERE position <= 2")

    assert await find_problems() == {("rows_missing", 1)}


async def test_problems_are_bounded_in_number() -> None:
    await make_trail(5)
    await tamper("UPDATE events_audit SET action = 'door.shut', ip = 'x'")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings, "MAX_PROBLEMS", 3)
        assert len((await verify_chain()).problems) == 3
