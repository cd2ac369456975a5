"""Exchanging an API key for a token: at its own endpoint, and at the token endpoint (RFC 8693)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.api_keys.rules.form import make_text
from app.api_keys.service import disable_key
from app.api_keys.types import CreatedApiKey, KeyUse
from app.authz.service import write_tuples
from app.authz.service.models import save_model
from app.authz.types import ConditionRef, RelationTuple, TupleKey, TupleWrite
from app.authz.types.saving import ModelDraft
from app.clients.service import update_client
from app.clients.types import TOKEN_EXCHANGE, Client, ClientChanges, ClientKind
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.ids import new_id
from app.kit.runtime import override
from app.users.types import User
from tests.api_keys.support import make_client_key, make_key, relate
from tests.clients.support import make_client
from tests.oidc.support import claims_of, header_of, make_party
from tests.support import ISSUER, commit, counted_statements, read_audit

EXCHANGE = "/api/auth/api-key/exchange"
KEY_TYPE = "urn:auther:params:oauth:token-type:api-key"
SOURCE = """
model
  schema 1.1
type user
type apikey
type document
  relations
    define viewer: [user, apikey]
    define editor: [user, apikey with working]
  permissions
    define read: viewer
    define write: editor
condition working(hour: int) { hour > 8 }
"""


async def make_app(**fields: Any) -> Client:
    client = await make_client(ClientKind.MACHINE, **fields)
    await commit(save_model(SYSTEM, ModelDraft(client.id, SOURCE)))
    return client


async def exchange(browser: httpx.AsyncClient, made: CreatedApiKey, **fields: Any) -> dict[str, Any]:
    answer = await browser.post(EXCHANGE, json={"apiKey": made.secret, **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def refused(browser: httpx.AsyncClient, made: CreatedApiKey, **fields: Any) -> tuple[int, str]:
    answer = await browser.post(EXCHANGE, json={"apiKey": made.secret, **fields})
    return answer.status_code, answer.json()["error"]


async def test_a_key_gives_a_token_of_fifteen_minutes(browser: httpx.AsyncClient, user: User) -> None:
    made = await make_key(user)
    with clock.frozen(datetime(2027, 5, 1, 12, tzinfo=UTC)):
        answer = await browser.post(EXCHANGE, json={"apiKey": made.secret})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    claims = claims_of(body.pop("token"))
    assert body == {"tokenType": "Bearer", "expiresIn": 900, "expiresAt": "2027-05-01T12:15:00Z"}
    issued_at = int(datetime(2027, 5, 1, 12, tzinfo=UTC).timestamp())
    assert claims.pop("jti").startswith("tok_")
    assert claims == {
        "iss": ISSUER, "sub": user.id, "aud": ISSUER, "iat": issued_at, "exp": issued_at + 900,
        "client_id": made.key.id, "api_key_id": made.key.id, "api_key_version": 1, "scope": "",
        "permissions": {}, "abac_required": {},
    }  # fmt: skip


@pytest.mark.parametrize("name", ["authorization", "x-api-key"])
async def test_the_key_may_come_in_a_header(name: str, browser: httpx.AsyncClient, user: User) -> None:
    made = await make_key(user)
    value = f"Bearer {made.secret}" if name == "authorization" else str(made.secret)

    answer = await browser.post(EXCHANGE, headers={name: value})

    assert answer.status_code == 200
    assert header_of(answer.json()["token"])["typ"] == "at+jwt"


async def test_the_token_carries_the_key_s_permissions_and_not_its_owner_s(
    browser: httpx.AsyncClient, user: User
) -> None:
    app = await make_app()
    made = await make_key(user)
    document = f"{app.id}:document"
    await relate(f"{document}:1", "viewer", user.id)
    await relate(f"{document}:2", "viewer", made.key.id, "apikey")
    await relate("users:*", "viewer", made.key.id, "apikey")

    for_app = claims_of((await exchange(browser, made, audience=app.id))["token"])
    for_auther = claims_of((await exchange(browser, made))["token"])

    assert (for_app["aud"], for_app["sub"]) == ([ISSUER, app.id], user.id)
    assert for_app["permissions"] == {f"{document}:2": ["read"]}
    assert for_auther["permissions"] == {"users": ["view"]}


async def test_rfc8707_2_a_key_names_an_application_by_its_uri(browser: httpx.AsyncClient, user: User) -> None:
    uri, other = "https://docs.example.com/mcp", "https://mail.example.com/mcp"
    app, _ = await make_app(resource_uris=(uri,)), await make_app(resource_uris=(other,))
    made = await make_key(user, scopes=("auther:api",))
    await relate(f"{app.id}:document:2", "viewer", made.key.id, "apikey")

    answer = await exchange(browser, made, resource=uri)
    both = await exchange(browser, made, resource=uri, audience=app.id)

    claims = claims_of(answer["token"])
    assert claims["aud"] == claims_of(both["token"])["aud"] == [ISSUER, uri, app.id]
    assert claims["permissions"] == {f"{app.id}:document:2": ["read"]}
    # It is for somebody else: our own API stays closed.
    assert claims["scope"] == ""
    assert await refused(browser, made, resource=other) == (400, "oidc_invalid_target")
    assert await refused(browser, made, resource=uri, audience="cli_other") == (400, "oidc_invalid_target")
    assert await refused(browser, made, resource="https://unknown.example") == (400, "oidc_invalid_target")


async def test_a_token_for_an_application_opens_our_own_api_only_where_auther_is_named_too(
    browser: httpx.AsyncClient, user: User
) -> None:
    app = await make_app()
    document = {f"{app.id}:document:1": ["read"]}
    made, other = await make_key(user, scopes=("auther:api",)), await make_key(user)
    for each in (made, other):
        await relate("users:*", "viewer", each.key.id, "apikey")
        await relate(f"{app.id}:document:1", "viewer", each.key.id, "apikey")

    alone = claims_of((await exchange(browser, made, audience=app.id))["token"])
    both = claims_of((await exchange(browser, made, audience=app.id, resource=ISSUER))["token"])
    without_scope = claims_of((await exchange(browser, other, audience=app.id, resource=ISSUER))["token"])

    assert (alone["scope"], alone["permissions"]) == ("", document)
    assert (both["scope"], both["permissions"]) == ("auther:api", {"users": ["view"], **document})
    assert (without_scope["scope"], without_scope["permissions"]) == ("", document)


async def test_a_key_names_no_client_where_it_may_do_nothing(browser: httpx.AsyncClient, user: User) -> None:
    app, owner = await make_app(), await make_app()
    made, of_client = await make_key(user), await make_client_key(owner.id)
    await relate("users:*", "viewer", made.key.id, "apikey")
    await relate(f"{app.id}:document:1", "viewer", user.id)
    for each in (made, of_client):
        assert await refused(browser, each, audience=app.id) == (400, "oidc_invalid_target")

    await commit(update_client(SYSTEM, app.id, ClientChanges(token_exchange_clients=(owner.id,))))
    await relate(f"{app.id}:document:*", "viewer", made.key.id, "apikey")

    for each in (made, of_client):
        assert claims_of((await exchange(browser, each, audience=app.id))["token"])["aud"] == [ISSUER, app.id]
    assert await refused(browser, await make_key(user), audience=app.id) == (400, "oidc_invalid_target")


async def test_more_permissions_than_a_token_holds_still_open_the_audience(
    browser: httpx.AsyncClient, user: User
) -> None:
    app, other, made = await make_app(), await make_app(), await make_key(user)
    for n in range(20):
        await relate(f"{app.id}:document:{n}", "viewer", made.key.id, "apikey")
    with override(token_permissions_max_bytes=512):
        claims = claims_of((await exchange(browser, made, audience=app.id))["token"])

        assert (claims["permissions"], claims["permissions_truncated"]) == ({}, True)
        assert await refused(browser, made, audience=other.id) == (400, "oidc_invalid_target")


async def test_a_client_s_key_is_for_that_client_and_names_it(browser: httpx.AsyncClient) -> None:
    app = await make_app(scopes=("invoices", "reports"))
    made = await make_client_key(app.id, scopes=("invoices", "reports"))
    await relate(f"{app.id}:document:1", "viewer", made.key.id, "apikey")

    claims = claims_of((await exchange(browser, made, scope="reports"))["token"])

    assert (claims["sub"], claims["sub_type"], claims["aud"]) == (app.id, "client", [ISSUER, app.id])
    assert (claims["scope"], claims["permissions"]) == ("reports", {f"{app.id}:document:1": ["read"]})
    assert await refused(browser, made, scope="reports payments") == (400, "oidc_invalid_scope")
    assert await refused(browser, made, scope="a\tb") == (400, "oidc_invalid_scope")
    await commit(update_client(SYSTEM, app.id, ClientChanges(scopes=("invoices",))))
    assert claims_of((await exchange(browser, made))["token"])["scope"] == "invoices"


async def test_a_token_is_for_an_enabled_client_or_for_auther(browser: httpx.AsyncClient, user: User) -> None:
    app, made = await make_app(), await make_key(user)
    await commit(update_client(SYSTEM, app.id, ClientChanges(is_enabled=False)))

    for fields in ({"audience": app.id}, {"audience": new_id("cli")}, {"resource": "https://api.example.com"}):
        assert await refused(browser, made, **fields) == (400, "oidc_invalid_target")
    for fields in ({"audience": ISSUER}, {"resource": ISSUER}):
        assert claims_of((await exchange(browser, made, **fields))["token"])["aud"] == ISSUER


async def test_a_token_lives_no_longer_than_its_key_and_its_secret(browser: httpx.AsyncClient, user: User) -> None:
    with clock.frozen(datetime(2027, 5, 1, 12, tzinfo=UTC)):
        made = await make_key(user, expires_at=clock.now() + timedelta(minutes=5))

        answer = await exchange(browser, made)

    assert (answer["expiresIn"], answer["expiresAt"]) == (300, "2027-05-01T12:05:00Z")


async def test_keys_that_do_not_count_are_told_by_status_and_code(browser: httpx.AsyncClient, user: User) -> None:
    disabled = await make_key(user)
    await commit(disable_key(SYSTEM, disabled.key.id))
    elsewhere = await make_key(user, allowed_addresses=("10.0.0.0/8",))
    direct = await make_key(user, uses=(KeyUse.DIRECT,))
    limited = await make_key(user, rate_limit_per_minute=1)
    wrong = CreatedApiKey(disabled.key, make_text("live", disabled.key.id, bytes(32)))
    with clock.frozen():
        await exchange(browser, limited)
        answers = [await refused(browser, made) for made in (wrong, disabled, elsewhere, direct, limited)]
        late = await browser.post(EXCHANGE, headers={"x-api-key": str(limited.secret)})

    assert answers == [
        (401, "api_keys_invalid"), (401, "api_keys_disabled"), (403, "api_keys_address_refused"),
        (403, "api_keys_use_refused"), (429, "api_keys_rate_limited"),
    ]  # fmt: skip
    assert 1 <= int(late.headers["retry-after"]) <= 60
    told = [str(event.reason) for event in await read_audit() if event.action == "api_key.refused"]
    assert sorted(told) == sorted([*(code for _, code in answers), "api_keys_rate_limited"])
    assert [event.action for event in await read_audit() if event.outcome.value == "denied"] == ["api_key.refused"] * 6


async def test_a_401_says_how_to_prove_oneself(browser: httpx.AsyncClient) -> None:
    missing = await browser.post(EXCHANGE)
    wrong = await browser.post(EXCHANGE, json={"apiKey": "ak_live_nonsense"})

    assert (missing.status_code, missing.json()["error"]) == (401, "oidc_api_key_missing")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "api_keys_invalid")
    assert {answer.headers["www-authenticate"] for answer in (missing, wrong)} == {'Bearer realm="auther"'}
    assert {answer.headers["cache-control"] for answer in (missing, wrong)} == {"no-store"}


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"json": {"apiKey": "ak_x"}, "headers": {"x-api-key": "ak_x"}}, 400, "oidc_exchange_invalid"),
        ({"headers": [("x-api-key", "ak_x"), ("x-api-key", "ak_y")]}, 400, "oidc_exchange_invalid"),
        ({"headers": {"authorization": "Basic YTpi"}}, 400, "oidc_exchange_invalid"),
        ({"json": ["ak_x"]}, 400, "oidc_exchange_invalid"),
        ({"json": {"apiKey": 7}}, 400, "oidc_exchange_invalid"),
        ({"json": {"apiKey": "ak_x", "audience": ["cli_a"]}}, 400, "oidc_exchange_invalid"),
        ({"content": b"{", "headers": {"content-type": "application/json"}}, 400, "oidc_exchange_invalid"),
        ({"data": {"apiKey": "ak_x"}}, 400, "oidc_exchange_invalid"),
        ({"json": {"apiKey": "ak_" + "x" * 9_000}}, 400, "kit_form_too_large"),
        (
            {"content": b'{"apiKey": "ak_\\ud800"}', "headers": {"content-type": "application/json"}},
            400,
            "oidc_exchange_invalid",
        ),
        ({"params": {"apiKey": "ak_x"}}, 401, "oidc_api_key_missing"),
    ],
)
async def test_what_is_malformed_is_refused(
    options: dict[str, Any], status: int, code: str, browser: httpx.AsyncClient
) -> None:
    answer = await browser.post(EXCHANGE, **options)

    assert (answer.status_code, answer.json()["error"]) == (status, code)


async def test_an_exchange_is_one_statement(browser: httpx.AsyncClient, user: User) -> None:
    app, made = await make_app(), await make_key(user, rate_limit_per_minute=1_000_000)
    await relate(f"{app.id}:document:1", "viewer", made.key.id, "apikey")
    await exchange(browser, made, audience=app.id)

    with counted_statements() as statements:
        await exchange(browser, made, audience=app.id)

    # The others read permissions, which a server has in memory.
    assert len([each for each in statements if "authz_" not in each]) == 1


async def test_what_a_condition_settles_is_for_the_live_check(browser: httpx.AsyncClient, user: User) -> None:
    app, made = await make_app(), await make_key(user)
    key = TupleKey(f"{app.id}:document", "1", "editor", "apikey", made.key.id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key, ConditionRef("working")),))))

    claims = claims_of((await exchange(browser, made, audience=app.id))["token"])

    assert claims["permissions"] == claims["abac_required"] == {f"{app.id}:document:1": ["write"]}


async def test_rfc8693_a_client_exchanges_a_key_at_the_token_endpoint(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(
        browser, kind=ClientKind.MACHINE, redirect_uris=(), post_logout_redirect_uris=(),
        grant_types=(TOKEN_EXCHANGE,), scopes=("auther:api",),
    )  # fmt: skip
    made = await make_key(user, scopes=("auther:api",))
    form: dict[str, str | None] = {
        "grant_type": TOKEN_EXCHANGE, "subject_token": made.secret, "subject_token_type": KEY_TYPE,
    }  # fmt: skip

    answer = await party.post("/oauth2/token", form)

    assert answer.status_code == 200, answer.text
    body = answer.json()
    claims = claims_of(body.pop("access_token"))
    assert body == {
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token", "token_type": "Bearer",
        "expires_in": 900, "scope": "auther:api",
    }  # fmt: skip
    assert (claims["sub"], claims["client_id"], claims["api_key_id"]) == (user.id, party.client.id, made.key.id)
    assert claims["aud"] == [ISSUER, party.client.id]


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"subject_token": "ak_live_nonsense"}, 400, "invalid_grant"),
        ({"subject_token": None}, 400, "invalid_request"),
        ({"actor_token": "x"}, 400, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, 400, "invalid_request"),
        ({"audience": "cli_nobody"}, 400, "invalid_target"),
        ({"resource": "https://api.example.com"}, 400, "invalid_target"),
        ({"scope": "auther:api openid"}, 400, "invalid_scope"),
    ],
)
async def test_rfc8693_refusals_at_the_token_endpoint(
    changes: dict[str, str | None], status: int, error: str, browser: httpx.AsyncClient, user: User
) -> None:
    party = await make_party(
        browser, kind=ClientKind.MACHINE, redirect_uris=(), post_logout_redirect_uris=(),
        grant_types=(TOKEN_EXCHANGE,), scopes=("auther:api",),
    )  # fmt: skip
    made = await make_key(user, scopes=("auther:api",))
    form: dict[str, str | None] = {
        "grant_type": TOKEN_EXCHANGE, "subject_token": made.secret, "subject_token_type": KEY_TYPE, **changes,
    }  # fmt: skip

    answer = await party.post("/oauth2/token", form)

    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_a_client_that_is_not_registered_for_it_exchanges_no_key(browser: httpx.AsyncClient, user: User) -> None:
    party, made = await make_party(browser), await make_key(user)

    answer = await party.post(
        "/oauth2/token",
        {"grant_type": TOKEN_EXCHANGE, "subject_token": made.secret, "subject_token_type": KEY_TYPE},
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


async def test_nothing_of_a_key_is_logged(
    browser: httpx.AsyncClient, user: User, capsys: pytest.CaptureFixture[str]
) -> None:
    made = await make_key(user, uses=(KeyUse.DIRECT,))
    secret = str(made.secret)

    await browser.post(EXCHANGE, json={"apiKey": secret})
    await browser.post(EXCHANGE, headers={"authorization": f"Bearer {secret}"})
    await browser.post(EXCHANGE, params={"apiKey": secret})
    await browser.post("/graphql", json={"query": "{ viewer { user { id } } }"}, headers={"x-api-key": secret[:-1]})

    told = "".join(capsys.readouterr())
    assert EXCHANGE in told
    assert secret[-49:-1] not in told


async def test_a_key_is_exchanged_for_one_client_at_a_time(browser: httpx.AsyncClient, user: User) -> None:
    party = await make_party(browser, grant_types=("authorization_code", TOKEN_EXCHANGE), scopes=("auther:api",))
    targets = [await make_party(browser, name=name) for name in ("One", "Two")]
    for each in targets:
        await commit(update_client(SYSTEM, each.client.id, ClientChanges(token_exchange_clients=(party.client.id,))))
    made = await make_key(user, scopes=("auther:api",))

    async def trade(*audiences: str) -> httpx.Response:
        form: dict[str, Any] = {
            "grant_type": TOKEN_EXCHANGE, "subject_token": made.secret, "subject_token_type": KEY_TYPE,
            "audience": list(audiences),
        }  # fmt: skip
        return await party.post("/oauth2/token", form)

    one, two = [each.client.id for each in targets]
    refused, alone, with_ours = await trade(one, two), await trade(one), await trade(one, ISSUER)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    assert (alone.status_code, alone.json()["scope"]) == (200, "")
    assert (with_ours.status_code, with_ours.json()["scope"]) == (200, "auther:api")
    assert claims_of(with_ours.json()["access_token"])["aud"] == [ISSUER, one]
