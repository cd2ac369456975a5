"""A flood of sign-ins waits in a bounded queue; what does not fit is told to come back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.credentials.errors import HashingBusy
from app.credentials.hashing import Hasher, hasher
from app.kit.runtime import override


async def test_what_the_queue_cannot_hold_is_refused_and_the_rest_is_served() -> None:
    small = Hasher(8_192, 1, 1, concurrency=1, queue=2)

    answers = await asyncio.gather(*(small.verify(None, "x") for _ in range(10)), return_exceptions=True)

    busy = [answer for answer in answers if isinstance(answer, HashingBusy)]
    assert len(busy) == 7
    assert [answer for answer in answers if not isinstance(answer, HashingBusy)] == [False] * 3
    assert (busy[0].code, busy[0].status, busy[0].retry_after) == ("credentials_busy", 503, timedelta(seconds=2))


async def test_places_are_free_again_afterwards() -> None:
    small = Hasher(8_192, 1, 1, concurrency=1, queue=1)

    for _ in range(3):
        assert await asyncio.gather(small.verify(None, "x"), small.verify(None, "x")) == [False, False]


async def test_whoever_stops_waiting_gives_the_place_back() -> None:
    small = Hasher(8_192, 1, 1, concurrency=1, queue=1)
    waiting = [asyncio.create_task(small.verify(None, "x")) for _ in range(2)]
    await asyncio.sleep(0)

    waiting[1].cancel()
    results = await asyncio.gather(*waiting, return_exceptions=True)

    assert results[0] is False
    assert isinstance(results[1], asyncio.CancelledError)
    assert await small.verify(None, "x") is False


async def test_hashing_leaves_the_event_loop_free() -> None:
    slow = Hasher(65_536, 4, 1, concurrency=1, queue=1)
    turns = 0
    work = asyncio.create_task(slow.hash("x"))

    while not work.done():
        turns += 1
        await asyncio.sleep(0)

    assert turns > 10
    assert (await work).startswith("$argon2id$v=19$m=65536,t=4,p=1$")


async def test_a_hash_that_cannot_be_read_is_wrong() -> None:
    assert await hasher().verify("not a hash", "x") is False


async def test_parameters_come_from_the_settings() -> None:
    with override(argon2_memory_kib=9_000, argon2_time_cost=2, argon2_parallelism=2):
        assert (await hasher().hash("x")).startswith("$argon2id$v=19$m=9000,t=2,p=2$")


def test_a_hasher_refuses_to_wait_without_bounds() -> None:
    with pytest.raises(ValueError, match="argon2_queue"), override(argon2_queue=0):
        pass
