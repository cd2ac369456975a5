"""Rotation: a new secret at once, the old one for the overlap; nobody takes over more than they hold."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.api_keys.errors import ApiKeyExpired, ApiKeyInvalid, InvalidKeyInput, RightsExceeded
from app.api_keys.service import find_live_key, rotate_key
from app.api_keys.types import CreatedApiKey
from app.authz.service.models import save_model
from app.authz.types.saving import ModelDraft
from app.clients.types import ClientKind
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.users.types import User
from tests.api_keys.support import everything_stored, make_client_key, make_key, relate, show
from tests.clients.support import make_client
from tests.support import as_user, commit, make_admin, make_user, read_audit, read_everything

SOURCE = """
model
  schema 1.1
type user
type apikey
type document
  relations
    define viewer: [user, apikey]
  permissions
    define read: viewer
"""


async def rotate(user: User, made: CreatedApiKey, overlap: timedelta = timedelta(0)) -> CreatedApiKey:
    return await commit(rotate_key(as_user(user), made.key.id, overlap))


async def refuses(made: CreatedApiKey) -> None:
    with pytest.raises(ApiKeyInvalid):
        await show(made)


async def test_the_old_secret_works_for_the_overlap() -> None:
    user = await make_user()
    first = await make_key(user)
    with clock.frozen() as time:
        second = await rotate(user, first, timedelta(hours=1))

        assert [(await show(each)).version for each in (first, second)] == [1, 2]
        time.advance(timedelta(minutes=59, seconds=59))
        await show(first)
        time.advance(timedelta(seconds=1))
        await refuses(first)
        await show(second)


async def test_without_an_overlap_the_old_secret_ends_at_once() -> None:
    user = await make_user()
    first = await make_key(user)

    second = await rotate(user, first)

    await refuses(first)
    assert (await show(second)).key.id == first.key.id
    assert await db.fetch_value("SELECT former_hash IS NULL FROM api_keys_key")


async def test_two_secrets_work_at_a_time() -> None:
    user = await make_user()
    first = await make_key(user)
    second = await rotate(user, first, timedelta(days=1))
    third = await rotate(user, second, timedelta(hours=1))

    await refuses(first)
    assert [(await show(each)).version for each in (second, third)] == [2, 3]


async def test_the_expiry_of_a_key_counts_for_both_secrets() -> None:
    user = await make_user()
    with clock.frozen() as time:
        first = await make_key(user, expires_at=clock.now() + timedelta(hours=1))
        second = await rotate(user, first, timedelta(days=1))
        time.advance(timedelta(hours=1))
        for each in (first, second):
            with pytest.raises(ApiKeyExpired):
                await show(each)


async def test_tokens_end_with_the_secret_they_were_exchanged_for() -> None:
    user = await make_user()
    first = await make_key(user)
    with clock.frozen() as time:
        await rotate(user, first, timedelta(hours=1))
        assert [await find_live_key(first.key.id, version) is not None for version in (0, 1, 2, 3)] == [
            False, True, True, False,
        ]  # fmt: skip
        time.advance(timedelta(hours=1))
        assert await find_live_key(first.key.id, 1) is None
        assert await find_live_key(first.key.id, 2) is not None


async def test_a_rotation_is_told_without_the_secrets() -> None:
    user = await make_user()
    first = await make_key(user)

    second = await rotate(user, first, timedelta(hours=1))

    event = (await read_audit())[-1]
    assert (event.action, event.target_id) == ("api_key.rotated", first.key.id)
    stored = await everything_stored()
    assert first.secret is not None
    assert second.secret is not None
    assert [first.secret in stored, second.secret in stored] == [False, False]


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=30, seconds=1)])
async def test_an_overlap_out_of_range_is_refused(overlap: timedelta) -> None:
    user = await make_user()
    made = await make_key(user)

    with pytest.raises(InvalidKeyInput):
        await rotate(user, made, overlap)
    await show(made)


async def test_rotations_at_once_leave_two_secrets() -> None:
    user = await make_user()
    made = await make_key(user)

    rotated = await asyncio.gather(*(rotate(user, made, timedelta(hours=1)) for _ in range(5)))

    assert sorted(each.key.version for each in rotated) == [2, 3, 4, 5, 6]
    working = []
    for each in (made, *rotated):
        try:
            working.append((await show(each)).version)
        except ApiKeyInvalid:
            continue
    assert sorted(working) == [5, 6]


async def test_a_manager_of_the_client_takes_over_no_role_on_the_platform() -> None:
    client, manager = await make_client(ClientKind.MACHINE), await make_user()
    await relate(f"clients:{client.id}", "admin", manager.id)
    made = await make_client_key(client.id)
    await relate("users:*", "viewer", made.key.id, "apikey")
    before = await read_everything()

    with pytest.raises(RightsExceeded) as caught:
        await rotate(manager, made)

    assert caught.value.detail == "users.view"
    assert await read_everything() == before
    await relate("users:*", "admin", manager.id)
    await show(await rotate(manager, made))


async def test_a_manager_of_the_client_takes_over_nothing_of_another_client() -> None:
    client, other = await make_client(ClientKind.MACHINE), await make_client(ClientKind.MACHINE)
    manager, admin = await make_user(), await make_admin()
    await relate(f"clients:{client.id}", "admin", manager.id)
    for each in (client, other):
        await commit(save_model(SYSTEM, ModelDraft(each.id, SOURCE)))
    made = await make_client_key(client.id)
    await relate(f"{client.id}:document:1", "viewer", made.key.id, "apikey")
    await show(await rotate(manager, made))
    await relate(f"{other.id}:document:1", "viewer", made.key.id, "apikey")

    with pytest.raises(RightsExceeded) as caught:
        await rotate(manager, made)

    assert caught.value.detail == f"read on {other.id}:document:1"
    await relate(f"{other.id}:document:1", "viewer", manager.id)
    await rotate(manager, made)
    await rotate(admin, made)


async def test_the_owner_rotates_a_key_that_holds_more_than_the_owner() -> None:
    user = await make_user()
    made = await make_key(user)
    await relate("users:*", "admin", made.key.id, "apikey")

    await show(await rotate(user, made))
