"""URIs that a client is known by as a protected resource (RFC 8707)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.clients.service import create_client, declare_clients, delete_client, find_resources, update_client
from app.clients.types import ClientChanges, Resource
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from tests.clients.support import make_client, new_client, state
from tests.graph.support import read
from tests.support import as_user, commit, make_admin, make_settings

MCP = "https://mcp.example.com/mcp"


async def problems_of(*uris: str) -> list[tuple[str, ...]]:
    with pytest.raises(InputProblems) as caught:
        await commit(create_client(SYSTEM, new_client(resource_uris=uris)))
    return [problem.field for problem in caught.value.problems]


@pytest.mark.parametrize("uri", [MCP, "https://api.example.com", "https://a.example/x?tenant=7", "urn:example:api"])
async def test_a_resource_is_found_by_its_uri(uri: str) -> None:
    client = await make_client(resource_uris=(uri,))

    assert await find_resources([uri, "https://other.example"]) == {uri: Resource(uri, client)}


@pytest.mark.parametrize(
    "uri",
    ["", "mcp", "/mcp", "https:", f"{MCP}#part", "https://a.example/b c", 'https://a.example/"', "x:" + "y" * 2_048],
)
async def test_rfc8707_2_it_is_absolute_and_has_no_fragment(uri: str) -> None:
    assert await problems_of(uri) == [("resource_uris", "0")]
    assert await state() == []


async def test_there_are_at_most_twenty_each_once() -> None:
    assert await problems_of(*(f"https://r{n}.example" for n in range(21))) == [("resource_uris",)]
    assert await problems_of(MCP, MCP) == [("resource_uris",)]


@pytest.mark.parametrize(("taken", "asked"), [(MCP, MCP), ("https://a.example", "https://a.example/")])
async def test_a_uri_names_one_client(taken: str, asked: str) -> None:
    await make_client(resource_uris=(taken,))
    other = await make_client()
    before = await state()

    assert await problems_of("https://free.example", asked) == [("resource_uris", "1")]
    with pytest.raises(InputProblems):
        await commit(update_client(SYSTEM, other.id, ClientChanges(resource_uris=(asked,))))

    assert await state() == before


async def test_of_two_clients_that_want_a_uri_at_once_one_gets_it() -> None:
    made = await asyncio.gather(
        *(commit(create_client(SYSTEM, new_client(resource_uris=(MCP,)))) for _ in range(8)), return_exceptions=True
    )

    assert sum(not isinstance(each, BaseException) for each in made) == 1
    assert all(isinstance(each, InputProblems) for each in made if isinstance(each, BaseException))


async def test_a_client_keeps_its_own_and_gives_them_up() -> None:
    client = await make_client(resource_uris=(MCP,))

    kept = await commit(update_client(SYSTEM, client.id, ClientChanges(resource_uris=(MCP, "urn:example:api"))))
    cleared = await commit(update_client(SYSTEM, client.id, ClientChanges(resource_uris=())))

    assert kept.resource_uris == (MCP, "urn:example:api")
    assert cleared.resource_uris == ()
    assert await find_resources([MCP]) == {}
    assert (await make_client(resource_uris=(MCP,))).resource_uris == (MCP,)


@pytest.mark.parametrize("how", ["disabled", "deleted"])
async def test_a_client_that_is_away_is_no_resource(how: str) -> None:
    client = await make_client(resource_uris=(MCP,))
    if how == "deleted":
        await commit(delete_client(SYSTEM, client.id))
    else:
        await commit(update_client(SYSTEM, client.id, ClientChanges(is_enabled=False)))

    assert await find_resources([MCP]) == {}


async def test_either_spelling_of_a_bare_origin_finds_it_as_registered() -> None:
    client = await make_client(resource_uris=("https://a.example",))

    assert await find_resources(["https://a.example/"]) == {"https://a.example/": Resource("https://a.example", client)}
    assert await find_resources(["https://a.example//"]) == {}


async def test_a_declared_client_may_be_one() -> None:
    declared = {"id": "tools", "name": "Tools", "kind": "machine", "secret": "s" * 32, "resource_uris": [MCP]}

    await commit(declare_clients(make_settings(clients=(declared,))))

    assert (await find_resources([MCP]))[MCP].client.id == "tools"


async def test_operators_set_them_in_the_api() -> None:
    client, admin = await make_client(), as_user(await make_admin())
    await make_client(resource_uris=("urn:example:taken",))
    update = """mutation ($input: ClientUpdateInput!) { clientUpdate(input: $input) {
        client { resourceUris } errors { code field } } }"""

    async def change(*uris: str) -> Any:
        values = {"id": client.id, "resourceUris": list(uris)}
        return (await read(update, {"input": values}, actor=admin))["clientUpdate"]

    assert await change(MCP) == {"client": {"resourceUris": [MCP]}, "errors": []}
    assert await change("urn:example:taken") == {
        "client": None,
        "errors": [{"code": "INVALID", "field": ["resourceUris", "0"]}],
    }
    assert (await find_resources([MCP]))[MCP].client.id == client.id
