"""Client secrets: rotation with two that work, and what is noted of their use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextvars import Context
from datetime import UTC, datetime, timedelta

import pytest

from app.clients.errors import InvalidClient, SecretUnsupported
from app.clients.service import find_client, forget_clients, get_clients, rotate_client_secret, verify_client_secret
from app.clients.types import ClientKind, CreatedClient
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.clock import FrozenClock
from app.kit.db import unit_of_work
from tests.clients.support import events, everything_told, make_client, make_created, state
from tests.support import commit, counted_statements

DAY = timedelta(days=1)
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def time(database: None) -> AsyncIterator[FrozenClock]:
    with clock.frozen(START) as stopped:
        yield stopped


async def make_secret() -> tuple[str, str]:
    created = await make_created()
    assert created.secret is not None
    return created.client.id, created.secret


async def rotate(client_id: str, overlap: timedelta = DAY) -> str:
    created: CreatedClient = await commit(rotate_client_secret(SYSTEM, client_id, overlap))
    assert created.secret is not None
    return created.secret


async def working(client_id: str, *secrets: str) -> list[bool]:
    return [await verify_client_secret(client_id, secret) for secret in secrets]


async def last_used(client_id: str) -> datetime | None:
    return (await get_clients([client_id]))[client_id].secrets[0].last_used_at


async def test_both_secrets_work_until_the_overlap_ends(time: FrozenClock) -> None:
    client_id, first = await make_secret()

    second = await rotate(client_id)

    assert await working(client_id, first, second) == [True, True]
    time.advance(DAY - timedelta(seconds=1))
    assert await working(client_id, first, second) == [True, True]
    time.advance(timedelta(seconds=1))
    assert await working(client_id, first, second) == [False, True]
    client = (await get_clients([client_id]))[client_id]
    assert [secret.hint for secret in client.secrets] == [second[-4:]]


async def test_the_answer_shows_both_secrets_hints_and_ends(time: FrozenClock) -> None:
    client_id, first = await make_secret()
    time.advance(timedelta(seconds=1))

    created = await commit(rotate_client_secret(SYSTEM, client_id, DAY))

    old, new = created.client.secrets
    assert created.secret is not None
    assert (old.hint, old.expires_at) == (first[-4:], clock.now() + DAY)
    assert (new.hint, new.expires_at, new.last_used_at) == (created.secret[-4:], None, None)


async def test_without_overlap_the_old_secret_is_dead_at_once() -> None:
    client_id, first = await make_secret()
    assert await working(client_id, first) == [True]

    second = await rotate(client_id, timedelta(0))

    assert await working(client_id, first, second) == [False, True]


async def test_of_three_secrets_the_unused_one_gives_way(time: FrozenClock) -> None:
    client_id, first = await make_secret()
    assert await working(client_id, first) == [True]
    time.advance(timedelta(minutes=1))
    second = await rotate(client_id)
    time.advance(timedelta(minutes=1))

    third = await rotate(client_id)

    assert await working(client_id, first, second, third) == [True, False, True]
    assert len((await get_clients([client_id]))[client_id].secrets) == 2


async def test_an_end_that_was_promised_is_not_put_off(time: FrozenClock) -> None:
    client_id, first = await make_secret()
    assert await working(client_id, first) == [True]
    await rotate(client_id, timedelta(hours=1))
    time.advance(timedelta(seconds=1))

    await rotate(client_id, 30 * DAY)

    client = (await get_clients([client_id]))[client_id]
    assert [secret.expires_at for secret in client.secrets] == [START + timedelta(hours=1), None]


async def test_rotations_at_once_leave_two_secrets() -> None:
    client_id, _ = await make_secret()

    secrets = await asyncio.gather(*(rotate(client_id) for _ in range(8)))

    forget_clients()
    assert len((await get_clients([client_id]))[client_id].secrets) == 2
    assert sum(await working(client_id, *secrets)) in {1, 2}


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), 30 * DAY + timedelta(seconds=1)])
async def test_the_overlap_is_bounded(overlap: timedelta) -> None:
    client_id, _ = await make_secret()
    before = await state()

    with pytest.raises(InvalidClient) as caught:
        await rotate(client_id, overlap)

    assert caught.value.field == ("overlap_seconds",)
    assert await state() == before


@pytest.mark.parametrize("kind", [ClientKind.SPA, ClientKind.NATIVE, ClientKind.DEVICE])
async def test_public_clients_have_no_secret(kind: ClientKind) -> None:
    client = await make_client(kind)

    with pytest.raises(SecretUnsupported):
        await rotate(client.id)

    assert await working(client.id, "", "x") == [False, False]


async def test_rotation_is_told_without_the_secret(time: FrozenClock) -> None:
    client_id, first = await make_secret()
    time.advance(timedelta(seconds=1))

    second = await rotate(client_id)

    event = (await events())[-1]
    assert (event.action, event.target_id) == ("client.secret_rotated", client_id)
    assert event.after == {"former_ends_at": (clock.now() + DAY).isoformat()}
    told = await everything_told()
    assert first not in told
    assert second not in told


async def test_wrong_and_hostile_secrets_do_not_work() -> None:
    client_id, secret = await make_secret()
    other_id, other = await make_secret()

    hostile = ("", secret[:-1], secret + "x", secret.upper(), " " + secret, other, "é" * 40, "\ud800", "x" * 10**6)

    assert not any(await working(client_id, *hostile))
    assert await working("cli_none", secret) == [False]
    assert await working(other_id, other) == [True]


async def test_a_use_is_noted_once_in_five_minutes(time: FrozenClock) -> None:
    client_id, secret = await make_secret()
    assert await last_used(client_id) is None

    await working(client_id, secret)
    assert await last_used(client_id) == START
    time.advance(timedelta(minutes=4))
    with counted_statements() as statements:
        await working(client_id, *[secret] * 50)
    assert len(statements) == 1
    assert await last_used(client_id) == START
    time.advance(timedelta(minutes=2))
    await working(client_id, *[secret] * 5)
    assert await last_used(client_id) == START + timedelta(minutes=6)


async def test_a_wrong_secret_is_no_use() -> None:
    client_id, _ = await make_secret()

    await working(client_id, "wrong")

    assert await last_used(client_id) is None


async def test_noting_a_use_waits_for_nobody() -> None:
    client_id, secret = await make_secret()

    async with unit_of_work():
        assert await verify_client_secret(client_id, secret)
        forget_clients()
        async with asyncio.timeout(5):
            assert await asyncio.create_task(_verify_elsewhere(client_id, secret))


async def _verify_elsewhere(client_id: str, secret: str) -> bool:
    return await asyncio.create_task(verify_client_secret(client_id, secret), context=Context())


async def test_a_rotation_in_another_process_is_seen_within_seconds(time: FrozenClock) -> None:
    client_id, first = await make_secret()
    assert await working(client_id, first) == [True]
    stale = await find_client(client_id)
    second = await rotate(client_id, timedelta(0))

    time.advance(timedelta(seconds=2))

    assert await working(client_id, first, second) == [False, True]
    assert await find_client(client_id) != stale
