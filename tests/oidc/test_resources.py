"""Resource indicators (RFC 8707): what an access token is for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.clients.service import update_client
from app.clients.types import CLIENT_CREDENTIALS, TOKEN_EXCHANGE, ClientChanges
from app.kit import db
from app.kit.actor import SYSTEM
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.devices import hidden_fields, make_device
from tests.oidc.machines import Machine, give_document, make_machine
from tests.oidc.requesting import follow, make_signing_party, push
from tests.oidc.support import CALLBACK, Party, answer_of, claims_of, complete_flow, make_party
from tests.support import ISSUER, commit, counted_statements

MCP = "https://mcp.example.com/mcp"
FILES = "https://files.example.com"


@pytest.fixture
async def mcp(browser: httpx.AsyncClient) -> Machine:
    """A protected resource, known by two URIs."""
    return await make_machine(browser, name="Tools", resource_uris=(MCP, "urn:example:tools"))


@pytest.fixture
async def files(browser: httpx.AsyncClient) -> Machine:
    return await make_machine(browser, name="Files", resource_uris=(FILES,))


async def ask(party: Party, *resources: str, **changes: str | None) -> dict[str, str]:
    """The answer to a request that names these resources."""
    pairs: list[tuple[str, Any]] = [*party.params(**changes).items(), *(("resource", each) for each in resources)]
    return answer_of(await party.browser.get("/oauth2/authorize", params=pairs))


async def redeem(party: Party, code: str, *resources: str) -> httpx.Response:
    return await party.redeem(code, **({"resource": list(resources)} if resources else {}))  # type: ignore[arg-type]


async def refresh(party: Party, token: str, *resources: str) -> httpx.Response:
    return await party.refresh(token, **({"resource": list(resources)} if resources else {}))  # type: ignore[arg-type]


def aud_of(answer: httpx.Response) -> object:
    assert answer.status_code == 200, answer.text
    return claims_of(answer.json()["access_token"])["aud"]


async def test_rfc8707_2_the_audience_says_the_resource(party: Party, session: Session, mcp: Machine) -> None:
    code = (await ask(party, MCP))["code"]

    answer = await redeem(party, code)

    assert aud_of(answer) == [ISSUER, MCP, mcp.client.id]
    assert claims_of(answer.json()["id_token"])["aud"] == party.client.id


async def test_the_mcp_way_names_the_resource_at_both_endpoints(
    public_party: Party, session: Session, mcp: Machine
) -> None:
    code = (await ask(public_party, MCP))["code"]

    assert aud_of(await redeem(public_party, code, MCP)) == [ISSUER, MCP, mcp.client.id]


async def test_the_token_holds_what_the_user_may_do_there(
    party: Party, session: Session, user: User, mcp: Machine
) -> None:
    await give_document(mcp.client, "user", user.id)

    plain = await redeem(party, (await ask(party))["code"])
    meant = await redeem(party, (await ask(party, MCP))["code"])

    assert claims_of(plain.json()["access_token"])["permissions"] == {}
    name = f"{mcp.client.id}:document"
    assert claims_of(meant.json()["access_token"])["permissions"] == {f"{name}:1": ["read", "share"]}


async def test_rfc8707_2_several_resources_may_be_named(
    party: Party, session: Session, user: User, mcp: Machine, files: Machine
) -> None:
    await give_document(mcp.client, "user", user.id)
    await give_document(files.client, "user", user.id)

    answer = await redeem(party, (await ask(party, MCP, FILES, MCP))["code"])

    assert aud_of(answer) == [ISSUER, MCP, FILES, mcp.client.id, files.client.id]
    permissions = claims_of(answer.json()["access_token"])["permissions"]
    assert set(permissions) == {f"{each.client.id}:document:1" for each in (mcp, files)}


async def test_rfc8707_2_2_the_token_request_narrows(
    party: Party, session: Session, mcp: Machine, files: Machine
) -> None:
    first = await redeem(party, (await ask(party, MCP, FILES))["code"], FILES)
    second = await refresh(party, first.json()["refresh_token"])
    third = await refresh(party, second.json()["refresh_token"], MCP)

    assert aud_of(first) == [ISSUER, FILES, files.client.id]
    assert aud_of(second) == [ISSUER, MCP, FILES, mcp.client.id, files.client.id]
    assert aud_of(third) == [ISSUER, MCP, mcp.client.id]


async def test_rfc8707_2_2_a_resource_that_was_not_granted_is_an_invalid_target(
    party: Party, session: Session, mcp: Machine, files: Machine
) -> None:
    code = (await ask(party, MCP))["code"]

    refused = await redeem(party, code, FILES)
    first = await redeem(party, code, MCP)
    again = await refresh(party, first.json()["refresh_token"], FILES)

    for answer in (refused, again):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")
    # Neither refusal cost anything.
    assert aud_of(await refresh(party, first.json()["refresh_token"])) == [ISSUER, MCP, mcp.client.id]


async def test_what_no_resource_was_granted_for_gets_none_later(party: Party, session: Session, mcp: Machine) -> None:
    code = (await ask(party))["code"]

    assert (await redeem(party, code, MCP)).json()["error"] == "invalid_target"
    assert aud_of(await redeem(party, code, ISSUER)) == ISSUER


@pytest.mark.parametrize(
    "resource",
    [
        "https://unknown.example.com",
        f"{MCP}/",
        f"{MCP}?a=b",
        MCP.upper(),
        f"{MCP}#fragment",
        "/mcp",
        "mcp",
        "https://mcp.example.com/m cp",
        'https://mcp.example.com/"',
        "x" * 3_000,
    ],
)
async def test_rfc8707_2_an_unknown_or_malformed_resource_is_an_invalid_target(
    party: Party, session: Session, mcp: Machine, resource: str
) -> None:
    answer = await ask(party, resource)

    assert answer["error"] == "invalid_target"
    assert answer["iss"] == ISSUER
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 0


async def test_too_many_resources_are_refused(party: Party, session: Session) -> None:
    assert (await ask(party, *(f"https://r{n}.example.com" for n in range(6))))["error"] == "invalid_target"


async def test_one_that_is_wrong_spoils_all(party: Party, session: Session, mcp: Machine) -> None:
    assert (await ask(party, MCP, "https://unknown.example.com"))["error"] == "invalid_target"


async def test_a_resource_that_is_switched_off_cannot_be_had(party: Party, session: Session, mcp: Machine) -> None:
    first = await redeem(party, (await ask(party, MCP))["code"])
    await commit(update_client(SYSTEM, mcp.client.id, ClientChanges(is_enabled=False)))

    asked = await ask(party, MCP)
    refreshed = await refresh(party, first.json()["refresh_token"])

    assert asked["error"] == "invalid_target"
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_target")


async def test_what_is_no_resource_any_more_is_left_out_of_a_refresh(
    browser: httpx.AsyncClient, session: Session, mcp: Machine, files: Machine
) -> None:
    party = await make_party(browser, scopes=("openid", "auther:api"))
    code = (await ask(party, MCP, FILES, scope="openid auther:api"))["code"]
    first = await redeem(party, code)
    await commit(update_client(SYSTEM, mcp.client.id, ClientChanges(resource_uris=())))

    some = await refresh(party, first.json()["refresh_token"])
    named = await refresh(party, some.json()["refresh_token"], MCP)
    await commit(update_client(SYSTEM, files.client.id, ClientChanges(is_enabled=False)))
    none = await refresh(party, some.json()["refresh_token"])

    assert aud_of(some) == [ISSUER, FILES, files.client.id]
    # With or without the one that is gone: it is for others, and opens no API of ours.
    assert some.json()["scope"] == "openid"
    for answer in (named, none):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")
    await commit(update_client(SYSTEM, mcp.client.id, ClientChanges(resource_uris=(MCP,))))
    assert aud_of(await refresh(party, some.json()["refresh_token"])) == [ISSUER, MCP, mcp.client.id]


async def test_rfc3986_6_2_3_a_bare_origin_has_two_spellings(party: Party, session: Session, files: Machine) -> None:
    answer = await redeem(party, (await ask(party, f"{FILES}/"))["code"], f"{FILES}/")

    assert aud_of(answer) == [ISSUER, FILES, files.client.id]


@pytest.mark.parametrize("resource", [ISSUER, f"{ISSUER}/", f"{ISSUER}/graphql"])
async def test_our_own_issuer_is_a_resource(party: Party, session: Session, resource: str) -> None:
    assert aud_of(await redeem(party, (await ask(party, resource))["code"], resource)) == ISSUER


async def test_a_token_for_somebody_else_opens_no_api_of_ours(
    browser: httpx.AsyncClient, session: Session, mcp: Machine
) -> None:
    party = await make_party(browser, scopes=("openid", "auther:api"))

    other = await redeem(party, (await ask(party, MCP, scope="openid auther:api"))["code"])
    both = await redeem(party, (await ask(party, MCP, ISSUER, scope="openid auther:api"))["code"])

    assert other.json()["scope"] == "openid"
    assert claims_of(other.json()["access_token"])["scope"] == "openid"
    assert both.json()["scope"] == "openid auther:api"


async def test_the_resource_may_introspect_the_token(
    party: Party, session: Session, mcp: Machine, files: Machine
) -> None:
    token = (await redeem(party, (await ask(party, MCP))["code"])).json()["access_token"]

    assert (await mcp.introspect(token))["active"] is True
    assert await files.introspect(token) == {"active": False}


async def test_a_third_party_needs_consent_for_each_resource(
    third_party: Party, session: Session, mcp: Machine, files: Machine
) -> None:
    async def go(*resources: str) -> str:
        pairs: list[tuple[str, Any]] = [*third_party.params().items(), *(("resource", each) for each in resources)]
        return str((await third_party.browser.get("/oauth2/authorize", params=pairs)).headers["location"])

    path = await go(MCP, ISSUER)
    page = (await third_party.browser.get(path)).text
    assert f"use {MCP} in your name" in page
    assert f"use {ISSUER}" not in page
    allowed = await third_party.browser.post(path, data={**hidden_fields(page), "decision": "allow"})
    given = await third_party.browser.get(allowed.headers["location"])

    assert aud_of(await redeem(third_party, answer_of(given)["code"])) == [ISSUER, MCP, mcp.client.id]
    scope = await db.fetch_value("SELECT scope FROM oidc_consent")
    assert set(scope.split()) == {"openid", "profile", "email", f"resource:{MCP}"}
    assert (await go(MCP)).startswith(CALLBACK)
    assert (await go(MCP, FILES)).startswith("/oauth2/consent/")


async def test_a_consent_to_a_scope_of_that_name_is_none_to_the_resource(
    browser: httpx.AsyncClient, session: Session, mcp: Machine
) -> None:
    party = await make_party(browser, is_first_party=False, scopes=("openid", MCP))
    path = (await party.authorize(scope=f"openid {MCP}")).headers["location"]
    page = (await browser.get(path)).text
    await browser.post(path, data={**hidden_fields(page), "decision": "allow"})
    pairs: list[tuple[str, Any]] = [*party.params(scope="openid").items(), ("resource", MCP)]

    asked = await browser.get("/oauth2/authorize", params=pairs)

    assert "code" in answer_of(await party.authorize(scope=f"openid {MCP}"))
    assert asked.headers["location"].startswith("/oauth2/consent/")


async def test_resources_are_pushed_and_signed(
    browser: httpx.AsyncClient, session: Session, mcp: Machine, files: Machine
) -> None:
    signer = await make_signing_party(browser)

    pushed_one = await signer.post("/oauth2/par", {**signer.params(), "resource": [MCP, FILES]})  # type: ignore[dict-item]
    refused = await push(signer, resource="https://unknown.example.com")
    signed = answer_of(await signer.ask(signer.request_object(resource=[MCP, FILES]), resource="https://x.example"))

    code = answer_of(await follow(signer, pushed_one.json()["request_uri"]))["code"]
    both = [ISSUER, MCP, FILES, mcp.client.id, files.client.id]
    assert aud_of(await redeem(signer, code)) == both
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    assert aud_of(await redeem(signer, signed["code"])) == both


async def test_a_resource_survives_the_sign_in(
    browser: httpx.AsyncClient, party: Party, user: User, mcp: Machine
) -> None:
    pairs: list[tuple[str, Any]] = [*party.params().items(), ("resource", MCP), ("resource", "urn:example:tools")]
    path = await complete_flow(browser, await browser.get("/oauth2/authorize", params=pairs), user)

    answer = await redeem(party, answer_of(await browser.get(path))["code"])

    assert aud_of(answer) == [ISSUER, MCP, "urn:example:tools", mcp.client.id]


async def test_a_machine_names_resources_that_it_was_allowed(browser: httpx.AsyncClient, mcp: Machine) -> None:
    stranger = await make_machine(browser)
    friend = await make_machine(browser, allowed_audiences=(mcp.client.id,))
    form: dict[str, str | None] = {"resource": MCP}

    refused = await stranger.ask(**form)
    allowed = await friend.ask(**form)
    own = await mcp.ask(**form)
    together = await friend.ask(**form, audience=mcp.client.id)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    assert aud_of(allowed) == aud_of(own) == aud_of(together) == [ISSUER, MCP, mcp.client.id]


async def test_an_exchange_names_resources_that_opted_in(browser: httpx.AsyncClient, mcp: Machine) -> None:
    front = await make_machine(browser, grant_types=(CLIENT_CREDENTIALS, TOKEN_EXCHANGE))
    token = await front.token()

    refused = await front.trade(token, resource=MCP)
    await commit(update_client(SYSTEM, mcp.client.id, ClientChanges(token_exchange_clients=(front.client.id,))))
    allowed = await front.trade(token, resource=MCP)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    assert aud_of(allowed) == [ISSUER, MCP, mcp.client.id]


async def test_a_device_asks_for_resources(browser: httpx.AsyncClient, session: Session, mcp: Machine) -> None:
    device = await make_device(browser)

    refused = await device.post("/oauth2/device_authorization", {"resource": "https://unknown.example.com"})
    await device.begin(resource=MCP)
    question = await browser.get((await device.type_code()).headers["location"])
    await device.let_in()
    answer = await device.poll()

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    assert f"use {MCP} in your name" in question.text
    assert aud_of(answer) == [ISSUER, MCP, mcp.client.id]


async def test_the_code_flow_costs_one_statement_more_for_resources(
    party: Party, session: Session, mcp: Machine
) -> None:
    await redeem(party, (await ask(party, MCP))["code"])
    code = (await ask(party, MCP))["code"]

    with counted_statements() as statements:
        answer = await redeem(party, code)

    assert answer.status_code == 200
    assert sum("resource_uris &&" in each for each in statements) == 1


async def test_a_page_that_did_not_show_a_resource_is_no_consent_to_it(
    third_party: Party, session: Session, mcp: Machine, files: Machine
) -> None:
    async def open_page(*resources: str) -> tuple[str, str]:
        pairs: list[tuple[str, Any]] = [*third_party.params().items(), *(("resource", each) for each in resources)]
        path = (await third_party.browser.get("/oauth2/authorize", params=pairs)).headers["location"]
        return path, (await third_party.browser.get(path)).text

    both, more = await open_page(MCP, FILES)
    _, less = await open_page(MCP)
    form = {**hidden_fields(more), "shown": hidden_fields(less)["shown"], "decision": "allow"}

    answer = await third_party.browser.post(both, data=form)

    assert answer.headers["location"] == both
    assert await db.fetch_value("SELECT count(*) FROM oidc_consent") == 0
