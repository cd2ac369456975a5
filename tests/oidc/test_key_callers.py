"""API keys and their tokens where callers are asked who they are: the live check, the API, introspection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.api_keys.service import delete_key, disable_key, flush_uses, get_keys, rotate_key, update_key
from app.api_keys.types import ApiKeyChanges, CreatedApiKey, KeyUse
from app.authz.service.models import save_model
from app.authz.types.saving import ModelDraft
from app.clients.types import TOKEN_EXCHANGE, Client, ClientKind
from app.graph.callers import Credentials, look_again
from app.graph.context import Context
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, ActorKind
from app.kit.recall import ear, hearing
from app.users.service import ban_user, delete_user
from app.users.types import User
from tests.api_keys.support import make_client_key, make_key, relate
from tests.clients.support import make_client
from tests.oidc.support import make_party
from tests.oidc.test_key_exchange import EXCHANGE, KEY_TYPE, SOURCE, exchange
from tests.oidc.test_remembered_tokens import until
from tests.support import ISSUER, ORIGIN, commit, counted_statements, read_audit

CHECK = "/api/auth/check-permission"
VIEWER = {"query": "{ viewer { user { id } apiKey { id } can { usersView } apiKeys { nodes { id } } } }"}
HEADERS: list[Callable[[str], dict[str, str]]] = [
    lambda secret: {"x-api-key": secret},
    lambda secret: {"authorization": f"Bearer {secret}"},
]


@pytest.fixture
async def app_client(database: None) -> Client:
    client = await make_client(ClientKind.MACHINE)
    await commit(save_model(SYSTEM, ModelDraft(client.id, SOURCE)))
    return client


async def bearer(browser: httpx.AsyncClient, made: CreatedApiKey, **fields: Any) -> dict[str, str]:
    return {"authorization": f"Bearer {(await exchange(browser, made, **fields))['token']}"}


async def check(browser: httpx.AsyncClient, headers: dict[str, str], kind: str, name: str = "1") -> httpx.Response:
    body = {"entityType": kind, "entityId": name, "permission": "read"}
    return await browser.post(CHECK, json=body, headers=headers)


@pytest.mark.parametrize("show", HEADERS)
async def test_a_key_asks_about_itself_at_the_live_check(
    show: Callable[[str], dict[str, str]], browser: httpx.AsyncClient, user: User, app_client: Client
) -> None:
    made = await make_key(user)
    document = f"{app_client.id}:document"
    await relate(f"{document}:1", "viewer", made.key.id, "apikey")
    await relate(f"{document}:2", "viewer", user.id)

    answers = [(await check(browser, show(str(made.secret)), document, name)).json() for name in ("1", "2")]

    assert [answer["allowed"] for answer in answers] == [True, False]
    assert {(answer["subjectType"], answer["subjectId"]) for answer in answers} == {("apikey", made.key.id)}


async def test_a_client_s_key_names_types_without_the_prefix(browser: httpx.AsyncClient, app_client: Client) -> None:
    made = await make_client_key(app_client.id)
    await relate(f"{app_client.id}:document:1", "viewer", made.key.id, "apikey")
    headers = {"x-api-key": str(made.secret)}

    batch = {"checks": [{"entityType": "document", "entityId": name, "permission": "read"} for name in ("1", "2")]}
    many = await browser.post(f"{CHECK}/batch", json=batch, headers=headers)
    listed = await browser.get(
        "/api/auth/list-objects", params={"entityType": "document", "permission": "read"}, headers=headers
    )
    evaluated = await browser.post(
        "/access/v1/evaluation",
        json={
            "subject": {"type": "apikey", "id": made.key.id},
            "action": {"name": "read"},
            "resource": {"type": "document", "id": "1"},
        },
        headers=headers,
    )

    assert [answer["allowed"] for answer in many.json()["results"]] == [True, False]
    assert [each["entityId"] for each in listed.json()["objects"]] == ["1"]
    assert evaluated.json()["decision"] is True


async def test_a_key_asks_about_nobody_else(browser: httpx.AsyncClient, user: User, app_client: Client) -> None:
    made = await make_key(user)
    body = {"entityType": f"{app_client.id}:document", "entityId": "1", "permission": "read"}
    other = {"subjectType": "user", "subjectId": user.id}

    answer = await browser.post(CHECK, json={**body, **other}, headers={"x-api-key": str(made.secret)})

    assert answer.status_code == 403
    await relate(f"clients:{app_client.id}", "admin", made.key.id, "apikey")
    allowed = await browser.post(CHECK, json={**body, **other}, headers={"x-api-key": str(made.secret)})
    assert (allowed.status_code, allowed.json()["allowed"]) == (200, False)


@pytest.mark.parametrize("show", HEADERS)
async def test_a_key_calls_the_api_as_itself(
    show: Callable[[str], dict[str, str]], browser: httpx.AsyncClient, user: User
) -> None:
    made = await make_key(user)
    await relate("users:*", "viewer", made.key.id, "apikey")

    answer = await browser.post("/graphql", json=VIEWER, headers=show(str(made.secret)))

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["viewer"] == {
        "user": None, "apiKey": {"id": made.key.id}, "can": {"usersView": True}, "apiKeys": {"nodes": []},
    }  # fmt: skip


async def test_a_token_of_a_key_is_the_key_everywhere(
    browser: httpx.AsyncClient, user: User, app_client: Client
) -> None:
    made = await make_key(user, scopes=("auther:api",))
    await relate(f"{app_client.id}:document:1", "viewer", made.key.id, "apikey")
    headers = await bearer(browser, made, audience=app_client.id, resource=ISSUER)

    checked = (await check(browser, headers, "document")).json()
    viewed = (await browser.post("/graphql", json=VIEWER, headers=headers)).json()
    info = await browser.get("/oauth2/userinfo", headers=headers)

    assert (checked["allowed"], checked["subjectType"], checked["subjectId"]) == (True, "apikey", made.key.id)
    assert (viewed["data"]["viewer"]["apiKey"], viewed["data"]["viewer"]["user"]) == ({"id": made.key.id}, None)
    assert info.status_code == 401


async def test_without_the_scope_a_token_does_not_open_the_api(browser: httpx.AsyncClient, user: User) -> None:
    made = await make_key(user)

    answer = await browser.post("/graphql", json=VIEWER, headers=await bearer(browser, made))

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["reason"]) == (403, "graph_scope_missing")


async def test_rfc7662_the_audience_introspects_a_token_of_a_key(browser: httpx.AsyncClient, user: User) -> None:
    party, other = await make_party(browser), await make_party(browser)
    await commit(save_model(SYSTEM, ModelDraft(party.client.id, SOURCE)))
    made = await make_key(user)
    await relate(f"{party.client.id}:document:1", "viewer", made.key.id, "apikey")
    token = (await exchange(browser, made, audience=party.client.id))["token"]

    async def introspect() -> dict[str, Any]:
        return dict((await party.post("/oauth2/introspect", {"token": token})).json())

    found = await introspect()
    assert (found["active"], found["sub"], found["api_key_id"]) == (True, user.id, made.key.id)
    assert (await other.post("/oauth2/introspect", {"token": token})).json() == {"active": False}
    await commit(disable_key(SYSTEM, made.key.id))
    assert await introspect() == {"active": False}


async def test_a_client_revokes_the_token_that_it_exchanged(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(
        browser, kind=ClientKind.MACHINE, redirect_uris=(), post_logout_redirect_uris=(),
        grant_types=(TOKEN_EXCHANGE,), scopes=("auther:api",),
    )  # fmt: skip
    made = await make_key(user, scopes=("auther:api",))
    form: dict[str, str | None] = {
        "grant_type": TOKEN_EXCHANGE, "subject_token": made.secret, "subject_token_type": KEY_TYPE,
    }  # fmt: skip
    token = (await party.post("/oauth2/token", form)).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 200

    assert (await party.post("/oauth2/revoke", {"token": token})).status_code == 200

    assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 401


Ending = Callable[[CreatedApiKey, User], Awaitable[object]]
ENDINGS: dict[str, Ending] = {
    "key disabled": lambda made, user: commit(disable_key(SYSTEM, made.key.id)),
    "key deleted": lambda made, user: commit(delete_key(SYSTEM, made.key.id)),
    "key rotated": lambda made, user: commit(rotate_key(SYSTEM, made.key.id, timedelta(0))),
    "owner banned": lambda made, user: commit(ban_user(SYSTEM, user.id)),
    "owner deleted": lambda made, user: commit(delete_user(SYSTEM, user.id)),
    "row changed": lambda made, user: db.execute("UPDATE api_keys_key SET is_enabled = FALSE"),
}


@pytest.fixture
async def hears(database: None) -> AsyncIterator[None]:
    async with hearing():
        await until(lambda: ear.hears)
        yield


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("is_token", [True, False])
async def test_what_ends_a_key_ends_it_and_its_tokens_at_the_next_request(
    is_token: bool, ending: str, browser: httpx.AsyncClient, user: User, hears: None
) -> None:
    made = await make_key(user, scopes=("auther:api",))
    headers = await bearer(browser, made) if is_token else {"x-api-key": str(made.secret)}
    for _ in range(2):
        assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 200

    heard = ear.generation
    await ENDINGS[ending](made, user)
    if ending == "row changed":
        await until(lambda: ear.generation > heard)

    assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 401
    if is_token:
        assert (await check(browser, headers, "users")).status_code == 401


async def test_a_remembered_key_costs_no_statement_and_keeps_its_limits(
    browser: httpx.AsyncClient, user: User, hears: None
) -> None:
    with clock.frozen() as time:
        made = await make_key(user, expires_at=clock.now() + timedelta(minutes=10), rate_limit_per_minute=1_000_000)
        shown = {"x-api-key": str(made.secret)}
        token = await bearer(browser, made)
        for headers in (shown, token):
            await check(browser, headers, "users")
            with counted_statements() as statements:
                assert (await check(browser, headers, "users")).status_code == 200
            assert [each for each in statements if "api_keys" in each or "oidc" in each or "clients" in each] == []
        time.advance(timedelta(minutes=10))
        assert [(await check(browser, headers, "users")).status_code for headers in (shown, token)] == [401, 401]


async def test_a_use_is_not_told_to_whoever_remembers(browser: httpx.AsyncClient, user: User, hears: None) -> None:
    made = await make_key(user)
    await check(browser, {"x-api-key": str(made.secret)}, "users")
    heard = ear.generation

    assert await flush_uses() == 1
    await db.fetch_value("SELECT pg_notify('auther_forget', 'marker')")
    await until(lambda: ear.generation > heard)

    assert ear.generation == heard + 1
    assert (await get_keys([made.key.id]))[made.key.id].last_used_at is not None


async def test_a_key_that_is_not_for_direct_use_is_refused_and_said(browser: httpx.AsyncClient, user: User) -> None:
    made = await make_key(user, uses=(KeyUse.EXCHANGE,))
    headers = {"x-api-key": str(made.secret)}

    live, graph = await check(browser, headers, "users"), await browser.post("/graphql", json=VIEWER, headers=headers)

    assert (live.status_code, live.json()["error"]) == (403, "api_keys_use_refused")
    assert (graph.status_code, graph.json()["errors"][0]["extensions"]["reason"]) == (403, "api_keys_use_refused")


async def test_a_rate_limit_counts_at_every_door(browser: httpx.AsyncClient, user: User) -> None:
    made = await make_key(user, rate_limit_per_minute=3)
    headers = {"x-api-key": str(made.secret)}
    with clock.frozen():
        await browser.post(EXCHANGE, headers=headers)
        await check(browser, headers, "users")
        await browser.post("/graphql", json=VIEWER, headers=headers)
        answers = [
            await browser.post(EXCHANGE, headers=headers),
            await check(browser, headers, "users"),
            await browser.post("/graphql", json=VIEWER, headers=headers),
        ]

    assert [answer.status_code for answer in answers] == [429] * 3
    assert all(1 <= int(answer.headers["retry-after"]) <= 60 for answer in answers)


async def test_a_token_of_a_key_counts_against_its_rate_limit(browser: httpx.AsyncClient, user: User) -> None:
    made = await make_key(user, rate_limit_per_minute=3, scopes=("auther:api",))
    with clock.frozen():
        headers = await bearer(browser, made)
        answers = [await browser.post("/graphql", json=VIEWER, headers=headers) for _ in range(2)]
        late = [await browser.post("/graphql", json=VIEWER, headers=headers), await check(browser, headers, "users")]

    assert [answer.status_code for answer in (*answers, *late)] == [200, 200, 429, 429]


async def test_a_token_of_a_key_opens_auther_from_the_key_s_networks_only(
    browser: httpx.AsyncClient, user: User, hears: None
) -> None:
    made = await make_key(user, scopes=("auther:api",))
    headers = await bearer(browser, made)
    assert (await check(browser, headers, "users")).status_code == 200
    await commit(update_key(SYSTEM, made.key.id, ApiKeyChanges(allowed_addresses=("192.0.2.0/24",))))

    # The first look reads the key anew, the second remembers it.
    for _ in range(2):
        live, graph = (
            await check(browser, headers, "users"),
            await browser.post("/graphql", json=VIEWER, headers=headers),
        )
        assert (live.status_code, live.json()["error"]) == (403, "api_keys_address_refused")
        assert (graph.status_code, graph.json()["errors"][0]["extensions"]["reason"]) == (
            403, "api_keys_address_refused",
        )  # fmt: skip
    told = [event.target_id for event in await read_audit() if event.reason == "api_keys_address_refused"]
    assert told == [made.key.id] * 4
    shown = Credentials(ANONYMOUS.at(ORIGIN), (headers["authorization"],))
    (error,) = (await look_again([shown])).values()
    assert getattr(error, "code", None) == "api_keys_address_refused"


async def test_two_proofs_at_once_are_none(browser: httpx.AsyncClient, user: User) -> None:
    made = await make_key(user)
    headers = {"x-api-key": str(made.secret), "authorization": f"Bearer {made.secret}"}

    assert (await check(browser, headers, "users")).status_code == 400
    assert (await browser.post("/graphql", json=VIEWER, headers=headers)).status_code == 401


async def test_a_stream_of_a_key_is_asked_again_without_using_it(user: User) -> None:
    made = await make_key(user, rate_limit_per_minute=1)
    shown = Credentials(ANONYMOUS.at(ORIGIN), (f"Bearer {made.secret}",))

    for _ in range(3):
        (context,) = (await look_again([shown])).values()
        assert isinstance(context, Context)
        assert (context.actor.kind, context.actor.id) == (ActorKind.API_KEY, made.key.id)
    assert await flush_uses() == 0
    await commit(update_key(SYSTEM, made.key.id, ApiKeyChanges(allowed_addresses=("10.0.0.0/8",))))
    (error,) = (await look_again([shown])).values()

    assert getattr(error, "code", None) == "api_keys_address_refused"
