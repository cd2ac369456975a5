"""What may not be registered, and who may not register (RFC 7591 §3.2.2, RFC 8252, RFC 9700 §2.1)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from app.kit import clock, db
from app.kit.runtime import override
from tests.clients.sectors import publishing
from tests.oidc.machines import KeyPair
from tests.oidc.registering import PATH, Registrar, bearer, count_clients, make_initial_token, metadata
from tests.oidc.support import CALLBACK

REDIRECT, METADATA = "invalid_redirect_uri", "invalid_client_metadata"
NONE = {"token_endpoint_auth_method": "none"}
PUBLIC_KEY = KeyPair().jwk
PRIVATE_KEY = {**PUBLIC_KEY, "d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}
KEYS = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [PUBLIC_KEY]}}


@pytest.fixture
async def registrar(browser: httpx.AsyncClient) -> Registrar:
    return Registrar(browser, await make_initial_token())


async def uses() -> int:
    return int(await db.fetch_value("SELECT uses FROM clients_initial_token"))


async def denials() -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT target_id, reason FROM events_audit WHERE outcome = 'denied' ORDER BY seq")
    return [(row["target_id"], row["reason"]) for row in rows]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"redirect_uris": None}, REDIRECT, id="none"),
        pytest.param({"redirect_uris": [f"{CALLBACK}#here"]}, REDIRECT, id="fragment"),
        pytest.param({"redirect_uris": [f"{CALLBACK}#"]}, REDIRECT, id="empty-fragment"),
        pytest.param({"redirect_uris": ["http://app.example.com/cb"]}, REDIRECT, id="http"),
        pytest.param({"redirect_uris": ["http://app.example.com/cb"], **NONE}, REDIRECT, id="http-public"),
        pytest.param({"redirect_uris": ["http://localhost.evil.com/cb"]}, REDIRECT, id="localhost.evil"),
        pytest.param({"redirect_uris": ["http://localhost.evil.com/cb"], **NONE}, REDIRECT, id="localhost.evil-public"),
        pytest.param({"redirect_uris": ["http://127.0.0.1.evil.com/cb"], **NONE}, REDIRECT, id="127.0.0.1.evil"),
        pytest.param({"redirect_uris": ["http://127.0.0.1@evil.com/cb"], **NONE}, REDIRECT, id="userinfo"),
        pytest.param({"redirect_uris": ["https://*.example.com/cb"]}, REDIRECT, id="wildcard"),
        pytest.param({"redirect_uris": ["/cb"]}, REDIRECT, id="relative"),
        pytest.param({"redirect_uris": ["javascript:alert(1)"], **NONE}, REDIRECT, id="javascript"),
        pytest.param({"redirect_uris": ["data:text/html,x"], **NONE}, REDIRECT, id="data"),
        pytest.param({"redirect_uris": ["com.example.app:/cb"]}, REDIRECT, id="scheme-of-a-web-client"),
        pytest.param(
            {"redirect_uris": ["com.example.app:/cb"], "application_type": "web", **NONE},
            REDIRECT,
            id="scheme-of-a-spa",
        ),
        pytest.param({"redirect_uris": [CALLBACK, f"{CALLBACK}#x"]}, REDIRECT, id="second-has-fragment"),
        pytest.param({"redirect_uris": [f"https://a.example/{n}" for n in range(51)]}, REDIRECT, id="fifty-one"),
        pytest.param({"redirect_uris": CALLBACK}, METADATA, id="redirects-as-text"),
        pytest.param({"redirect_uris": [7]}, METADATA, id="redirect-as-number"),
        pytest.param({"client_name": ["x"]}, METADATA, id="name-as-list"),
        pytest.param({"client_name": "x" * 121}, METADATA, id="long-name"),
        pytest.param({"client_name": "Bank\u202e"}, METADATA, id="name-turns-direction"),
        pytest.param({"client_name": "Bank\0"}, METADATA, id="nul"),
        pytest.param({"jwks": {"keys": [PRIVATE_KEY]}}, METADATA, id="private-jwk"),
        pytest.param({"jwks": {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}}, METADATA, id="symmetric-jwk"),
        pytest.param({"jwks": {"keys": []}}, METADATA, id="no-keys"),
        pytest.param({"jwks": "{}"}, METADATA, id="jwks-as-text"),
        pytest.param({**KEYS, "jwks_uri": "https://app.example.com/jwks"}, METADATA, id="jwks-and-jwks_uri"),
        pytest.param({"token_endpoint_auth_method": "private_key_jwt"}, METADATA, id="no-keys-for-private_key_jwt"),
        pytest.param({"jwks_uri": "http://app.example.com/jwks"}, METADATA, id="http-jwks_uri"),
        pytest.param({"logo_uri": "javascript:alert(1)"}, METADATA, id="javascript-logo"),
        pytest.param({"client_uri": "https://a b"}, METADATA, id="broken-home"),
        pytest.param({"backchannel_logout_uri": "http://app.example.com/bc"}, METADATA, id="http-backchannel"),
        pytest.param({"token_endpoint_auth_method": "tls_client_auth"}, METADATA, id="unknown-method"),
        pytest.param({"token_endpoint_auth_method": "client_secret_jwt"}, METADATA, id="shared-secret-jwt"),
        pytest.param({"grant_types": ["implicit"]}, METADATA, id="implicit"),
        pytest.param({"grant_types": ["password"]}, METADATA, id="password"),
        pytest.param({"grant_types": ["refresh_token"]}, METADATA, id="refresh-alone"),
        pytest.param({"grant_types": ["refresh_token"], "response_types": ["code"]}, METADATA, id="code-without-grant"),
        pytest.param({"response_types": ["token"]}, METADATA, id="response-type-token"),
        pytest.param({"application_type": "toaster"}, METADATA, id="application_type"),
        pytest.param({"id_token_signed_response_alg": "none"}, METADATA, id="unsigned-id-tokens"),
        pytest.param({"id_token_signed_response_alg": "HS256"}, METADATA, id="symmetric-id-tokens"),
        pytest.param({"id_token_encrypted_response_alg": "RSA-OAEP"}, METADATA, id="encrypted-id-tokens"),
        pytest.param({"request_uris": ["http://app.example.com/r"]}, METADATA, id="http-request_uris"),
        pytest.param({"tls_client_certificate_bound_access_tokens": True}, METADATA, id="certificate-bound"),
        pytest.param({"default_max_age": True}, METADATA, id="flag-as-number"),
        pytest.param({"dpop_bound_access_tokens": "yes"}, METADATA, id="text-as-flag"),
        pytest.param({"sector_identifier_uri": "https://127.0.0.1/sector.json"}, METADATA, id="unreadable-sector"),
        pytest.param({"contacts": ["not an address"]}, METADATA, id="contact"),
        pytest.param({"software_statement": "nonsense"}, "invalid_software_statement", id="no-statement"),
        pytest.param({"software_statement": "e30.e30.c2ln"}, "unapproved_software_statement", id="software-statement"),
    ],
)
async def test_rfc7591_3_2_2_metadata_that_may_not_be_registered(
    registrar: Registrar, changes: dict[str, Any], error: str
) -> None:
    answer = await registrar.send(metadata(**changes))

    assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store")
    assert answer.json()["error"] == error
    assert answer.json().keys() == {"error", "error_description"}
    assert (await count_clients(), await uses()) == (0, 0)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"client_name=Notes", id="form"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"{", id="broken"),
        pytest.param(b'{"client_name":"\xff"}', id="not-utf-8"),
        pytest.param(b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", id="deep"),
        pytest.param(b'{"a":' * 9 + b"1" + b"}" * 9, id="nine-levels"),
        pytest.param(orjson.dumps({"redirect_uris": [CALLBACK], "x": [0] * 201}), id="wide"),
        pytest.param(orjson.dumps({"redirect_uris": [CALLBACK], "x": "y" * 70_000}), id="70-kilobytes"),
    ],
)
async def test_a_body_that_is_no_metadata(registrar: Registrar, body: bytes) -> None:
    headers = {**bearer(registrar.token), "content-type": "application/json"}

    answer = await registrar.http.post(PATH, content=body, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, METADATA)
    assert await count_clients() == 0


async def test_metadata_comes_as_json(registrar: Registrar) -> None:
    answer = await registrar.http.post(PATH, data={"client_name": "Notes"}, headers=bearer(registrar.token))

    assert (answer.status_code, answer.json()["error"]) == (400, METADATA)


@pytest.mark.parametrize(
    "headers",
    [{}, bearer("ainit_wrong"), bearer("x" * 600), {"authorization": "Basic YTpi"}, {"authorization": "Bearer "}],
    ids=["none", "wrong", "long", "basic", "empty"],
)
async def test_rfc7591_3_registering_needs_a_token_that_works(
    browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await browser.post(PATH, json=metadata(), headers=headers)

    assert answer.status_code == 401
    told = answer.headers["www-authenticate"]
    assert (
        told.startswith('Bearer realm="auther", error="invalid_token"') if headers else told == 'Bearer realm="auther"'
    )
    assert await count_clients() == 0
    assert await denials() == [(f"POST {PATH}", "oidc_invalid_token" if headers else "oidc_token_missing")]


async def test_who_may_register_is_a_setting(browser: httpx.AsyncClient) -> None:
    registrar = Registrar(browser, await make_initial_token())
    with override(registration="open"):
        anybody = await browser.post(PATH, json=metadata())
        with_wrong_token = await browser.post(PATH, json=metadata(), headers=bearer("ainit_wrong"))
        acts_alone = await browser.post(PATH, json=metadata(grant_types=["client_credentials"], redirect_uris=None))
        with_token = await registrar.send(metadata())
    with override(registration="closed"):
        closed = await registrar.send(metadata())

    assert (anybody.status_code, with_token.status_code) == (201, 201)
    assert (with_wrong_token.status_code, acts_alone.status_code) == (401, 400)
    assert (closed.status_code, closed.json()["error"]) == (403, "access_denied")
    assert (await count_clients(), await uses()) == (2, 1)


async def test_a_token_ends(browser: httpx.AsyncClient) -> None:
    with clock.frozen() as now:
        registrar = Registrar(browser, await make_initial_token(ttl_seconds=60))
        assert (await registrar.send(metadata())).status_code == 201
        now.advance(timedelta(seconds=60))

        assert (await registrar.send(metadata())).status_code == 401
    assert await count_clients() == 1


async def test_of_many_who_register_at_once_as_many_succeed_as_the_token_lets(browser: httpx.AsyncClient) -> None:
    registrar = Registrar(browser, await make_initial_token(max_uses=3))

    answers = await asyncio.gather(*(registrar.send(metadata()) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [401] * 9
    assert (await count_clients(), await uses()) == (3, 3)


async def test_a_refused_registration_spends_no_use(browser: httpx.AsyncClient) -> None:
    registrar = Registrar(browser, await make_initial_token(max_uses=1))

    assert (await registrar.send(metadata(redirect_uris=[f"{CALLBACK}#x"]))).status_code == 400
    assert (await registrar.send(metadata())).status_code == 201
    assert (await registrar.send(metadata())).status_code == 401


async def test_an_address_registers_only_so_often(browser: httpx.AsyncClient) -> None:
    with clock.frozen(), override(registration="open"):
        answers = [await browser.post(PATH, json=metadata()) for _ in range(61)]

    assert [answer.status_code for answer in answers] == [201] * 60 + [429]
    assert answers[-1].headers["retry-after"]
    assert await count_clients() == 60


async def test_neither_token_nor_secret_is_logged(
    registrar: Registrar, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    told = await registrar.register()
    await registrar.send(metadata(redirect_uris=["nonsense"]))

    logged = caplog.text + "".join(capsys.readouterr())
    for secret in (registrar.token, told["client_secret"], told["registration_access_token"]):
        assert secret not in logged


async def test_strangers_do_not_reach_what_operators_opened_for_themselves(browser: httpx.AsyncClient) -> None:
    async with publishing() as inside:
        with override(registration="open", registration_outbound_allow=()):
            answer = await browser.post(PATH, json=metadata(sector_identifier_uri=inside.uri))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert inside.asked == 0
    assert await count_clients() == 0
