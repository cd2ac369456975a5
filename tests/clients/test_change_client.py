"""Changing, disabling and deleting clients."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.clients.errors import ClientNotFound, ClientReadOnly
from app.clients.service import (
    declare_client,
    delete_client,
    find_client,
    rotate_client_secret,
    update_client,
    verify_client_secret,
)
from app.clients.types import Client, ClientChanges, ClientKind, DeclaredClient
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM
from app.kit.errors import Forbidden, InputProblems, Unauthenticated
from tests.clients.support import CALLBACK, events, make_client, make_created, new_client, state
from tests.support import as_user, commit, make_admin, make_user


async def change(client: Client, **fields: Any) -> Client:
    return await commit(update_client(SYSTEM, client.id, ClientChanges(**fields)))


async def test_only_given_fields_change_and_only_they_are_told() -> None:
    with clock.frozen(datetime(2026, 6, 1, tzinfo=UTC)) as time:
        client = await make_client(description="old", contacts=("ops@example.com",))
        time.advance(timedelta(hours=1))

        changed = await change(client, name="New", description=None)

    assert (changed.name, changed.description, changed.contacts) == ("New", None, ("ops@example.com",))
    assert (changed.created_at, changed.updated_at - client.updated_at) == (client.created_at, timedelta(hours=1))
    event = (await events())[-1]
    assert event.action == "client.updated"
    assert (event.before, event.after) == (
        {"name": "Portal", "description": "old"},
        {"name": "New", "description": None},
    )


async def test_a_change_that_changes_nothing_is_not_told() -> None:
    client = await make_client()
    before = await state()

    same = await change(client, name="Portal", redirect_uris=[CALLBACK], scopes=None)

    assert same == client
    assert await state() == before
    assert [event.action for event in await events()] == ["client.created"]


async def test_null_gives_a_field_back_to_its_default() -> None:
    client = await make_client(
        scopes=("openid",), access_token_ttl_seconds=600, refresh_token_ttl_seconds=600,
        id_token_signed_response_alg="ES256", grant_types=("authorization_code",),
        token_endpoint_auth_method="client_secret_post",
    )  # fmt: skip

    changed = await change(
        client, scopes=None, access_token_ttl_seconds=None, refresh_token_ttl_seconds=None,
        id_token_signed_response_alg=None, grant_types=None, token_endpoint_auth_method=None,
    )  # fmt: skip

    default = await make_client()
    for name in ("scopes", "access_token_ttl", "refresh_token_ttl", "id_token_signed_response_alg", "grant_types"):
        assert getattr(changed, name) == getattr(default, name)
    assert changed.token_endpoint_auth_method == "client_secret_basic"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": None}, ("name",)),
        ({"redirect_uris": ()}, ("redirect_uris",)),
        ({"redirect_uris": None}, ("redirect_uris",)),
        ({"redirect_uris": ("https://a.example/cb", "http://a.example/cb")}, ("redirect_uris", "1")),
        ({"grant_types": ("client_credentials",)}, ("redirect_uris",)),
        ({"is_enabled": None}, ("is_enabled",)),
        ({"token_endpoint_auth_method": "none"}, ("token_endpoint_auth_method",)),
    ],
)
async def test_a_change_that_breaks_a_rule_changes_nothing(fields: dict[str, Any], field: tuple[str, ...]) -> None:
    client = await make_client()
    before = await state()

    with pytest.raises(InputProblems) as caught:
        await change(client, **fields)

    assert field in {problem.field for problem in caught.value.problems}
    assert await state() == before


async def test_a_disabled_client_keeps_its_secret_but_it_does_not_work() -> None:
    created = await make_created()
    assert created.secret is not None
    assert await verify_client_secret(created.client.id, created.secret)

    disabled = await change(created.client, is_enabled=False)

    assert not disabled.is_enabled
    found = await find_client(created.client.id)
    assert found is not None
    assert not found.is_enabled
    assert not await verify_client_secret(created.client.id, created.secret)
    await change(created.client, is_enabled=True)
    assert await verify_client_secret(created.client.id, created.secret)


async def test_two_changes_at_once_both_last() -> None:
    client = await make_client()

    await asyncio.gather(
        *(change(client, name=f"Name {n}") if n % 2 else change(client, description=f"Text {n}") for n in range(10))
    )

    found = await find_client(client.id)
    assert found is not None
    assert found.name.startswith("Name")
    assert found.description is not None


async def test_a_deleted_client_is_gone_with_its_secrets() -> None:
    created = await make_created()
    assert created.secret is not None
    assert await find_client(created.client.id) is not None

    await commit(delete_client(SYSTEM, created.client.id))

    assert await find_client(created.client.id) is None
    assert not await verify_client_secret(created.client.id, created.secret)
    assert await db.fetch_value("SELECT count(*) FROM clients_secret") == 0
    assert (await events())[-1].action == "client.deleted"


async def test_what_is_not_there_cannot_be_changed() -> None:
    changes = ClientChanges(name="New")
    for work in (
        update_client(SYSTEM, "cli_none", changes),
        delete_client(SYSTEM, "cli_none"),
        rotate_client_secret(SYSTEM, "cli_none", timedelta(0)),
    ):
        with pytest.raises(ClientNotFound):
            await commit(work)


async def test_declared_clients_are_read_only() -> None:
    declared = await commit(declare_client(DeclaredClient(id="portal", client=new_client(), secret="s" * 32)))
    before = await state()

    for work in (
        update_client(SYSTEM, declared.id, ClientChanges(name="New")),
        delete_client(SYSTEM, declared.id),
        rotate_client_secret(SYSTEM, declared.id, timedelta(0)),
    ):
        with pytest.raises(ClientReadOnly) as caught:
            await commit(work)
        assert (caught.value.code, caught.value.status) == ("clients_read_only", 409)
    assert await state() == before


async def test_only_who_may_changes_clients() -> None:
    client = await make_client()
    plain = as_user(await make_user())
    before, told = await state(), len(await events())

    for actor, error in ((ANONYMOUS, Unauthenticated), (plain, Forbidden)):
        with pytest.raises(error):
            await commit(update_client(actor, client.id, ClientChanges(name="New")))
        with pytest.raises(error):
            await commit(rotate_client_secret(actor, client.id, timedelta(0)))
        with pytest.raises(error):
            await commit(delete_client(actor, client.id))

    assert (await state(), len(await events())) == (before, told)
    admin = as_user(await make_admin())
    assert (await commit(update_client(admin, client.id, ClientChanges(name="New")))).name == "New"
    await commit(delete_client(admin, client.id))


async def test_the_owner_of_a_client_may_be_deleted() -> None:
    client = await make_client(ClientKind.SPA)
    admin = await make_admin()
    await db.execute("UPDATE clients_client SET owner_id = $1 WHERE id = $2", admin.id, client.id)

    await db.execute("DELETE FROM users_user WHERE id = $1", admin.id)

    found = await find_client(client.id)
    assert found is not None
    assert found.owner_id is None
