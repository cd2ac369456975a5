"""Clients from the configuration file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.clients.service import (
    declare_client,
    declare_clients,
    delete_client,
    find_client,
    get_clients,
    release_declared_clients,
    verify_client_secret,
)
from app.clients.types import ClientKind, DeclaredClient
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from app.kit.settings import SettingsProblem, load_settings
from tests.clients.support import CALLBACK, events, everything_told, make_client, new_client, state
from tests.support import commit, make_settings

SECRET = "declared-secret-of-thirty-two-chars!"


def declared(**changes: Any) -> DeclaredClient:
    return replace(DeclaredClient(id="portal", client=new_client(), secret=SECRET), **changes)


async def test_a_declared_client_has_the_id_and_secret_that_it_was_given() -> None:
    client = await commit(declare_client(declared()))

    assert (client.id, client.is_declared, client.is_enabled) == ("portal", True, True)
    assert await find_client("portal") == client
    assert await verify_client_secret("portal", SECRET)
    assert client.secrets[0].hint == SECRET[-4:]
    assert SECRET not in await everything_told()
    assert SECRET not in repr(declared())


async def test_declaring_the_same_again_changes_nothing() -> None:
    await commit(declare_client(declared()))
    before = await state()

    await commit(declare_client(declared()))

    assert await state() == before
    assert [event.action for event in await events()] == ["client.created"]


async def test_processes_that_declare_at_once_make_one_client() -> None:
    made = await asyncio.gather(*(commit(declare_client(declared())) for _ in range(8)))

    assert {client.id for client in made} == {"portal"}
    assert len(made[0].secrets) == 1
    assert [event.action for event in await events()] == ["client.created"]


async def test_a_changed_declaration_is_taken_over() -> None:
    await commit(declare_client(declared()))
    fresh = SECRET[::-1]

    client = await commit(
        declare_client(declared(client=new_client(name="New", scopes=("openid",)), secret=fresh, is_enabled=True))
    )

    assert (client.name, client.scopes) == ("New", ("openid",))
    assert not await verify_client_secret("portal", SECRET)
    assert await verify_client_secret("portal", fresh)
    assert (await events())[-1].action == "client.updated"


async def test_a_declaration_may_change_the_kind() -> None:
    await commit(declare_client(declared()))

    client = await commit(declare_client(declared(client=new_client(ClientKind.SPA), secret=None)))

    assert (client.kind, client.token_endpoint_auth_method, client.secrets) == (ClientKind.SPA, "none", ())
    assert not await verify_client_secret("portal", SECRET)


async def test_a_client_made_by_hand_can_be_declared_and_keeps_its_id() -> None:
    made = await make_client()

    client = await commit(declare_client(declared(id=made.id)))

    assert (client.id, client.is_declared) == (made.id, True)
    assert await verify_client_secret(made.id, SECRET)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "a"}, ("id",)),
        ({"id": "a b c"}, ("id",)),
        ({"id": "x" * 65}, ("id",)),
        ({"id": "usr_01jq3zv4m9x0000000000000ab"}, ("id",)),
        ({"secret": None}, ("secret",)),
        ({"secret": "short"}, ("secret",)),
        ({"secret": "with blanks " * 4}, ("secret",)),
        ({"secret": "ü" * 40}, ("secret",)),
        ({"client": new_client(ClientKind.SPA)}, ("secret",)),
        ({"client": new_client(redirect_uris=("http://evil.example",))}, ("redirect_uris", "0")),
    ],
)
async def test_a_wrong_declaration_is_refused(changes: dict[str, Any], field: tuple[str, ...]) -> None:
    with pytest.raises(InputProblems) as caught:
        await commit(declare_client(declared(**changes)))

    assert field in {problem.field for problem in caught.value.problems}
    assert await state() == []


async def test_clients_no_longer_declared_are_disabled_and_may_be_deleted() -> None:
    await commit(declare_client(declared()))
    await commit(declare_client(declared(id="kept")))
    by_hand = await make_client(redirect_uris=(CALLBACK,))

    released = await commit(release_declared_clients(["kept"]))

    assert released == ["portal"]
    clients = await get_clients(["portal", "kept", by_hand.id])
    assert {name: (client.is_declared, client.is_enabled) for name, client in clients.items()} == {
        "portal": (False, False),
        "kept": (True, True),
        by_hand.id: (False, True),
    }
    assert await commit(release_declared_clients(["kept"])) == []
    await commit(delete_client(SYSTEM, "portal"))


async def test_the_configuration_file_declares_clients_and_takes_them_back(tmp_path: Path) -> None:
    file = tmp_path / "auther.toml"
    file.write_text(
        '[[clients]]\nid = "billing"\nname = "Billing"\nkind = "web"\nsecret = "a-secret-of-thirty-two-characters"\n'
        'redirect_uris = ["https://billing.example.com/cb"]\nfirst_party = true\n'
    )
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AUTHER_CONFIG", str(file))
        configured = load_settings()

    await commit(declare_clients(configured))
    billing = await find_client("billing")
    await commit(declare_clients(make_settings()))
    released = await find_client("billing")

    assert billing is not None
    assert (billing.name, billing.is_declared, billing.is_first_party) == ("Billing", True, True)
    assert await verify_client_secret("billing", "a-secret-of-thirty-two-characters") is False  # it is disabled now
    assert released is not None
    assert (released.is_declared, released.is_enabled) == (False, False)


def test_a_wrong_declaration_is_named(tmp_path: Path) -> None:
    file = tmp_path / "auther.toml"
    file.write_text('[[clients]]\nid = "x"\nkind = "web"\nname = "X"\nredirects = []\n')

    with pytest.MonkeyPatch.context() as environment, pytest.raises(SettingsProblem) as caught:
        environment.setenv("AUTHER_CONFIG", str(file))
        load_settings()

    assert caught.value.problems == ["AUTHER_CLIENTS (0.redirects): Extra inputs are not permitted"]
