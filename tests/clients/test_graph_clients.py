"""OAuth clients in the API."""

from __future__ import annotations

from typing import Any

import pytest

from app.clients.registration.service import accept_document, register_client
from app.clients.registration.tokens import create_initial_token
from app.clients.registration.types import NewInitialToken
from app.clients.service import declare_client, forget_clients, verify_client_secret
from app.clients.types import ClientKind, DeclaredClient, NewClient
from app.kit import clock
from app.kit.actor import ANONYMOUS, SYSTEM
from tests.graph.support import execute, read
from tests.support import as_user, commit, make_admin, read_everything

FIELDS = """id name description kind isEnabled isFirstParty isDeclared redirectUris scopes grantTypes
    tokenEndpointAuthMethod accessTokenTtlSeconds refreshTokenTtlSeconds requirePkce secrets { id hint expiresAt }"""
CREATE = f"""mutation ($input: ClientCreateInput!) {{ clientCreate(input: $input) {{
    client {{ {FIELDS} }} clientSecret errors {{ code field }} }} }}"""
UPDATE = f"""mutation ($input: ClientUpdateInput!) {{ clientUpdate(input: $input) {{
    client {{ {FIELDS} }} errors {{ code field }} }} }}"""
ROTATE = f"""mutation ($input: ClientSecretRotateInput!) {{ clientSecretRotate(input: $input) {{
    client {{ {FIELDS} }} clientSecret errors {{ code field }} }} }}"""
WEB = {"name": "Shop", "kind": "WEB", "redirectUris": ["https://shop.example/cb"]}


@pytest.fixture(autouse=True)
def forget() -> None:
    forget_clients()


async def create(**values: Any) -> tuple[Any, dict[str, Any]]:
    admin = as_user(await make_admin())
    payload: dict[str, Any] = (await read(CREATE, {"input": {**WEB, **values}}, actor=admin))["clientCreate"]
    return admin, payload


async def test_a_secret_is_shown_once_and_works() -> None:
    admin, payload = await create()

    secret, client = payload["clientSecret"], payload["client"]
    assert secret.startswith("asec_")
    assert [kept["hint"] for kept in client["secrets"]] == [secret[-4:]]
    assert await verify_client_secret(client["id"], secret)
    later = await execute(f'{{ client(id: "{client["id"]}") {{ {FIELDS} }} }}', actor=admin)
    assert secret not in str(later)


@pytest.mark.parametrize("kind", ["SPA", "NATIVE", "DEVICE"])
async def test_a_public_kind_has_no_secret(kind: str) -> None:
    _, payload = await create(kind=kind, redirectUris=None if kind == "DEVICE" else WEB["redirectUris"])

    assert (payload["errors"], payload["clientSecret"], payload["client"]["secrets"]) == ([], None, [])
    assert payload["client"]["tokenEndpointAuthMethod"] == "none"


async def test_null_leaves_everything_to_the_kind_and_the_settings() -> None:
    _, payload = await create(description=None, scopes=None, isFirstParty=None, accessTokenTtlSeconds=None)

    client = payload["client"]
    assert (client["isFirstParty"], client["accessTokenTtlSeconds"], client["requirePkce"]) == (False, 900, True)


async def test_bad_values_are_told_with_the_names_of_the_input() -> None:
    _, payload = await create(name="", redirectUris=["http://evil.example/cb"], accessTokenTtlSeconds=1)

    assert payload["client"] is None
    assert payload["clientSecret"] is None
    assert {error["field"][0] for error in payload["errors"]} == {"name", "redirectUris", "accessTokenTtlSeconds"}


async def test_what_is_absent_stays_and_null_clears() -> None:
    admin, payload = await create(description="A shop", accessTokenTtlSeconds=600)
    client = payload["client"]

    async def update(**changes: Any) -> Any:
        return (await read(UPDATE, {"input": {"id": client["id"], **changes}}, actor=admin))["clientUpdate"]

    assert (await update())["client"] == client
    assert (await update(isEnabled=False))["client"] == {**client, "isEnabled": False}
    cleared = (await update(description=None, accessTokenTtlSeconds=None, isEnabled=True))["client"]
    assert cleared == {**client, "description": None, "accessTokenTtlSeconds": 900}
    for name in ("name", "isEnabled", "isFirstParty", "redirectUris", "postLogoutRedirectUris"):
        assert await update(**{name: None}) == {"client": None, "errors": [{"code": "REQUIRED", "field": [name]}]}


