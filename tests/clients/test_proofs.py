"""How clients prove themselves, and whom their tokens may go to."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.clients.errors import SecretUnsupported
from app.clients.service import declare_client, declare_clients, find_client, rotate_client_secret, update_client
from app.clients.types import ClientChanges, ClientKind, DeclaredClient
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from app.kit.settings import load_settings
from app.signing import jws
from tests.clients.support import events, make_client, make_created, new_client, state
from tests.support import commit, make_user

KEY = jws.to_public_jwk("ES256", jws.ALGORITHMS["ES256"].generate())
JWKS = {"keys": [KEY]}
BY_KEY = {"token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS}
SECRET = "declared-secret-of-thirty-two-chars!"


async def problems_of(kind: ClientKind = ClientKind.MACHINE, **fields: Any) -> list[tuple[str, ...]]:
    """Where the problems of a new client are; nothing is stored of it."""
    before = await state()
    with pytest.raises(InputProblems) as caught:
        await make_client(kind, **fields)
    assert await state() == before
    return [problem.field for problem in caught.value.problems]


@pytest.mark.parametrize("kind", [ClientKind.WEB, ClientKind.MACHINE])
async def test_a_client_with_a_key_has_no_secret(kind: ClientKind) -> None:
    created = await make_created(kind, **BY_KEY)

    assert (created.secret, created.client.secrets) == (None, ())
    assert not created.client.is_public
    assert created.client.jwks is not None
    assert orjson.loads(created.client.jwks) == JWKS
    with pytest.raises(SecretUnsupported):
        await commit(rotate_client_secret(SYSTEM, created.client.id, timedelta(0)))


async def test_keys_may_be_text_and_are_told_in_the_trail() -> None:
    client = await make_client(ClientKind.MACHINE, **{**BY_KEY, "jwks": orjson.dumps(JWKS).decode()})

    await commit(update_client(SYSTEM, client.id, ClientChanges(jwks=None, jwks_uri="https://app.example.com/jwks")))

    changed = (await events())[-1]
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before["jwks"], changed.after["jwks"]) == (client.jwks, None)
    assert changed.after["jwks_uri"] == "https://app.example.com/jwks"


async def test_the_same_keys_again_change_nothing() -> None:
    client = await make_client(ClientKind.MACHINE, **BY_KEY)
    before = await state()

    shuffled = {"keys": [dict(reversed(KEY.items()))]}
    assert await commit(update_client(SYSTEM, client.id, ClientChanges(jwks=shuffled))) == client

    assert await state() == before


async def test_from_a_key_back_to_a_secret() -> None:
    client = await make_client(ClientKind.MACHINE, **BY_KEY)
    changes = ClientChanges(token_endpoint_auth_method="client_secret_basic", jwks=None)

    changed = await commit(update_client(SYSTEM, client.id, changes))
    rotated = await commit(rotate_client_secret(SYSTEM, client.id, timedelta(0)))

    assert (changed.secrets, changed.jwks) == ((), None)
    assert rotated.secret is not None


@pytest.mark.parametrize("kind", [ClientKind.SPA, ClientKind.NATIVE, ClientKind.DEVICE])
async def test_a_public_client_keeps_no_key(kind: ClientKind) -> None:
    assert await problems_of(kind, **BY_KEY) == [("token_endpoint_auth_method",)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({**BY_KEY, "jwks_uri": "https://app.example.com/jwks"}, "jwks_uri"),
        ({"jwks": {"keys": [{**KEY, "d": "c2VjcmV0"}]}}, "jwks"),
        ({"jwks": {"keys": []}}, "jwks"),
        ({"jwks": [KEY]}, "jwks"),
        ({"jwks": "not json"}, "jwks"),
        ({"jwks": 7}, "jwks"),
        ({"jwks_uri": "http://app.example.com/jwks"}, "jwks_uri"),
        ({"jwks_uri": "https://user:pass@app.example.com/jwks"}, "jwks_uri"),
        ({"jwks_uri": "https://app.example.com/jwks#key"}, "jwks_uri"),
        ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri"),
        ({"token_endpoint_auth_signing_alg": "none"}, "token_endpoint_auth_signing_alg"),
        ({"token_endpoint_auth_signing_alg": "HS256"}, "token_endpoint_auth_signing_alg"),
        ({"allowed_audiences": ("a", "a")}, "allowed_audiences"),
        ({"token_exchange_clients": tuple(str(n) for n in range(101))}, "token_exchange_clients"),
    ],
)
async def test_what_is_wrong_is_told_with_its_field(fields: dict[str, Any], field: str) -> None:
    assert await problems_of(**fields) == [(field,)]


@pytest.mark.parametrize("wrong", ["", "a b", "x" * 256, "ä", "a\n"])
async def test_ids_of_other_clients_are_well_formed(wrong: str) -> None:
    assert await problems_of(allowed_audiences=("good", wrong)) == [("allowed_audiences", "1")]


@pytest.mark.parametrize(
    ("kind", "grant"),
    [
        (ClientKind.SPA, "client_credentials"),
        (ClientKind.SPA, "urn:ietf:params:oauth:grant-type:device_code"),
        (ClientKind.NATIVE, "urn:ietf:params:oauth:grant-type:token-exchange"),
        (ClientKind.DEVICE, "client_credentials"),
        (ClientKind.MACHINE, "authorization_code"),
        (ClientKind.MACHINE, "password"),
    ],
)
async def test_a_kind_has_only_its_grants(kind: ClientKind, grant: str) -> None:
    assert ("grant_types", "0") in await problems_of(kind, grant_types=(grant,))


async def test_null_gives_lists_back_to_nobody() -> None:
    client = await make_client(ClientKind.MACHINE, allowed_audiences=("a",), token_exchange_clients=("b",))

    changes = ClientChanges(allowed_audiences=None, token_exchange_clients=None)  # type: ignore[arg-type]
    changed = await commit(update_client(SYSTEM, client.id, changes))

    assert (changed.allowed_audiences, changed.token_exchange_clients) == ((), ())


async def test_a_declared_client_proves_itself_by_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "auther.toml").write_text(
        f"""
