"""Following the outbox: in order, at least once, after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import orjson
import pytest

from app.events import service
from app.events.service import OUTBOX_RETENTION, dispatch_outbox, follow, sweep_outbox
from app.events.types import PublishedEvent
from app.jobs.service import Worker
from app.kit import clock, db
from app.kit.db import unit_of_work
from tests.events.support import DoorOpened, DoorRattled, outbox_rows, tell
from tests.jobs.support import until
from tests.support import commit


@pytest.fixture(autouse=True)
def no_followers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_followers", {})


class Follower:
    def __init__(self, name: str = "test") -> None:
        self.events: list[PublishedEvent] = []
        self.error: Exception | None = None
        self.got = asyncio.Event()
        self.leave = follow(name, self)

    async def __call__(self, events: Sequence[PublishedEvent]) -> None:
        if self.error is not None:
            raise self.error
        self.events += events
        self.got.set()

    @property
    def targets(self) -> list[str | None]:
        return [event.target_id for event in self.events]


async def test_followers_get_published_events_once_and_in_order() -> None:
    one, two = Follower("one"), Follower("two")
    await tell(DoorOpened(target_id="a", snapshot={"n": 1}, about_user_id="usr_9"))
    await tell(DoorRattled(target_id="quiet"))
    await tell(DoorOpened(target_id="b"))

    assert await commit(dispatch_outbox()) is False
    await commit(dispatch_outbox())

    assert one.targets == two.targets == ["a", "b"]
    (first, _) = await outbox_rows()
    event = one.events[0]
    assert (event.id, event.audit_id, event.type) == (first["id"], first["audit_id"], "door.opened")
    assert (event.payload, event.about_user_id, event.actor_id) == ({"n": 1}, "usr_9", "usr_visitor")


async def test_failing_follower_holds_all_back_until_it_succeeds() -> None:
    good, bad = Follower("good"), Follower("bad")
    bad.error = LookupError()
    await tell(DoorOpened(target_id="a"))

    with pytest.raises(LookupError):
        await commit(dispatch_outbox())
    assert (await outbox_rows())[0]["dispatched_at"] is None

    bad.error = None
    await commit(dispatch_outbox())
    assert bad.targets == ["a"]
    assert good.targets == ["a", "a"]


async def test_large_backlog_comes_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "DISPATCH_BATCH", 2)
    follower = Follower()
    for target in "abcde":
        await tell(DoorOpened(target_id=target))

    more = [await commit(dispatch_outbox()) for _ in range(4)]

    assert more == [True, True, False, False]
    assert follower.targets == list("abcde")


async def test_only_one_process_dispatches_at_a_time() -> None:
    entered, go = asyncio.Event(), asyncio.Event()
    batches: list[int] = []

    async def slow(events: Sequence[PublishedEvent]) -> None:
        batches.append(len(events))
        entered.set()
        await go.wait()

    follow("slow", slow)
    await tell()
    first = asyncio.create_task(commit(dispatch_outbox()))
    async with asyncio.timeout(20):
        await entered.wait()

    assert await commit(dispatch_outbox()) is False
    go.set()
    await first

    assert batches == [1]
    assert (await outbox_rows())[0]["dispatched_at"] is not None


async def test_worker_dispatches_and_seals_what_commits() -> None:
    follower = Follower()
    stop = asyncio.Event()
    working = asyncio.create_task(Worker().run(stop))  # it does its periodic work, too

    async def has_heard() -> bool:
        return "door_1" in follower.targets

    try:
        async with asyncio.timeout(20):
            await tell()
            await until(has_heard)
            await until(lambda: db.fetch_value("SELECT bool_and(position IS NOT NULL) FROM events_audit"))
    finally:
        stop.set()
        await working

    assert follower.targets.count("door_1") == 1


async def test_follower_can_leave() -> None:
    follower = Follower()
    follower.leave()
    await tell()

    await commit(dispatch_outbox())

    assert follower.events == []
    assert (await outbox_rows())[0]["dispatched_at"] is not None


async def test_dispatched_events_are_forgotten_after_a_week() -> None:
    with clock.frozen() as stopped:
        await tell(DoorOpened(target_id="old"))
        await commit(dispatch_outbox())
        await tell(DoorOpened(target_id="pending"))

        stopped.advance(OUTBOX_RETENTION)
        assert await commit(sweep_outbox()) == 0
        stopped.advance(timedelta(seconds=1))
        async with unit_of_work():
            assert await sweep_outbox() == 1

    assert [row["target_id"] for row in await outbox_rows()] == ["pending"]
    assert orjson.loads((await outbox_rows())[0]["payload"]) == {}
