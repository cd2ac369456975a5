"""Rate limits: exact, shared, forgiving about clocks, one bucket for one subscriber."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.kit import clock, db
from app.kit.errors import TooMany
from app.kit.limits import (
    RateLimit,
    address_bucket,
    count_hit,
    release_hit,
    require_room,
    spend_once,
    sweep_counters,
    window_rest,
)

LIMIT = RateLimit("test_limit", 5, timedelta(minutes=15))
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_fifty_hits_at_once_are_counted_exactly() -> None:
    counts = await asyncio.gather(*(count_hit(LIMIT, "198.51.100.1") for _ in range(50)))

    assert sorted(counts) == list(range(1, 51))
    assert await count_hit(LIMIT, "198.51.100.1") == 51


async def test_of_fifty_at_once_exactly_as_many_pass_as_there_is_room_for() -> None:
    results = await asyncio.gather(*(require_room(LIMIT, "b") for _ in range(50)), return_exceptions=True)

    assert results.count(None) == 5
    assert sum(isinstance(result, TooMany) for result in results) == 45


async def test_whoever_is_refused_is_told_when_the_window_ends() -> None:
    with clock.frozen(START + timedelta(minutes=4)):
        for _ in range(5):
            await require_room(LIMIT, "b")

        with pytest.raises(TooMany) as caught:
            await require_room(LIMIT, "b")

    assert caught.value.code == "kit_rate_limited"
    assert caught.value.retry_after == timedelta(minutes=11)


async def test_a_new_window_begins_with_nothing() -> None:
    with clock.frozen(START) as stopped:
        assert [await count_hit(LIMIT, "b") for _ in range(3)] == [1, 2, 3]

        stopped.advance(timedelta(minutes=15) - timedelta(microseconds=1))
        assert await count_hit(LIMIT, "b") == 4

        stopped.advance(timedelta(microseconds=1))
        assert await count_hit(LIMIT, "b") == 1


async def test_a_hit_that_comes_late_from_the_window_before_loses_no_other_hit() -> None:
    with clock.frozen(START + timedelta(minutes=15)) as stopped:
        await count_hit(LIMIT, "b")
        await count_hit(LIMIT, "b")
        stopped.advance(timedelta(milliseconds=-1))

        assert await count_hit(LIMIT, "b") == 3

        stopped.advance(timedelta(milliseconds=1))
        assert await count_hit(LIMIT, "b") == 4


async def test_a_window_left_over_from_a_clock_that_was_far_ahead_does_not_count() -> None:
    with clock.frozen(START) as stopped:
        await count_hit(LIMIT, "b", cost=100)
        stopped.advance(timedelta(days=-365))

        assert await count_hit(LIMIT, "b") == 1


async def test_a_hit_may_cost_more_and_be_taken_back() -> None:
    assert await count_hit(LIMIT, "b", cost=3) == 3
    await release_hit(LIMIT, "b")
    assert await count_hit(LIMIT, "b") == 3

    for _ in range(4):
        await release_hit(LIMIT, "b")
    assert await count_hit(LIMIT, "b") == 1


async def test_buckets_and_limits_are_counted_apart() -> None:
    other = RateLimit("test_other", 5, LIMIT.window)
    await count_hit(LIMIT, "a")
    await count_hit(LIMIT, "b", cost=2)
    await count_hit(other, "a", cost=3)

    assert [await count_hit(limit, bucket) for limit, bucket in ((LIMIT, "a"), (LIMIT, "b"), (other, "a"))] == [2, 3, 4]


@pytest.mark.parametrize(
    "bucket", [pytest.param("x" * 10_000, id="long"), "nul\0", "line\nbreak", "half \ud800 a pair", ""]
)
async def test_any_text_can_be_a_bucket(bucket: str) -> None:
    await count_hit(LIMIT, bucket)
    await count_hit(LIMIT, bucket + "x")

    assert await count_hit(LIMIT, bucket) == 2


async def test_a_roll_back_takes_the_hit_back() -> None:
    with pytest.raises(KeyError):
        async with db.unit_of_work():
            await count_hit(LIMIT, "b")
            raise KeyError

    assert await count_hit(LIMIT, "b") == 1


async def test_only_windows_that_are_over_are_swept() -> None:
    with clock.frozen(START) as stopped:
        await count_hit(LIMIT, "old")
        stopped.advance(timedelta(minutes=30))
        await count_hit(LIMIT, "new")
        assert await sweep_counters() == 0

        stopped.advance(timedelta(microseconds=1))
        assert await sweep_counters() == 1
        assert await count_hit(LIMIT, "new") == 2


def test_how_long_a_window_lasts_still() -> None:
    with clock.frozen(START + timedelta(seconds=1)):
        assert window_rest(LIMIT) == timedelta(minutes=15) - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("address", "bucket"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("not an address", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_one_subscriber_is_one_bucket(address: str | None, bucket: str) -> None:
    assert address_bucket(address) == bucket


async def test_of_fifty_at_once_exactly_one_uses_a_thing_up() -> None:
    until = clock.now() + timedelta(hours=1)

    results = await asyncio.gather(*(spend_once("test_thing", "a", until) for _ in range(50)))

    assert sorted(results) == [False] * 49 + [True]
    assert await spend_once("test_thing", "b", until)


async def test_what_is_used_up_stays_so_across_the_hour_until_it_is_over() -> None:
    until = START + timedelta(hours=1)
    with clock.frozen(START - timedelta(seconds=1)) as stopped:
        assert await spend_once("test_thing", "a", until)
        stopped.advance(timedelta(seconds=2))
        await sweep_counters()
        assert not await spend_once("test_thing", "a", until)

        stopped.advance(timedelta(hours=1))

        assert await sweep_counters() == 1


async def test_a_roll_back_gives_back_what_was_used_up() -> None:
    until = clock.now() + timedelta(hours=1)
    with pytest.raises(ZeroDivisionError):
        async with db.unit_of_work():
            assert await spend_once("test_thing", "a", until)
            raise ZeroDivisionError

    assert await spend_once("test_thing", "a", until)
