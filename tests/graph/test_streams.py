"""What streams stand on: wake-ups, endings, patience, and nothing that piles up."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import timedelta

import pytest

from app.events.service import emit, seal_chain
from app.events.types import SEALED_CHANNEL
from app.graph import delivery, watch
from app.graph.callers import Credentials
from app.graph.context import Context
from app.graph.errors import Restarting
from app.graph.http import Parameters
from app.graph.running import prepare
from app.graph.streams import Hub, Wakeups, hub
from app.graph.subscriptions import subscribe
from app.graph.watch import Ending, Watch, stream_place
from app.kit import db
from app.kit.db import unit_of_work
from app.kit.errors import AppError, TooMany, Unavailable
from app.kit.notify import notify_after_commit
from tests.events.support import DoorOpened, tell, visitor
from tests.graph.live import FOLLOW, Live, headers_of, until
from tests.graph.support import NOBODY
from tests.support import as_user, commit, make_admin

CHANNEL = "test_streams"
NEVER = timedelta(hours=1)
HEAVY = FOLLOW % "{ cursor node { action targetId after } }"


async def notify(channel: str = CHANNEL) -> None:
    async with unit_of_work():
        notify_after_commit(channel)


async def heard(wakeups: Wakeups) -> bool:
    async with asyncio.timeout(20):
        await wakeups.wait(NEVER)
    return True


async def test_a_commit_wakes_the_streams_of_its_channel() -> None:
    own = Hub()
    own.declare(CHANNEL)
    own.declare("test_other")
    async with own.running(), own.listening(CHANNEL) as one, own.listening(CHANNEL) as two:
        await heard(one), await heard(two)  # the connection was made: what was told before was not heard
        async with own.listening("test_other") as other:
            await notify()

            assert await heard(one)
            assert await heard(two)
            await other.wait(timedelta(0))
    assert own.count(CHANNEL) == 0


async def test_a_hint_that_comes_while_nobody_waits_is_kept_once() -> None:
    own = Hub()
    own.declare(CHANNEL)
    async with own.listening(CHANNEL) as wakeups:
        own._hear(CHANNEL, "")
        own._hear(CHANNEL, "")
        assert await heard(wakeups)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await wakeups.wait(NEVER)


async def test_waiting_ends_without_a_hint() -> None:
    own = Hub()
    own.declare(CHANNEL)
    async with own.listening(CHANNEL) as wakeups, asyncio.timeout(20):
        await wakeups.wait(timedelta(milliseconds=1))


async def test_an_unknown_channel_is_a_mistake() -> None:
    with pytest.raises(LookupError):
        async with Hub().listening("unknown"):
            pass


async def test_a_signal_ends_streams_before_the_server_waits_for_them() -> None:
    seen: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: seen.append(number))
    try:
        own = Hub()
        own.declare(CHANNEL)
        async with own.running(), own.listening(CHANNEL) as wakeups:
            await heard(wakeups)
            os.kill(os.getpid(), signal.SIGTERM)

            assert await heard(wakeups)
            assert (seen, own.is_stopping) == ([signal.SIGTERM], True)
        after = signal.getsignal(signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        assert (len(seen), after) == (2, signal.getsignal(signal.SIGTERM))
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_an_ending_cancels_what_waits_and_says_why() -> None:
    ending, is_cancelled = Ending(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            is_cancelled.set()
            raise

    waiting = asyncio.create_task(ending.unless_over(work()))
    await asyncio.sleep(0)
    ending.end(Restarting())
    ending.end(Unavailable("graph_other", "Another reason."))

    for attempt in (waiting, ending.unless_over(work())):
        with pytest.raises(Restarting):
            await attempt
    assert is_cancelled.is_set()


async def test_who_was_told_why_it_is_over_can_go_on() -> None:
    ending = Ending()

    async def wait() -> tuple[type[Exception], int, str]:
        try:
            await ending.unless_over(asyncio.Event().wait())
        except Restarting as reason:
            task = asyncio.current_task()
            assert task is not None
            return type(reason), task.cancelling(), await asyncio.wait_for(asyncio.sleep(0, "farewell"), 20)
        raise AssertionError

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    ending.end(Restarting())

    assert await waiting == (Restarting, 0, "farewell")


async def test_whoever_is_cancelled_while_work_ends_is_cancelled_and_nothing_is_at_work_any_more() -> None:
    ending, is_ending = Ending(), asyncio.Event()
    steps: list[str] = []

    async def source() -> AsyncGenerator[bool, None]:
        try:
            yield await asyncio.Event().wait()
        finally:
            is_ending.set()
            try:
                await asyncio.Event().wait()
            finally:
                steps.append("work ended")

    async def wait() -> None:
        async with aclosing(source()) as items:
            try:
                await ending.unless_over(items.asend(None))
            finally:
                steps.append("waiting ended")

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    ending.end(Restarting())
    await is_ending.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert steps == ["work ended", "waiting ended"]


@pytest.mark.parametrize("outcome", ["a result", LookupError("a failure")], ids=["result", "failure"])
async def test_work_that_does_not_let_itself_be_cancelled_changes_nothing(outcome: object) -> None:
    ending = Ending()

    async def work() -> object:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def wait() -> tuple[str, int]:
        with pytest.raises((Restarting, LookupError)) as caught:
            await ending.unless_over(work())
        task = asyncio.current_task()
        assert task is not None
        return type(caught.value).__name__, task.cancelling()

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    ending.end(Restarting())

    assert await waiting == ("LookupError" if isinstance(outcome, Exception) else "Restarting", 0)


async def test_a_watch_that_breaks_ends_its_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*arguments: object) -> Context:
        raise LookupError

    monkeypatch.setattr(hub, "is_stopping", False)
    monkeypatch.setattr(watch, "look_again", fail)
    watching = Watch(Credentials(NOBODY), Context(NOBODY))
    async with watching.running(), asyncio.timeout(20):
        with pytest.raises(AppError) as caught:
            await watching.unless_over(asyncio.Event().wait())

    assert caught.value.code == "graph_unwatched"


async def test_a_database_that_is_away_ends_the_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*arguments: object) -> Context:
        raise Unavailable("kit_database_unavailable", "The database does not answer now. Try again soon.")

    monkeypatch.setattr(hub, "is_stopping", False)
    monkeypatch.setattr(watch, "look_again", fail)
    watching = Watch(Credentials(NOBODY), Context(NOBODY))
    async with watching.running(), asyncio.timeout(20):
        with pytest.raises(Unavailable):
            await watching.unless_over(asyncio.Event().wait())


def test_places_are_counted_by_caller_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MAX_STREAMS", 2)
    one, other = as_user("usr_one"), as_user("usr_other")

    with stream_place(one), stream_place(one), stream_place(other), stream_place(NOBODY):
        with pytest.raises(TooMany), stream_place(one):
            pass
        assert watch.count_streams() == 4
    with stream_place(one):
        assert watch.count_streams() == 1
    assert watch.count_streams() == 0


async def test_a_stream_keeps_nothing_of_its_events() -> None:
    admin = as_user(await make_admin())
    operation = prepare(Parameters(FOLLOW % "{ cursor node { id actor { id } } }", {}, None), Context(admin))
    async with aclosing(subscribe(operation, Watch(Credentials(admin), Context(admin)), "r")) as bodies:
        await anext(bodies)
        for n in range(20):
            await tell(DoorOpened(target_id=str(n)))
        await commit(seal_chain())
        for _ in range(20):
            await anext(bodies)

    assert len(operation.executor._relevant_sub_fields) == 0


async def make_heavy_trail(count: int) -> None:
    async with unit_of_work():
        for n in range(count):
            await emit(visitor(), DoorOpened(target_id=str(n), after={"text": ["x" * 1_000] * 100}))
    await commit(seal_chain())


def small_socket(live: Live) -> socket.socket:
    """A connection whose reader's buffer in the kernel is small."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.connect(("127.0.0.1", int(live.url.rpartition(":")[2])))
    made.setblocking(False)
    return made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "SLOW_SECONDS", 0.3)