[[clients]]
id = "billing"
name = "Billing"
kind = "machine"
token_endpoint_auth_method = "private_key_jwt"
token_endpoint_auth_signing_alg = "ES256"
allowed_audiences = ["ledger"]
token_exchange_clients = ["front"]
grant_types = ["client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"]
[[clients.jwks.keys]]
{chr(10).join(f'{name} = "{value}"' for name, value in KEY.items())}
"""
    )
    monkeypatch.chdir(tmp_path)

    await commit(declare_clients(load_settings()))

    client = await find_client("billing")
    assert client is not None
    assert client.jwks is not None
    assert (orjson.loads(client.jwks), client.secrets) == (JWKS, ())
    assert (client.allowed_audiences, client.token_exchange_clients) == (("ledger",), ("front",))
    before = await state()
    await commit(declare_clients(load_settings()))
    assert await state() == before


async def test_a_declared_secret_fits_the_way_of_proving() -> None:
    declared = DeclaredClient(id="billing", client=new_client(ClientKind.MACHINE, **BY_KEY))

    assert (await commit(declare_client(declared))).secrets == ()
    with pytest.raises(InputProblems):
        await commit(declare_client(replace(declared, secret=SECRET)))
    with pytest.raises(InputProblems):
        await commit(declare_client(DeclaredClient(id="other", client=new_client(ClientKind.MACHINE))))


async def test_rfc9700_4_15_a_user_and_a_declared_client_share_no_id() -> None:
    await make_user("billing@example.com", id="billing")
    before = await state()

    with pytest.raises(InputProblems) as caught:
        await commit(declare_client(DeclaredClient(id="billing", client=new_client(ClientKind.MACHINE), secret=SECRET)))

    assert [problem.field for problem in caught.value.problems] == [("id",)]
    assert await state() == before
