"""Many who ask for the same at the same time cause one read; nobody gets what is too old."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from app.kit.sharing import BATCH, Shared, SharedBatch

LONG = timedelta(hours=1)


class Source:
    """Counts reads, and holds them up until it is let go."""

    def __init__(self) -> None:
        self.reads: list[object] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.failure: Exception | None = None

    async def read(self) -> int:
        self.reads.append(None)
        number = len(self.reads)
        await self.may_end.wait()
        if self.failure is not None:
            raise self.failure
        return number

    async def read_all(self, keys: Sequence[str]) -> dict[str, int]:
        self.reads.append(list(keys))
        number = len(self.reads)
        await self.may_end.wait()
        if self.failure is not None:
            raise self.failure
        return {key: number for key in keys if key != "missing"}


async def test_who_asks_at_the_same_time_or_soon_after_shares_a_read() -> None:
    source, shared = Source(), Shared[str, int](LONG)

    together = await asyncio.gather(*(shared.get("a", source.read) for _ in range(100)))
    after, other = await shared.get("a", source.read), await shared.get("b", source.read)

    assert (set(together), after, other) == ({1}, 1, 2)


async def test_whoever_asks_after_a_change_gets_what_was_read_after_it() -> None:
    source, shared = Source(), Shared[str, int](LONG)
    source.may_end.clear()
    early = asyncio.create_task(shared.get("a", source.read))
    await asyncio.sleep(0)
    shared.forget()
    late = asyncio.create_task(shared.get("a", source.read))
    await asyncio.sleep(0)
    source.may_end.set()

    assert await asyncio.gather(early, late) == [1, 2]
    assert await shared.get("a", source.read) == 2


async def test_a_result_grows_too_old() -> None:
    source, shared = Source(), Shared[str, int](timedelta(0))
    await shared.get("a", source.read)
    await asyncio.sleep(0.002)

    assert await shared.get("a", source.read) == 2


async def test_a_failure_is_told_to_all_who_share_it_and_not_kept() -> None:
    source, shared = Source(), Shared[str, int](LONG)
    source.failure = LookupError("away")

    told = await asyncio.gather(*(shared.get("a", source.read) for _ in range(3)), return_exceptions=True)
    source.failure = None

    assert told == [source.failure or told[0]] * 3
    assert isinstance(told[0], LookupError)
    assert await shared.get("a", source.read) == 2


async def test_whoever_leaves_does_not_take_the_read_along() -> None:
    source, shared = Source(), Shared[str, int](LONG)
    source.may_end.clear()
    leaving, staying = (asyncio.create_task(shared.get("a", source.read)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait([leaving])
    source.may_end.set()

    assert (leaving.cancelled(), await staying) == (True, 1)


async def test_keys_of_one_turn_come_in_one_read() -> None:
    source = Source()
    shared = SharedBatch[str, int](source.read_all, LONG)

    first = await asyncio.gather(*(shared.get(key) for key in ("a", "b", "a", "missing")))
    second = await asyncio.gather(*(shared.get(key) for key in ("b", "c")))

    assert (first, second) == ([1, 1, 1, None], [1, 2])
    assert source.reads == [["a", "b", "missing"], ["c"]]


async def test_a_change_in_the_same_turn_loses_nobody() -> None:
    source = Source()
    shared = SharedBatch[str, int](source.read_all, LONG)
    early = asyncio.create_task(shared.get("a"))
    shared.forget()
    late = asyncio.create_task(shared.get("a"))
    await asyncio.sleep(0)
    shared.forget()
    last = asyncio.create_task(shared.get("a"))

    async with asyncio.timeout(20):
        assert (await early, await late, await last) in [(1, 1, 1), (1, 1, 2), (1, 2, 2)]


async def test_a_failed_batch_is_told_to_all_and_not_kept() -> None:
    source = Source()
    shared = SharedBatch[str, int](source.read_all, LONG)
    source.failure = LookupError("away")

    told = await asyncio.gather(shared.get("a"), shared.get("b"), return_exceptions=True)
    source.failure = None

    assert [type(each) for each in told] == [LookupError, LookupError]
    assert await shared.get("a") == 2


async def test_a_read_has_a_bounded_number_of_keys() -> None:
    source = Source()
    shared = SharedBatch[str, int](source.read_all, LONG)

    await asyncio.gather(*(shared.get(str(number)) for number in range(BATCH + 1)))

    assert [len(keys) for keys in source.reads if isinstance(keys, list)] == [BATCH, 1]


@pytest.mark.parametrize("count", [1, 2_500])
async def test_what_is_kept_is_bounded(count: int) -> None:
    source, shared = Source(), Shared[int, int](LONG)
    for number in range(count):
        await shared.get(number, source.read)

    assert len(shared._joined._kept) == min(count, 2_000)
