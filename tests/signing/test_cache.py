"""What a process knows of keys that another one makes and withdraws: two caches stand for two processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.clock import FrozenClock
from app.kit.db import unit_of_work
from app.kit.errors import Unavailable
from app.signing import queries
from app.signing.cache import KeyCache
from app.signing.queries import StoredKey
from app.signing.service import ensure_keys, forget_keys, jwks, list_keys, sign_jwt, verify_jwt, withdraw_key
from app.signing.types import KeyStatus
from tests.support import commit, counted_statements


@pytest.fixture(autouse=True)
async def time(database: None) -> AsyncIterator[FrozenClock]:
    with clock.frozen(datetime(2026, 6, 1, 12, tzinfo=UTC)) as stopped:
        yield stopped


def kids(cache_document: bytes) -> set[str]:
    return {key["kid"] for key in orjson.loads(cache_document)["keys"]}


async def active_kid(alg: str) -> str:
    return next(key.kid for key in await list_keys(SYSTEM) if key.alg == alg and key.status is KeyStatus.ACTIVE)


async def test_a_kid_that_another_process_just_made_is_found() -> None:
    other = KeyCache()
    assert (await other.read()).by_kid == {}
    await commit(ensure_keys())

    found = await other.find(await active_kid("ES256"))

    assert found is not None
    assert found.alg == "ES256"


async def test_made_up_kids_cost_one_look_a_second(time: FrozenClock) -> None:
    await commit(ensure_keys())
    other = KeyCache()
    await other.read()

    with counted_statements() as statements:
        for n in range(50):
            assert await other.find(f"{n:043d}") is None
    assert len(statements) == 1

    time.advance(timedelta(seconds=1))
    with counted_statements() as statements:
        assert await other.find("x" * 43) is None
    assert len(statements) == 1


async def test_a_withdrawn_key_is_forgotten_by_other_processes_within_seconds(time: FrozenClock) -> None:
    await commit(ensure_keys())
    other = KeyCache()
    kid = await active_kid("ES256")
    assert await other.find(kid) is not None
    key_id = next(key.id for key in await list_keys(SYSTEM) if key.kid == kid)

    await commit(withdraw_key(SYSTEM, key_id))
    time.advance(timedelta(seconds=11))

    assert await other.find(kid) is None
    assert kid not in kids((await other.read()).jwks.document)


async def test_keys_read_just_before_a_withdrawal_are_not_kept_after_it() -> None:
    await commit(ensure_keys())
    kid = await active_kid("ES256")
    key_id = next(key.id for key in await list_keys(SYSTEM) if key.kid == kid)
    was_read, may_go_on = asyncio.Event(), asyncio.Event()

    async def fetch_slowly() -> list[StoredKey]:
        found = await queries.fetch_keys()
        was_read.set()
        await may_go_on.wait()
        return found

    other = KeyCache(fetch_slowly)
    reader = asyncio.create_task(other.read())
    await was_read.wait()
    await commit(withdraw_key(SYSTEM, key_id))
    other.forget()
    may_go_on.set()
    await reader

    assert kid not in (await other.read()).by_kid


async def test_keys_are_read_again_every_ten_seconds_and_not_more_often(time: FrozenClock) -> None:
    await commit(ensure_keys())
    other = KeyCache()
    await other.read()

    with counted_statements() as statements:
        for _ in range(10):
            time.advance(timedelta(seconds=1))
            await other.read()
    assert statements == []

    time.advance(timedelta(seconds=1))
    with counted_statements() as statements:
        await other.read()
        await other.read()
    assert len(statements) == 1


async def test_while_the_database_is_away_keys_serve_for_a_minute(time: FrozenClock) -> None:
    await commit(ensure_keys())
    is_away = False

    async def fetch() -> list[StoredKey]:
        if is_away:
            raise Unavailable("kit_database_unavailable", "The database does not answer now.")
        return await queries.fetch_keys()

    cache = KeyCache(fetch)
    before = await cache.read()
    is_away = True

    for _ in range(4):
        time.advance(timedelta(seconds=15))
        assert await cache.read() is before
    time.advance(timedelta(seconds=1))
    with pytest.raises(Unavailable):
        await cache.read()

    is_away = False
    assert (await cache.read()).jwks == before.jwks


async def test_the_clock_going_back_does_not_keep_old_keys(time: FrozenClock) -> None:
    cache = KeyCache()
    await cache.read()
    await commit(ensure_keys())

    time.advance(timedelta(minutes=-5))

    assert len((await cache.read()).by_kid) == 3


async def test_keys_of_a_transaction_that_rolls_back_are_never_used() -> None:
    with pytest.raises(RuntimeError, match="given up"):
        async with unit_of_work():
            await ensure_keys()
            token = await sign_jwt({"exp": clock.timestamp() + 60}, typ="at+jwt", alg="ES256")
            assert (await verify_jwt(token, typ="at+jwt"))["exp"]
            raise RuntimeError("given up")

    assert kids((await jwks()).document) == set()
    with pytest.raises(Unavailable):
        await sign_jwt({}, typ="at+jwt", alg="ES256")


async def test_a_new_key_is_in_this_processes_key_set_right_after_commit() -> None:
    assert kids((await jwks()).document) == set()

    await commit(ensure_keys())

    assert len(kids((await jwks()).document)) == 3


async def test_a_restart_changes_nothing() -> None:
    await commit(ensure_keys())
    token = await sign_jwt({"exp": clock.timestamp() + 60}, typ="at+jwt", alg="EdDSA")
    before = await jwks()

    forget_keys()

    assert await jwks() == before
    assert (await verify_jwt(token, typ="at+jwt"))["exp"] == clock.timestamp() + 60
