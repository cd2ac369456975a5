"""Registering a client (RFC 7591 §3, OpenID Connect Dynamic Client Registration §3)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from app.kit import db
from app.kit.crypto import hash_token
from app.kit.runtime import override
from tests.oidc.devices import hidden_fields
from tests.oidc.machines import KeyPair
from tests.oidc.registering import PATH, Registrar, bearer, count_clients, make_initial_token, metadata, stored
from tests.oidc.support import CALLBACK, CHALLENGE, VERIFIER, answer_of, sign_in
from tests.support import ISSUER, make_user

WEB_DEFAULTS = {
    "client_name": "Notes",
    "application_type": "web",
    "redirect_uris": [CALLBACK],
    "post_logout_redirect_uris": [],
    "grant_types": ["authorization_code"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "client_secret_basic",
    "scope": "openid profile email offline_access",
    "contacts": [],
    "id_token_signed_response_alg": "RS256",
    "subject_type": "public",
}


@pytest.fixture
async def registrar(browser: httpx.AsyncClient) -> Registrar:
    return Registrar(browser, await make_initial_token())


async def test_rfc7591_3_2_1_the_answer_holds_all_that_is_registered(registrar: Registrar) -> None:
    answer = await registrar.send(metadata())

    told = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert told["client_id"].startswith("cli_")
    assert told["client_secret"].startswith("asec_")
    assert told["client_secret_expires_at"] == 0
    assert told["registration_client_uri"] == f"{ISSUER}{PATH}/{told['client_id']}"
    assert told["registration_access_token"].startswith("areg_")
    row = await stored(told["client_id"])
    assert told["client_id_issued_at"] == int(row["created_at"].timestamp())
    assert {name: told[name] for name in WEB_DEFAULTS} == WEB_DEFAULTS


async def test_a_registered_client_is_a_third_party_and_its_tokens_are_hashes(registrar: Registrar) -> None:
    told = await registrar.register()

    row = await stored(told["client_id"])
    token_id = await db.fetch_value("SELECT id FROM clients_initial_token")
    assert (row["is_first_party"], row["is_declared"], row["source"]) == (False, False, "registration")
    assert row["initial_token_id"] == token_id
    assert row["registration_hash"] == hash_token(told["registration_access_token"])
    everything = repr(
        [tuple(each) for each in await db.fetch("SELECT c::text, s::text FROM clients_client c, clients_secret s")]
    )
    assert told["client_secret"] not in everything
    assert told["registration_access_token"] not in everything


async def test_a_registered_client_signs_a_user_in(registrar: Registrar, browser: httpx.AsyncClient) -> None:
    told = await registrar.register()
    await sign_in(browser, await make_user())

    asked = {
        "client_id": told["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    consent = await browser.get("/oauth2/authorize", params=asked)
    assert consent.headers["location"].startswith("/oauth2/consent/")
    page = await browser.get(consent.headers["location"])
    form = {**hidden_fields(page.text), "decision": "allow"}
    allowed = await browser.post(consent.headers["location"], data=form)
    code = answer_of(await browser.get(allowed.headers["location"]))["code"]
    tokens = await browser.post(
        "/oauth2/token",
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER},
        auth=(told["client_id"], told["client_secret"]),
    )

    assert tokens.status_code == 200
    assert {"access_token", "id_token"} <= tokens.json().keys()


@pytest.mark.parametrize(
    ("changes", "kind", "told"),
    [
        ({"token_endpoint_auth_method": "none"}, "spa", "web"),
        ({"token_endpoint_auth_method": "client_secret_post"}, "web", "web"),
        ({"token_endpoint_auth_method": "none", "redirect_uris": ["http://127.0.0.1/cb"]}, "native", "native"),
        (
            {"token_endpoint_auth_method": "none", "redirect_uris": ["http://localhost:33418", CALLBACK]},
            "native",
            "native",
        ),
        ({"token_endpoint_auth_method": "none", "redirect_uris": ["com.example.app:/cb"]}, "native", "native"),
        ({"application_type": "native", "redirect_uris": ["com.example.app:/cb"]}, "native", "native"),
        ({"application_type": "native", "token_endpoint_auth_method": "none"}, "native", "native"),
        (
            {"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "token_endpoint_auth_method": "none",
             "redirect_uris": None},
            "device",
            "native",
        ),
    ],
    ids=["spa", "web", "loopback", "localhost-and-web", "scheme", "native-says-nothing", "native-none", "device"],
)  # fmt: skip
async def test_the_kind_follows_from_what_a_client_says(
    registrar: Registrar, changes: dict[str, Any], kind: str, told: str
) -> None:
    answer = await registrar.register(**changes)

    assert (await stored(answer["client_id"]))["kind"] == kind
    assert answer["application_type"] == told
    assert ("client_secret" in answer) == (kind == "web")


async def test_rfc7591_2_null_and_unknown_members_are_ignored(registrar: Registrar) -> None:
    told = await registrar.register(
        **{"client_name#de": "Notizen", "client_uri": "", "favourite_colour": {"deep": ["er"]}, "request_uris": []}
    )

    assert told["client_name"] == "Notes"
    assert told.keys().isdisjoint({"client_name#de", "client_uri", "favourite_colour"})
    assert told["request_uris"] == []


async def test_rfc7591_2_a_client_without_a_name_is_called_by_its_host(registrar: Registrar) -> None:
    assert (await registrar.register(client_name=None))["client_name"] == "app.example.com"


async def test_everything_that_is_registered_is_told(registrar: Registrar) -> None:
    members = {
        "client_uri": "https://app.example.com/",
        "logo_uri": "https://app.example.com/logo.png",
        "tos_uri": "https://app.example.com/tos",
        "policy_uri": "https://app.example.com/policy",
        "contacts": ["ops@example.com"],
        "jwks": {"keys": [KeyPair().jwk]},
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "id_token_signed_response_alg": "ES256",
        "userinfo_signed_response_alg": "RS256",
        "default_max_age": 3600,
        "default_acr_values": ["pwd"],
        "initiate_login_uri": "https://app.example.com/login",
        "backchannel_logout_uri": "https://app.example.com/bc",
        "backchannel_logout_session_required": True,
        "frontchannel_logout_uri": "https://app.example.com/fc",
        "frontchannel_logout_session_required": True,
        "post_logout_redirect_uris": ["https://app.example.com/bye"],
        "require_pushed_authorization_requests": True,
        "request_uris": ["https://app.example.com/r.jwt", "https://app.example.com/r.jwt#hash"],
        "require_signed_request_object": True,
        "request_object_signing_alg": "ES256",
        "dpop_bound_access_tokens": True,
        "software_id": "com.example.notes",
        "software_version": "2.1",
        "scope": "openid email",
    }

    told = await registrar.register(**members)

    assert {name: told[name] for name in members} == members
    assert told.keys().isdisjoint({"client_secret", "client_secret_expires_at"})


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("openid auther:api", "openid"),
        ("auther:api", ""),
        ("openid admin notes:read", "openid"),
    ],
)
async def test_scopes_of_the_platform_and_unknown_ones_are_dropped(
    registrar: Registrar, asked: str, given: str
) -> None:
    assert (await registrar.register(scope=asked))["scope"] == given


async def test_the_settings_name_further_scopes(registrar: Registrar) -> None:
    with override(registration_scopes=("notes:read", "auther:api")):
        told = await registrar.register(scope="openid notes:read auther:api")
        everything = await registrar.register()

    assert told["scope"] == "openid notes:read"
    assert everything["scope"] == "openid profile email offline_access notes:read"


async def test_grants_that_act_without_a_user_are_for_tokens_that_name_them(browser: httpx.AsyncClient) -> None:
    usual = Registrar(browser, await make_initial_token(scopes=("notes:read",)))
    machines = Registrar(browser, await make_initial_token(grant_types=("client_credentials",), scopes=("notes:read",)))
    document = metadata(grant_types=["client_credentials"], redirect_uris=None, scope="notes:read openid")

    refused = await usual.send(document)
    made = await machines.send(document)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
    assert made.status_code == 201
    assert (made.json()["grant_types"], made.json()["scope"]) == (["client_credentials"], "notes:read")
    assert (await stored(made.json()["client_id"]))["kind"] == "machine"


async def test_what_a_machine_may_do_is_only_what_its_token_names(browser: httpx.AsyncClient) -> None:
    machines = Registrar(browser, await make_initial_token(grant_types=("client_credentials",)))

    with override(registration_scopes=("notes:read",)):
        told = await machines.register(
            grant_types=["client_credentials"], redirect_uris=None, scope="openid notes:read"
        )

    assert told["scope"] == ""


async def test_rfc7591_2_grants_that_are_not_offered_are_left_out(registrar: Registrar) -> None:
    told = await registrar.register(
        grant_types=["authorization_code", "refresh_token", "implicit"], response_types=["code", "id_token"]
    )

    assert told["grant_types"] == ["authorization_code", "refresh_token"]
    assert told["response_types"] == ["code"]


async def test_a_token_may_let_confidential_clients_go_without_pkce(browser: httpx.AsyncClient) -> None:
    registrar = Registrar(browser, await make_initial_token(require_pkce=False))

    confidential = await registrar.register()
    public = await registrar.register(token_endpoint_auth_method="none")

    assert (await stored(confidential["client_id"]))["require_pkce"] is False
    assert (await stored(public["client_id"]))["require_pkce"] is True


async def test_a_registration_is_in_the_audit_trail_without_its_secrets(registrar: Registrar) -> None:
    told = await registrar.register()

    rows = await db.fetch("SELECT * FROM events_audit WHERE action = 'client.created'")
    assert [(row["target_id"], row["actor_kind"]) for row in rows] == [(told["client_id"], "anonymous")]
    trail = repr([tuple(row) for row in await db.fetch("SELECT a::text, o::text FROM events_audit a, events_outbox o")])
    for secret in (told["client_secret"], told["registration_access_token"], registrar.token):
        assert secret not in trail


async def test_cookies_mean_nothing_to_registration(registrar: Registrar, browser: httpx.AsyncClient) -> None:
    await sign_in(browser, await make_user())

    answer = await browser.post(PATH, json=metadata())

    assert answer.status_code == 401
    assert await count_clients() == 0


async def test_discovery_names_the_endpoint_unless_it_is_closed(browser: httpx.AsyncClient) -> None:
    for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        open_one = (await browser.get(path)).json()
        with override(registration="closed"):
            closed = (await browser.get(path)).json()

        assert open_one["registration_endpoint"] == f"{ISSUER}{PATH}"
        assert "registration_endpoint" not in closed


async def test_a_wrong_method_is_told_so(browser: httpx.AsyncClient) -> None:
    assert (await browser.get(PATH)).status_code == 405
    assert (await browser.post(f"{PATH}/cli_x", headers=bearer("x"))).status_code == 405


async def test_the_document_of_a_sector_is_read_once_before_anything_is_written(registrar: Registrar) -> None:
    asked: list[bool] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.append(await count_clients() == 0)
        body = orjson.dumps([CALLBACK])
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    host = f"localhost:{listener.sockets[0].getsockname()[1]}"
    with override(registration_outbound_allow=(host,)):
        told = await registrar.register(subject_type="pairwise", sector_identifier_uri=f"http://{host}/sector.json")
    listener.close()
    await listener.wait_closed()

    assert (told["subject_type"], asked) == ("pairwise", [True])
