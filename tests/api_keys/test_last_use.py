"""When a key was last used: noted in memory, written together."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.api_keys.service import delete_key, flush_uses, get_keys, noting_uses, prove_key
from app.api_keys.types import CreatedApiKey
from app.kit import clock
from tests.api_keys.support import DIRECT, make_key, show
from tests.support import ORIGIN, as_user, commit, counted_statements, make_user


async def last_use(made: CreatedApiKey) -> datetime | None:
    return (await get_keys([made.key.id]))[made.key.id].last_used_at


async def test_many_uses_are_one_write() -> None:
    user = await make_user()
    made = [await make_key(user) for _ in range(3)]
    with clock.frozen() as time:
        for _ in range(10):
            time.advance(timedelta(seconds=1))
            for each in made:
                await show(each)

        with counted_statements() as statements:
            count = await flush_uses()

        assert (count, len(statements)) == (3, 1)
        assert [await last_use(each) for each in made] == [clock.now()] * 3
        with counted_statements() as statements:
            assert await flush_uses() == 0
        assert statements == []


async def test_a_key_in_constant_use_is_written_once_a_minute() -> None:
    with clock.frozen() as time:
        made = await make_key(await make_user())
        await show(made)
        await flush_uses()
        first = clock.now()

        time.advance(timedelta(seconds=59))
        await show(made)
        assert await flush_uses() == 0
        assert await last_use(made) == first
        time.advance(timedelta(seconds=1))
        await show(made)
        await flush_uses()
        assert await last_use(made) == clock.now()


async def test_a_refusal_is_no_use_and_asking_again_is_none() -> None:
    made = await make_key(await make_user())
    assert made.secret is not None

    await prove_key(made.secret, ORIGIN, DIRECT)

    assert await flush_uses() == 0
    assert await last_use(made) is None


async def test_an_older_note_changes_nothing() -> None:
    with clock.frozen() as time:
        made = await make_key(await make_user())
        await show(made)
        await flush_uses()
        newest = clock.now()
        time.advance(-timedelta(minutes=5))
        await show(made)

        assert await flush_uses() == 0
        assert await last_use(made) == newest


async def test_the_use_of_a_key_that_is_gone_is_dropped() -> None:
    user = await make_user()
    made = await make_key(user)
    await show(made)
    await commit(delete_key(as_user(user), made.key.id))

    assert await flush_uses() == 0
    with counted_statements() as statements:
        await flush_uses()
    assert statements == []


async def test_what_is_noted_is_written_when_the_server_ends() -> None:
    made = await make_key(await make_user())

    async with noting_uses():
        await show(made)

    assert await last_use(made) is not None
