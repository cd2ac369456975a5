"""Changing, switching and deleting keys, and who may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.api_keys.errors import ApiKeyInvalid, ApiKeyNotFound
from app.api_keys.service import delete_key, disable_key, enable_key, rotate_key, update_key
from app.api_keys.types import ApiKeyChanges, CreatedApiKey, KeyUse
from app.clients.service import delete_client
from app.clients.types import ClientKind
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor
from app.kit.errors import AppError, Forbidden, InputProblems, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from app.users.service import delete_user
from tests.api_keys.support import EXCHANGE, make_client_key, make_key, relate, show, tuples_of
from tests.clients.support import make_client
from tests.support import (
    as_user,
    commit,
    deciding,
    make_admin,
    make_user,
    read_audit,
    read_everything,
    unknown_id,
)

Call = Callable[[Actor, str], Awaitable[object]]


async def rename(actor: Actor, key_id: str) -> object:
    return await update_key(actor, key_id, ApiKeyChanges(name="New"))


async def rotate(actor: Actor, key_id: str) -> object:
    return await rotate_key(actor, key_id, timedelta(0))


MANAGED: list[Call] = [rename, rotate]
REVOCABLE: list[Call] = [disable_key, enable_key, delete_key]


async def test_what_is_given_changes_and_the_rest_stays() -> None:
    user = await make_user()
    made = await make_key(user, note="Old", rate_limit_per_minute=5, scopes=("auther:api",))
    ends_at = clock.now() + timedelta(days=1)

    key = await commit(
        update_key(
            as_user(user),
            made.key.id,
            ApiKeyChanges(
                note=None,
                uses=(EXCHANGE,),
                rate_limit_per_minute=None,
                allowed_addresses=("::ffff:10.0.0.1",),
                expires_at=ends_at,
            ),
        )
    )

    assert (key.name, key.note, key.uses, key.scopes) == ("Backup", None, (KeyUse.EXCHANGE,), ("auther:api",))
    assert (key.rate_limit_per_minute, key.allowed_addresses, key.expires_at) == (None, ("10.0.0.1/32",), ends_at)
    event = (await read_audit())[-1]
    assert event.action == "api_key.updated"
    assert event.before == {
        "note": "Old", "uses": ["exchange", "direct"], "rate_limit_per_minute": 5, "allowed_addresses": [],
        "expires_at": None,
    }  # fmt: skip


async def test_nothing_is_told_when_nothing_differs() -> None:
    user = await make_user()
    made = await make_key(user)
    before = await read_everything()

    await commit(update_key(as_user(user), made.key.id, ApiKeyChanges(name="Backup", scopes=())))
    await commit(enable_key(as_user(user), made.key.id))

    assert await read_everything() == before


async def test_a_bad_value_changes_nothing() -> None:
    user = await make_user()
    made = await make_key(user)
    before = await read_everything()

    with pytest.raises(InputProblems):
        await commit(update_key(as_user(user), made.key.id, ApiKeyChanges(name="ok", uses=())))

    assert await read_everything() == before


async def test_an_expired_key_can_be_renamed() -> None:
    user = await make_user()
    with clock.frozen() as time:
        made = await make_key(user, expires_at=clock.now() + timedelta(hours=1))
        time.advance(timedelta(hours=2))

        key = await commit(update_key(as_user(user), made.key.id, ApiKeyChanges(name="Old one")))

    assert key.name == "Old one"


@pytest.mark.parametrize("call", [*MANAGED, *REVOCABLE])
async def test_the_owner_needs_no_permission(call: Call) -> None:
    user = await make_user()
    made = await make_key(user)

    await commit(call(as_user(user), made.key.id))

    assert len([event for event in await read_audit() if event.target_id == made.key.id]) == 1 + (
        call is not enable_key
    )


@pytest.mark.parametrize(("call", "permission"), [(each, "api_keys.revoke") for each in REVOCABLE])
async def test_anybody_s_keys_are_ended_with_the_permission_only(call: Call, permission: str) -> None:
    made = await make_key(await make_user())
    await commit(disable_key(SYSTEM, made.key.id))
    before = await read_everything()

    with deciding(usr_lacking=ALL_PERMISSIONS - {permission, "users.impersonate"}, usr_holding={permission}):
        for actor, error in (
            (ANONYMOUS, Unauthenticated),
            (as_user("usr_plain"), Forbidden),
            (as_user("usr_lacking"), Forbidden),
        ):
            for key_id in (made.key.id, unknown_id("key")):
                with pytest.raises(error) as caught:
                    await commit(call(actor, key_id))
                assert caught.value.detail in {None, permission}
        assert await read_everything() == before
        await commit(call(as_user("usr_holding"), made.key.id))
        with pytest.raises(ApiKeyNotFound):
            await commit(call(as_user("usr_holding"), unknown_id("key")))


@pytest.mark.parametrize("call", MANAGED)
async def test_a_user_s_keys_are_changed_by_who_may_act_as_the_user(call: Call) -> None:
    made = await make_key(await make_user())
    before = await read_everything()
    held = {"usr_lacking": ALL_PERMISSIONS - {"users.impersonate"}, "usr_holding": {"users.impersonate"}}

    with deciding(**held):
        for actor, error, detail in (
            (ANONYMOUS, Unauthenticated, None),
            (as_user("usr_plain"), Forbidden, "api_keys.view_all"),
            (as_user("usr_lacking"), Forbidden, "users.impersonate"),
        ):
            with pytest.raises(error) as caught:
                await commit(call(actor, made.key.id))
            assert caught.value.detail == detail
        with pytest.raises(Forbidden) as caught:
            await commit(call(as_user("usr_plain"), unknown_id("key")))
        assert caught.value.detail == "api_keys.view_all"
        assert await read_everything() == before
        await commit(call(as_user("usr_holding"), made.key.id))


@pytest.mark.parametrize("call", [*MANAGED, *REVOCABLE])
async def test_a_client_s_keys_are_managed_by_who_manages_its_access(call: Call) -> None:
    client, other = await make_client(ClientKind.MACHINE), await make_client(ClientKind.MACHINE)
    made = await make_client_key(client.id)
    manager, foreign = await make_user(), await make_user("foreign@example.com")
    await relate(f"clients:{client.id}", "admin", manager.id)
    await relate(f"clients:{other.id}", "admin", foreign.id)

    with pytest.raises(Forbidden):
        await commit(call(as_user(foreign), made.key.id))
    await commit(call(as_user(manager), made.key.id))


@pytest.mark.parametrize("call", [*MANAGED, *REVOCABLE])
async def test_whoever_acts_as_the_owner_changes_nothing(call: Call) -> None:
    user = await make_user()
    made = await make_key(user)
    before = await read_everything()

    with pytest.raises(AppError) as caught:
        await commit(call(as_user(user, impersonator_id="usr_operator"), made.key.id))

    assert caught.value.code == "api_keys_impersonated"
    assert await read_everything() == before


async def test_a_deleted_key_takes_its_tuples_along() -> None:
    user = await make_user()
    made = await make_key(user)
    await relate("users:*", "viewer", made.key.id, "apikey")

    await commit(delete_key(as_user(user), made.key.id))

    assert await tuples_of(made.key.id) == set()
    assert await db.fetch_value("SELECT count(*) FROM api_keys_key") == 0
    event = (await read_audit())[-1]
    assert (event.action, event.target_id) == ("api_key.revoked", made.key.id)


async def test_a_deleted_user_s_keys_go_with_their_tuples() -> None:
    user, admin = await make_user(), as_user(await make_admin())
    made = [await make_key(user) for _ in range(3)]
    await relate("users:*", "viewer", made[0].key.id, "apikey")

    await commit(delete_user(admin, user.id))

    assert await tuples_of(made[0].key.id) == set()
    revoked = [event.target_id for event in await read_audit() if event.action == "api_key.revoked"]
    assert sorted(revoked) == sorted(each.key.id for each in made)  # type: ignore[type-var]
    for each in made:
        await refuses(each)


async def test_a_deleted_client_s_keys_go_with_their_tuples() -> None:
    client = await make_client(ClientKind.MACHINE)
    made = await make_client_key(client.id)
    await relate("users:*", "viewer", made.key.id, "apikey")

    await commit(delete_client(SYSTEM, client.id))

    assert await tuples_of(made.key.id) == set()
    await refuses(made)


async def refuses(made: CreatedApiKey) -> None:
    with pytest.raises(ApiKeyInvalid):
        await show(made)
