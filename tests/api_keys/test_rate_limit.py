"""Rate limits of keys: exact over processes, without a write for each use."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.api_keys.errors import ApiKeyRateLimited
from app.api_keys.service import spending, update_key
from app.api_keys.service.memory import forget_api_keys
from app.api_keys.types import ApiKeyChanges, CreatedApiKey
from app.kit import clock, db
from app.kit.db import unit_of_work
from tests.api_keys.support import make_key, show
from tests.support import as_user, commit, counted_statements, make_user, read_audit


async def use(made: CreatedApiKey, times: int) -> int:
    """How many of so many uses at once are let in."""

    async def one() -> bool:
        try:
            await show(made)
        except ApiKeyRateLimited:
            return False
        return True

    return sum(await asyncio.gather(*(one() for _ in range(times))))


async def counted() -> int:
    hits: int = await db.fetch_value("SELECT coalesce(sum(hits), 0) FROM kit_counter WHERE name = 'api_keys.use'")
    return hits


async def test_a_key_is_used_so_often_a_minute_and_no_more() -> None:
    with clock.frozen() as time:
        made = await make_key(await make_user(), rate_limit_per_minute=30)

        assert await use(made, 50) == 30
        with pytest.raises(ApiKeyRateLimited) as caught:
            await show(made)
        assert (caught.value.status, caught.value.code) == (429, "api_keys_rate_limited")
        assert caught.value.retry_after is not None
        assert timedelta(0) < caught.value.retry_after <= timedelta(minutes=1)
        time.advance(timedelta(minutes=1))
        assert await use(made, 50) == 30


async def test_two_processes_together_never_exceed_the_limit() -> None:
    with clock.frozen():
        made = await make_key(await make_user(), rate_limit_per_minute=200)
        first = await use(made, 95)
        # Another process knows nothing of what this one holds.
        forget_api_keys()
        second = await use(made, 300)

        assert first == 95
        assert 200 - 95 - 10 <= second <= 200 - 95


async def test_uses_are_fetched_in_blocks() -> None:
    with clock.frozen():
        made = await make_key(await make_user(), rate_limit_per_minute=1_000)
        with counted_statements() as statements:
            for _ in range(100):
                await show(made)

        assert len([each for each in statements if "kit_counter" in each]) == 2
        assert await counted() == 100


async def test_a_flood_over_the_limit_writes_nothing() -> None:
    with clock.frozen():
        made = await make_key(await make_user(), rate_limit_per_minute=3)
        assert await use(made, 30) == 3
        with counted_statements() as statements:
            assert await use(made, 100) == 0

        assert [each for each in statements if "INSERT" in each or "UPDATE" in each] == []
        refused = [event for event in await read_audit() if event.action == "api_key.refused"]
        assert {(event.target_id, event.reason) for event in refused} == {(made.key.id, "api_keys_rate_limited")}


async def test_many_uses_at_once_fetch_a_block_once() -> None:
    with clock.frozen():
        made = await make_key(await make_user(), rate_limit_per_minute=1_000)
        with counted_statements() as statements:
            assert await use(made, 40) == 40

        assert len([each for each in statements if "kit_counter" in each]) == 1


async def test_a_higher_limit_counts_at_once() -> None:
    user = await make_user()
    with clock.frozen():
        made = await make_key(user, rate_limit_per_minute=2)
        assert await use(made, 5) == 2

        await commit(update_key(as_user(user), made.key.id, ApiKeyChanges(rate_limit_per_minute=10)))

        # One use was asked for in vain under the lower limit, and is counted.
        assert await use(made, 20) == 10 - 2 - 1


async def test_what_a_roll_back_takes_back_is_not_spent() -> None:
    with clock.frozen():
        made = await make_key(await make_user(), rate_limit_per_minute=100)
        with pytest.raises(LookupError):
            async with unit_of_work():
                await show(made)
                raise LookupError

        assert (await counted(), len(spending._allowances)) == (0, 0)
        assert await use(made, 150) == 100


async def test_a_key_without_a_limit_is_not_counted() -> None:
    made = await make_key(await make_user())

    assert await use(made, 50) == 50
    assert await counted() == 0