async def test_a_slow_reader_of_a_socket_is_dropped_and_can_go_on(live: Live, impatient: None) -> None:
    headers = await headers_of(await make_admin())
    await commit(seal_chain())
    async with live.connected(headers, sock=small_socket(live), compression=None) as slow:
        await slow.subscribe("1", HEAVY, filter={"action": "door."})
        start = (await slow.next())["cursor"]
        await make_heavy_trail(80)
        await until(lambda: watch.count_streams() == 0)
        assert (await slow.closed())[0] == 4431

    async with live.connected(headers) as quick:
        await quick.subscribe("1", HEAVY, after=start, filter={"action": "door."})
        await quick.next()
        assert [(await quick.next())["node"]["targetId"] for _ in range(80)] == [str(n) for n in range(80)]


async def test_a_slow_reader_of_events_is_dropped_with_a_code(live: Live, impatient: None) -> None:
    headers = await headers_of(await make_admin())
    await commit(seal_chain())
    async with live.events(HEAVY, headers=headers, filter={"action": "door."}) as slow:
        await slow.next()
        await make_heavy_trail(120)
        await until(lambda: watch.count_streams() == 0)

        seen = []
        while (found := await slow.next()) is not None:
            seen.append(found)

    assert seen[-1] == ("SLOW_READER", "graph_slow_reader")
    assert 0 < len(seen) < 120


async def test_the_streams_of_a_process_share_one_connection(live: Live) -> None:
    before = hub.count(SEALED_CHANNEL)
    headers = await headers_of(await make_admin())
    async with live.events(headers=headers) as one, live.events(headers=headers) as two:
        await one.next(), await two.next()
        await until(lambda: hub.count(SEALED_CHANNEL) == before + 2)
        listeners = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'auther listener'"
        assert await db.fetch_value(f"{listeners} AND datname = current_database()") == 1
