"""Addresses that a client publishes requests at, and whether these are signed (OpenID Connect Core §6)."""

from __future__ import annotations

from typing import Any

import pytest

from app.clients.service import create_client, declare_clients, find_client, update_client
from app.clients.types import ClientChanges
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from tests.clients.support import make_client, new_client, state
from tests.graph.support import read
from tests.support import as_user, commit, make_admin, make_settings

KEYS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
REQUEST = "https://app.example/requests/sign-in.jwt"


async def problems_of(**fields: Any) -> list[tuple[str, ...]]:
    with pytest.raises(InputProblems) as caught:
        await commit(create_client(SYSTEM, new_client(**fields)))
    assert await state() == []
    return [problem.field for problem in caught.value.problems]


@pytest.mark.parametrize(
    "uri",
    [REQUEST, f"{REQUEST}#hash", "http://localhost:8443/r#x", "http://[::1]/r", f"https://app.example/{'r' * 492}"],
)
async def test_requests_are_published_on_the_web_or_on_this_machine(uri: str) -> None:
    client = await make_client(request_uris=(uri,))

    assert client.request_uris == (uri,)
    assert await find_client(client.id) == client


async def test_a_client_has_none_at_first_and_gives_up_those_that_it_has() -> None:
    client = await make_client(request_uris=(REQUEST,))

    cleared = await commit(update_client(SYSTEM, client.id, ClientChanges(request_uris=())))

    assert (cleared.request_uris, (await make_client()).request_uris) == ((), ())


@pytest.mark.parametrize(
    "uri",
    [
        "", "request.jwt", "http://app.example/r", "ftp://app.example/r", "https://user@app.example/r",
        "https://app.example/r#a#b", "https://app.example/../r", "https://app.example/a b", "HTTPS://app.example/r",
        f"https://app.example/{'r' * 493}", "urn:ietf:params:oauth:request_uri:arq_x",
    ],
)  # fmt: skip
async def test_oidc_core_6_2_what_is_no_address_of_512_characters_is_refused(uri: str) -> None:
    assert await problems_of(request_uris=(REQUEST, uri)) == [("request_uris", "1")]


async def test_there_are_at_most_twenty_each_once() -> None:
    assert await problems_of(request_uris=tuple(f"{REQUEST}?{n}" for n in range(21))) == [("request_uris",)]
    assert await problems_of(request_uris=(REQUEST, REQUEST)) == [("request_uris",)]


async def test_registration_2_requests_may_be_left_unsigned_by_who_does_not_have_to_sign() -> None:
    must = {"jwks": KEYS, "require_signed_request_object": True}
    wrong = [("request_object_signing_alg",)]

    assert await problems_of(request_object_signing_alg="none", **must) == wrong
    assert await problems_of(token_endpoint_auth_signing_alg="none") == [("token_endpoint_auth_signing_alg",)]
    assert (await make_client(request_object_signing_alg="none")).request_object_signing_alg == "none"


async def test_a_declared_client_may_have_some() -> None:
    declared = {
        "id": "tools", "name": "Tools", "kind": "web", "secret": "s" * 32, "redirect_uris": ["https://app.example/cb"],
        "request_uris": [REQUEST], "request_object_signing_alg": "none",
    }  # fmt: skip

    await commit(declare_clients(make_settings(clients=(declared,))))

    client = await find_client("tools")
    assert client is not None
    assert (client.request_uris, client.request_object_signing_alg) == ((REQUEST,), "none")


async def test_operators_set_them_in_the_api() -> None:
    admin = as_user(await make_admin())
    create = """mutation ($input: ClientCreateInput!) { clientCreate(input: $input) {
        client { id requestUris requestObjectSigningAlg } errors { code field } } }"""
    update = """mutation ($input: ClientUpdateInput!) { clientUpdate(input: $input) {
        client { requestUris } errors { code field } } }"""
    wanted = {
        "name": "Notes", "kind": "WEB", "redirectUris": ["https://app.example/cb"], "requestUris": [REQUEST],
        "requestObjectSigningAlg": "none",
    }  # fmt: skip

    made = (await read(create, {"input": wanted}, actor=admin))["clientCreate"]

    async def change(value: list[str] | None) -> Any:
        values = {"id": made["client"]["id"], "requestUris": value}
        return (await read(update, {"input": values}, actor=admin))["clientUpdate"]

    assert made["errors"] == []
    assert made["client"]["requestUris"] == [REQUEST]
    assert made["client"]["requestObjectSigningAlg"] == "none"
    assert (await change(["https://other.example/r"]))["client"] == {"requestUris": ["https://other.example/r"]}
    assert await change(["http://other.example/r"]) == {
        "client": None,
        "errors": [{"code": "INVALID", "field": ["requestUris", "0"]}],
    }
    assert (await change(None))["errors"][0]["field"] == ["requestUris"]