async def test_a_rotated_secret_leaves_the_old_one_for_the_overlap() -> None:
    admin, payload = await create()
    client_id = payload["client"]["id"]

    overlapping = (await read(ROTATE, {"input": {"id": client_id}}, actor=admin))["clientSecretRotate"]
    at_once = (await read(ROTATE, {"input": {"id": client_id, "overlapSeconds": 0}}, actor=admin))["clientSecretRotate"]
    forget_clients()

    assert [kept["expiresAt"] is None for kept in overlapping["client"]["secrets"]] == [False, True]
    assert len(at_once["client"]["secrets"]) == 1
    works = [await verify_client_secret(client_id, each["clientSecret"]) for each in (payload, overlapping, at_once)]
    assert works == [False, False, True]


async def test_an_overlap_out_of_range_is_told() -> None:
    admin, payload = await create()

    answer = await read(ROTATE, {"input": {"id": payload["client"]["id"], "overlapSeconds": -1}}, actor=admin)

    assert answer["clientSecretRotate"]["errors"] == [{"code": "INVALID", "field": ["overlapSeconds"]}]


async def test_a_key_gives_the_client_again_without_its_secret() -> None:
    admin = as_user(await make_admin())
    values = {"input": {**WEB, "idempotencyKey": "k"}}

    first = (await read(CREATE, values, actor=admin))["clientCreate"]
    second = (await read(CREATE, values, actor=admin))["clientCreate"]

    assert second["client"] == first["client"]
    assert (first["clientSecret"] is None, second["clientSecret"] is None) == (False, True)


async def test_a_declared_client_is_read_only() -> None:
    admin = as_user(await make_admin())
    new = NewClient(name="Console", kind=ClientKind.SPA, redirect_uris=("https://a.example/cb",))
    await commit(declare_client(DeclaredClient(id="console", client=new)))

    found = await read('{ client(id: "console") { isDeclared } node(id: "console") { __typename id } }', actor=admin)
    changed = await read(UPDATE, {"input": {"id": "console", "name": "Mine"}}, actor=admin)
    deleted = await read('mutation { clientDelete(input: {id: "console"}) { errors { code } } }', actor=admin)

    assert found == {"client": {"isDeclared": True}, "node": {"__typename": "Client", "id": "console"}}
    assert changed["clientUpdate"]["errors"] == [{"code": "READ_ONLY", "field": ["id"]}]
    assert deleted["clientDelete"]["errors"] == [{"code": "READ_ONLY"}]


async def test_a_dry_run_shows_what_would_be_deleted_and_deletes_nothing() -> None:
    admin, payload = await create()
    source = """mutation ($id: ID!, $dry: Boolean!) { clientDelete(input: {id: $id, dryRun: $dry}) {
        deletedId client { id tuples { totalCount } } errors { code field } } }"""
    client_id = payload["client"]["id"]
    before = await read_everything()

    tried = (await read(source, {"id": client_id, "dry": True}, actor=admin))["clientDelete"]
    untouched = await read_everything() == before
    done = (await read(source, {"id": client_id, "dry": False}, actor=admin))["clientDelete"]
    again = (await read(source, {"id": client_id, "dry": True}, actor=admin))["clientDelete"]

    assert tried == {"deletedId": None, "client": {"id": client_id, "tuples": {"totalCount": 0}}, "errors": []}
    assert untouched
    assert done == {"deletedId": client_id, "client": None, "errors": []}
    assert again == {"deletedId": None, "client": None, "errors": [{"code": "NOT_FOUND", "field": ["id"]}]}


async def test_who_says_what_a_client_is_and_what_it_registered_with() -> None:
    admin, by_operator = await create()
    token = (await commit(create_initial_token(SYSTEM, NewInitialToken(name="CI")))).token
    new = NewClient(name="Notes", kind=ClientKind.SPA, redirect_uris=("https://notes.example/cb",))
    registered = (await commit(register_client(ANONYMOUS, new, token))).client
    url = "https://editor.example/client.json"
    await commit(accept_document(ANONYMOUS, url, new, clock.now()))
    declared = await commit(declare_client(DeclaredClient(id="shop", client=new)))

    source = "query ($id: ID!) { client(id: $id) { source isDynamic registeredBy { id name } } }"
    ids = (by_operator["client"]["id"], registered.id, url, declared.id)
    told = [(await read(source, {"id": each}, actor=admin))["client"] for each in ids]

    assert [each["source"] for each in told] == ["OPERATOR", "REGISTRATION", "METADATA_DOCUMENT", "CONFIGURATION"]
    assert [each["isDynamic"] for each in told] == [False, True, True, False]
    assert [each["registeredBy"] for each in told] == [None, {"id": token.id, "name": "CI"}, None, None]
    listed = await read("{ clients(filter: {isDynamic: true}) { nodes { id } } }", actor=admin)
    assert {node["id"] for node in listed["clients"]["nodes"]} == {registered.id, url}
