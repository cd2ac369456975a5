"""Following the audit trail: in the order of commits, from where one left, nothing missed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.events import stream
from app.events.errors import AuditCursorGone
from app.events.service import emit, seal_chain, trim_chain
from app.events.stream import audit_cursor, find_audit_place, forget_slices, read_audit_slice
from app.events.types import AuditFilter, AuditSlice
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.errors import InvalidInput
from app.kit.paging import Direction, Sort, encode_cursor
from tests.events.support import DoorOpened, DoorRattled, tell, visitor
from tests.graph.live import Live, headers_of, shown
from tests.support import as_user, assert_needs, commit, deciding, make_admin

ALL = AuditFilter()


async def open_doors(names: Sequence[str]) -> None:
    for name in names:
        await tell(DoorOpened(target_id=name))
    await commit(seal_chain())


def targets(part: AuditSlice) -> list[str | None]:
    return [event.target_id for _, event in part.events]


async def test_a_slice_follows_a_place_in_order() -> None:
    await open_doors("abc")

    part = await read_audit_slice(SYSTEM, ALL, 1)

    assert (targets(part), part.position, part.has_more) == (["b", "c"], 3, False)
    assert [position for position, _ in part.events] == [2, 3]


async def test_what_is_not_sealed_is_not_there_yet() -> None:
    await open_doors("a")
    await tell(DoorOpened(target_id="b"))

    before = await read_audit_slice(SYSTEM, ALL, 1)
    await commit(seal_chain())
    forget_slices()
    after = await read_audit_slice(SYSTEM, ALL, before.position)

    assert (targets(before), targets(after)) == ([], ["b"])


async def test_a_commit_that_comes_late_is_not_skipped() -> None:
    may_commit, is_written = asyncio.Event(), asyncio.Event()

    async def write_slowly() -> None:
        await emit(visitor(), DoorOpened(target_id="slow"))
        is_written.set()
        await may_commit.wait()

    slow = asyncio.create_task(commit(write_slowly()))
    async with asyncio.timeout(20):
        await is_written.wait()
    await open_doors(["quick"])
    first = await read_audit_slice(SYSTEM, ALL, 0)
    may_commit.set()
    await slow
    await commit(seal_chain())

    assert targets(first) == ["quick"]
    assert targets(await read_audit_slice(SYSTEM, ALL, first.position)) == ["slow"]


async def test_a_long_way_comes_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SLICE", 2)
    monkeypatch.setattr(stream, "WINDOW", 3)
    await open_doors("abcdefg")

    place, seen = 0, []
    while (part := await read_audit_slice(SYSTEM, ALL, place)).has_more:
        place = part.position
        seen.append(targets(part))

    assert [*seen, targets(part)] == [["a", "b"], ["c", "d"], ["e", "f"], ["g"]]


async def test_a_filter_moves_past_what_does_not_match(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "WINDOW", 2)
    await open_doors("ab")
    await tell(DoorRattled(target_id="c"))
    await commit(seal_chain())
    rattled = AuditFilter(action="door.rattled")

    first = await read_audit_slice(SYSTEM, rattled, 0)
    second = await read_audit_slice(SYSTEM, rattled, first.position)

    assert (targets(first), first.position, first.has_more) == ([], 2, True)
    assert (targets(second), second.position, second.has_more) == (["c"], 3, False)


async def test_a_reader_begins_at_the_end_or_at_a_cursor() -> None:
    assert await find_audit_place(SYSTEM, ALL, None) == 0
    await open_doors("abc")

    assert await find_audit_place(SYSTEM, ALL, None) == 3
    assert await find_audit_place(SYSTEM, ALL, audit_cursor(1)) == 1


async def test_a_cursor_of_another_list_is_refused() -> None:
    other = encode_cursor(Sort("audit", ("position",), ("bigint",), Direction.ASC), (0,))

    for cursor in (other, "nonsense", f"{audit_cursor(0)}A"):
        with pytest.raises(InvalidInput):
            await find_audit_place(SYSTEM, ALL, cursor)


async def test_a_cursor_whose_next_event_is_deleted_is_told_so() -> None:
    with clock.frozen() as stopped:
        await open_doors("abc")
        stopped.advance(timedelta(days=2))
        await open_doors("d")
        await commit(trim_chain(timedelta(days=1)))

        assert targets(await read_audit_slice(SYSTEM, ALL, 3)) == ["d"]
        for read in (find_audit_place(SYSTEM, ALL, audit_cursor(2)), read_audit_slice(SYSTEM, ALL, 2)):
            with pytest.raises(AuditCursorGone):
                await read


async def test_a_cursor_from_the_future_is_told_so() -> None:
    await open_doors("a")

    with pytest.raises(AuditCursorGone):
        await find_audit_place(SYSTEM, ALL, audit_cursor(2))


async def test_following_needs_the_permission() -> None:
    await assert_needs("platform.manage_platform", lambda actor: find_audit_place(actor, ALL, None))
    await assert_needs("platform.manage_platform", lambda actor: read_audit_slice(actor, ALL, 0))


async def test_what_is_about_oneself_needs_none() -> None:
    await tell(DoorOpened(target_id="mine", about_user_id="usr_me"))
    await tell(DoorOpened(target_id="other", about_user_id="usr_other"))
    await commit(seal_chain())

    with deciding():
        part = await read_audit_slice(as_user("usr_me"), AuditFilter(about_user_id="usr_me"), 0)

    assert targets(part) == ["mine"]


async def test_a_slice_takes_its_rows_by_position() -> None:
    await open_doors("abc")
    await db.execute("ANALYZE events_audit")
    statement = "SELECT id FROM events_audit WHERE TRUE AND position > 1 AND position <= 3 ORDER BY position LIMIT 100"

    async with db.unit_of_work():
        await db.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {statement}"))

    assert "events_audit_position_key" in plan


async def test_a_reconnect_misses_nothing(live: Live) -> None:
    headers = await headers_of(await make_admin())
    await commit(seal_chain())
    doors = {"action": "door."}
    async with live.events(headers=headers, filter=doors) as events:
        await events.next()
        await open_doors(["one", "two"])
        first = await events.next()
    await open_doors(["three"])

    async with live.connected(headers) as socket:
        await socket.subscribe("1", filter=doors, after=first["cursor"])
        assert (await socket.next())["cursor"] == first["cursor"]
        await open_doors(["four"])
        rest = [shown(await socket.next())[1] for _ in range(3)]

    assert (shown(first)[1], rest) == ("one", ["two", "three", "four"])


async def test_a_reader_that_saw_nothing_can_go_on_too(live: Live) -> None:
    headers = await headers_of(await make_admin())
    await commit(seal_chain())
    async with live.events(headers=headers) as events:
        start = (await events.next())["cursor"]
    await open_doors(["missed"])

    async with live.events(headers=headers, after=start) as events:
        await events.next()
        assert shown(await events.next()) == ("door.opened", "missed")


async def test_a_filter_that_matches_nothing_gets_places_to_go_on_from(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.events.graph._QUIET_POSITIONS", 2)
    headers = await headers_of(await make_admin())
    await commit(seal_chain())
    async with live.events(headers=headers, filter={"action": "nothing."}) as events:
        start = await events.next()
        await open_doors(["one", "two"])
        later = await events.next()

    assert later["node"] is None
    assert later["cursor"] not in ("", start["cursor"])


async def test_a_hint_that_is_lost_costs_a_second(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = await headers_of(await make_admin())
    await commit(seal_chain())
    monkeypatch.setattr("app.events.trail.notify_after_commit", lambda channel: None)
    async with live.events(headers=headers, filter={"action": "door."}) as events:
        await events.next()
        await open_doors(["one"])

        async with asyncio.timeout(5):
            assert shown(await events.next()) == ("door.opened", "one")


async def test_a_cursor_that_is_gone_is_told_in_the_stream(live: Live) -> None:
    headers = await headers_of(await make_admin())
    async with live.events(headers=headers, after=audit_cursor(1_000)) as events:
        assert await events.next() == ("GONE", "events_cursor_gone")
    async with live.events(headers=headers, after="nonsense") as events:
        assert await events.next() == ("BAD_USER_INPUT", "kit_cursor")
