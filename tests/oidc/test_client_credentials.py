"""Clients that act for themselves (RFC 6749 §4.4)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.authz.service import grant_relation, super_admin
from app.authz.service.follower import following
from app.clients.service import declare_client, update_client
from app.clients.types import ClientChanges, ClientKind, DeclaredClient, NewClient
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from app.users.service import delete_user
from tests.oidc.machines import Machine, give_document, make_machine
from tests.oidc.support import Party, claims_of, header_of
from tests.support import ISSUER, commit, counted_statements, make_user

GRAPHQL = {"accept": "application/json", "content-type": "application/json"}
SECRET = "declared-secret-of-thirty-two-chars!"


@pytest.fixture
async def machine(browser: httpx.AsyncClient) -> Machine:
    return await make_machine(browser, scopes=("auther:api", "read"))


async def check(machine: Machine, token: str, **asked: Any) -> httpx.Response:
    return await machine.browser.post(
        "/api/auth/check-permission", json=asked, headers={"authorization": f"Bearer {token}"}
    )


async def graphql(machine: Machine, token: str, document: str) -> dict[str, Any]:
    headers = {**GRAPHQL, "authorization": f"Bearer {token}"}
    return dict((await machine.browser.post("/graphql", json={"query": document}, headers=headers)).json())


async def test_rfc6749_4_4_3_an_access_token_and_nothing_else(machine: Machine) -> None:
    answer = await machine.ask(scope="read")

    body = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 900, "read")


async def test_rfc9068_2_2_the_subject_is_the_client(machine: Machine) -> None:
    token = await machine.token()

    claims = claims_of(token)
    assert header_of(token)["typ"] == "at+jwt"
    assert claims["sub"] == claims["client_id"] == machine.client.id
    assert (claims["iss"], claims["aud"], claims["sub_type"]) == (ISSUER, ISSUER, "client")
    assert claims["scope"] == "auther:api read"
    assert claims["exp"] - claims["iat"] == 900
    assert not {"sid", "auth_time", "acr", "grant_id", "act"} & set(claims)


async def test_rfc6749_3_3_a_scope_that_the_client_may_not_have_is_refused(machine: Machine) -> None:
    for scope in ("write", "read write", 'read "'):
        assert (await machine.ask(scope=scope)).json()["error"] == "invalid_scope"


async def test_offline_access_and_openid_give_neither_refresh_nor_id_token(browser: httpx.AsyncClient) -> None:
    machine = await make_machine(browser, scopes=("openid", "offline_access"))

    body = (await machine.ask(scope="openid offline_access")).json()

    assert not {"refresh_token", "id_token"} & set(body)
    userinfo = await machine.userinfo(body["access_token"])
    assert (userinfo.status_code, userinfo.json()["error"]) == (401, "invalid_token")


async def test_a_client_that_is_not_registered_for_the_grant_is_refused(party: Party) -> None:
    answer = await party.post("/oauth2/token", {"grant_type": "client_credentials"})

    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


async def test_the_token_holds_the_clients_own_permissions(machine: Machine) -> None:
    await give_document(machine.client, "client", machine.client.id)

    token = await machine.token(scope="read")

    assert claims_of(token)["permissions"] == {f"{machine.client.id}:document:1": ["read", "share"]}
    own = (await check(machine, token, entityType="document", entityId="1", permission="share")).json()
    other = (await check(machine, token, entityType="document", entityId="2", permission="read")).json()
    assert (own["allowed"], own["subjectType"], own["subjectId"]) == (True, "client", machine.client.id)
    assert other["allowed"] is False


async def test_a_user_with_the_same_id_has_not_the_clients_permissions(machine: Machine) -> None:
    await give_document(machine.client, "user", machine.client.id)

    token = await machine.token()

    assert claims_of(token)["permissions"] == {}
    answer = await check(machine, token, entityType="document", entityId="1", permission="read")
    assert answer.json()["allowed"] is False


async def test_the_token_opens_the_api_as_far_as_the_client_may(machine: Machine) -> None:
    token = await machine.token(scope="auther:api")

    before = await graphql(machine, token, "{ users(first: 1) { totalCount } }")
    await commit(grant_relation(SYSTEM, super_admin("client", machine.client.id)))
    after = await graphql(machine, token, "{ viewer { user { id } } users(first: 1) { totalCount } }")

    assert before["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert after["data"] == {"viewer": {"user": None}, "users": {"totalCount": 0}}


async def test_the_api_wants_its_scope(machine: Machine) -> None:
    answer = await graphql(machine, await machine.token(scope="read"), "{ viewer { user { id } } }")

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_the_token_of_a_disabled_client_is_dead_at_once(machine: Machine) -> None:
    token = await machine.token()
    await commit(update_client(SYSTEM, machine.client.id, ClientChanges(is_enabled=False)))

    answer = await check(machine, token, entityType="users", entityId="*", permission="view")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert (await machine.ask()).json()["error"] == "invalid_client"


async def test_rfc7009_the_client_revokes_its_token(machine: Machine) -> None:
    token = await machine.token()
    assert (await machine.introspect(token))["active"] is True

    assert (await machine.post("/oauth2/revoke", {"token": token})).status_code == 200

    assert await machine.introspect(token) == {"active": False}


async def test_rfc9700_4_15_a_client_whose_id_is_a_users_cannot_pass_as_that_user(browser: httpx.AsyncClient) -> None:
    new = NewClient(name="Billing", kind=ClientKind.MACHINE, scopes=("auther:api",))
    declared = DeclaredClient(id="billing", client=new, secret=SECRET)
    client = await commit(declare_client(declared))
    machine = Machine(client, SECRET, browser)
    token = await machine.token()

    user = await make_user("billing@example.com", id="billing")
    await commit(grant_relation(SYSTEM, super_admin("user", user.id)))

    assert (await machine.ask()).json()["error"] == "unauthorized_client"
    refused = await graphql(machine, token, "{ users(first: 1) { totalCount } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    with pytest.raises(InputProblems):
        await commit(declare_client(declared))
    await commit(delete_user(SYSTEM, user.id))
    assert (await machine.ask()).status_code == 200


async def test_rfc8707_2_targets_that_the_client_may_not_name_are_refused(browser: httpx.AsyncClient) -> None:
    target = await make_machine(browser, name="Target")
    machine = await make_machine(browser, allowed_audiences=(target.client.id,))
    stranger = await make_machine(browser)

    wanted = claims_of(await machine.token(audience=target.client.id))
    own = claims_of(await machine.token(audience=machine.client.id, resource=ISSUER))

    assert wanted["aud"] == [ISSUER, target.client.id]
    assert own["aud"] == ISSUER
    for form in ({"audience": stranger.client.id}, {"audience": "nobody"}, {"resource": "https://api.example.com"}):
        answer = await machine.ask(**form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")
    assert (await stranger.ask(audience=target.client.id)).json()["error"] == "invalid_target"


async def test_a_token_costs_no_statement_when_client_and_tuples_are_remembered(machine: Machine) -> None:
    async with following() as follower:
        await follower.catch_up()
        await machine.token()

        with counted_statements() as statements:
            await machine.token()

    assert statements == []


async def test_a_token_for_another_client_opens_no_api_of_ours(browser: httpx.AsyncClient) -> None:
    target = await make_machine(browser, name="Target")
    machine = await make_machine(browser, scopes=("auther:api", "read"), allowed_audiences=(target.client.id,))

    scopes = [
        claims_of(await machine.token(**form))["scope"]
        for form in (
            {"audience": target.client.id},
            {"audience": target.client.id, "resource": ISSUER},
            {"audience": machine.client.id},
            {"audience": ISSUER},
            {},
        )
    ]

    assert scopes == ["read", *["auther:api read"] * 4]
