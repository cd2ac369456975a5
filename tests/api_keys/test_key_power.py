"""Who is too weak, or comes by the wrong token, to have keys of somebody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.api_keys.errors import OwnerStronger, TokenOfThirdParty
from app.api_keys.service import actor_of_key, create_key, delete_key, disable_key, enable_key, rotate_key, update_key
from app.api_keys.service.rights import BUILT_IN_CLIENT
from app.api_keys.types import ApiKey, ApiKeyChanges, NewApiKey, OwnerKind
from app.authz.service import grant_relation, super_admin
from app.cli.contexts import CLI_CLIENT_ID
from app.clients.service import update_client
from app.clients.types import ClientChanges, ClientKind
from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS
from tests.api_keys.support import make_client_key, make_key, relate
from tests.clients.support import make_client
from tests.support import ORIGIN, as_user, commit, deciding, make_admin, make_user, read_everything

Call = Callable[[Actor, ApiKey], Awaitable[object]]


async def create(actor: Actor, key: ApiKey) -> object:
    named = "owner_user_id" if key.owner.kind is OwnerKind.USER else "owner_client_id"
    return await create_key(actor, NewApiKey(**{"name": "Another", named: key.owner.id}))


async def rename(actor: Actor, key: ApiKey) -> object:
    return await update_key(actor, key.id, ApiKeyChanges(name="New"))


async def rotate(actor: Actor, key: ApiKey) -> object:
    return await rotate_key(actor, key.id, timedelta(0))


async def enable(actor: Actor, key: ApiKey) -> object:
    return await enable_key(actor, key.id)


async def disable(actor: Actor, key: ApiKey) -> object:
    return await disable_key(actor, key.id)


async def delete(actor: Actor, key: ApiKey) -> object:
    await delete_key(actor, key.id)
    return None


STRONG: list[Call] = [create, rename, rotate, enable]
ENDING: list[Call] = [disable, delete]


@pytest.mark.parametrize("call", STRONG)
async def test_who_may_act_as_others_has_no_keys_of_a_stronger_user(call: Call) -> None:
    owner = await make_user()
    made = await make_key(owner)
    await commit(disable_key(SYSTEM, made.key.id))
    before, held = await read_everything(), {"users.impersonate", "api_keys.revoke"}

    with deciding(**{owner.id: {"users.ban"}, "usr_weak": held, "usr_equal": {*held, "users.ban"}}):
        with pytest.raises(OwnerStronger) as caught:
            await commit(call(as_user("usr_weak"), made.key))
        assert caught.value.code == "api_keys_owner_stronger"
        assert await read_everything() == before
        await commit(call(as_user("usr_equal"), made.key))


@pytest.mark.parametrize("place", ["clients:cli_one", "clients:*"])
@pytest.mark.parametrize("relation", ["admin", "full_access"])
async def test_the_helpdesk_has_no_keys_of_who_manages_or_opens_applications(place: str, relation: str) -> None:
    owner, helper = await make_user(), await make_user("helper@example.com")
    await relate("users:*", "admin", helper.id)
    await relate(place, relation, owner.id)
    made = await make_key(owner)
    before = await read_everything()

    with pytest.raises(OwnerStronger):
        await commit(rotate(as_user(helper), made.key))

    assert await read_everything() == before


@pytest.mark.parametrize("call", STRONG)
async def test_the_helpdesk_has_no_keys_of_a_super_admin(call: Call) -> None:
    admin, helper = await make_admin(), await make_user()
    await relate("users:*", "admin", helper.id)
    await relate("api_keys:*", "admin", helper.id)
    made = await make_key(admin)
    await commit(disable_key(SYSTEM, made.key.id))

    with pytest.raises(OwnerStronger):
        await commit(call(as_user(helper), made.key))
    await commit(call(as_user(admin), made.key))
    await commit(grant_relation(SYSTEM, super_admin("user", helper.id)))
    await commit(call(as_user(helper), made.key))


@pytest.mark.parametrize("call", ENDING)
async def test_a_stronger_user_s_keys_are_ended_with_the_permission(call: Call) -> None:
    owner = await make_user()
    made = await make_key(owner)

    with deciding(**{owner.id: ALL_PERMISSIONS, "usr_weak": {"api_keys.revoke"}}):
        await commit(call(as_user("usr_weak"), made.key))


@pytest.mark.parametrize("call", STRONG)
async def test_an_application_of_others_makes_no_keys_for_the_person_who_uses_it(call: Call) -> None:
    user, third = await make_user(), await make_client(ClientKind.WEB, redirect_uris=("https://app.example.com/cb",))
    made = await make_key(user)
    await commit(disable_key(SYSTEM, made.key.id))
    before = await read_everything()

    for client_id in (third.id, "cli_gone"):
        with pytest.raises(TokenOfThirdParty) as caught:
            await commit(call(as_user(user, client_id=client_id), made.key))
        assert caught.value.code == "api_keys_third_party_token"
    assert await read_everything() == before
    await commit(call(as_user(user, client_id=CLI_CLIENT_ID), made.key))
    await commit(update_client(SYSTEM, third.id, ClientChanges(is_first_party=True)))
    await commit(call(as_user(user, client_id=third.id), made.key))


@pytest.mark.parametrize("call", ENDING)
async def test_an_application_of_others_may_end_keys(call: Call) -> None:
    user, third = await make_user(), await make_client(ClientKind.MACHINE)
    made = await make_key(user)

    await commit(call(as_user(user, client_id=third.id), made.key))


@pytest.mark.parametrize("call", STRONG)
async def test_a_client_has_keys_by_its_own_token_and_not_by_a_traded_one(call: Call) -> None:
    client, other = await make_client(ClientKind.MACHINE), await make_client(ClientKind.MACHINE)
    await commit(update_client(SYSTEM, other.id, ClientChanges(is_first_party=True)))
    made = await make_client_key(client.id)
    before = await read_everything()

    with pytest.raises(TokenOfThirdParty):
        await commit(call(Actor(ActorKind.CLIENT, client.id, client_id=other.id, origin=ORIGIN), made.key))
    assert await read_everything() == before
    await commit(call(Actor(ActorKind.CLIENT, client.id, client_id=client.id, origin=ORIGIN), made.key))


async def test_a_key_has_keys_of_the_client_whose_access_it_manages() -> None:
    client = await make_client(ClientKind.MACHINE)
    made = await make_client_key(client.id)
    await relate(f"clients:{client.id}", "admin", made.key.id, "apikey")

    await commit(create(actor_of_key(made.key, ORIGIN), made.key))


def test_the_command_line_is_the_client_that_is_part_of_auther() -> None:
    assert BUILT_IN_CLIENT == CLI_CLIENT_ID
