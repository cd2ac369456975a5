"""Metadata and keys: what is advertised is what works."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from app.clients.types import ClientKind
from app.kit.runtime import override
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.devices import make_device
from tests.oidc.machines import ASSERTION_TYPE, KeyPair, make_machine, make_signer
from tests.oidc.objects import unsigned
from tests.oidc.requesting import make_signing_party
from tests.oidc.support import CALLBACK, Party, answer_of, claims_of, header_of, make_party, sign_in
from tests.support import ISSUER, make_user

METADATA = "/.well-known/openid-configuration"


async def read(browser: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await browser.get(METADATA)).json())


async def test_rfc8414_3_both_addresses_give_the_same_document(browser: httpx.AsyncClient) -> None:
    oidc = await browser.get(METADATA)
    oauth = await browser.get("/.well-known/oauth-authorization-server")

    assert oidc.status_code == oauth.status_code == 200
    assert oidc.content == oauth.content
    assert oidc.headers["content-type"] == "application/json"


async def test_discovery_4_3_the_issuer_is_ours_whatever_the_host_header_says(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(METADATA, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})

    assert answer.json()["issuer"] == ISSUER
    assert "evil" not in answer.text


async def test_the_issuer_follows_the_settings(browser: httpx.AsyncClient) -> None:
    with override(public_url="https://id.example.com"):
        document = await read(browser)

    assert document["issuer"] == "https://id.example.com"
    assert document["token_endpoint"] == "https://id.example.com/oauth2/token"


@pytest.mark.parametrize("path", [METADATA, "/oauth2/jwks", "/.well-known/jwks.json"])
async def test_documents_are_cacheable_and_304_when_unchanged(browser: httpx.AsyncClient, path: str) -> None:
    first = await browser.get(path)
    etag = first.headers["etag"]
    assert first.headers["cache-control"].startswith("public, max-age=")

    for condition in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = await browser.get(path, headers={"if-none-match": condition})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)

    other = await browser.get(path, headers={"if-none-match": '"other"'})
    assert other.content == first.content


async def test_discovery_3_required_fields(browser: httpx.AsyncClient) -> None:
    document = await read(browser)

    assert document["response_types_supported"] == ["code"]
    assert document["subject_types_supported"] == ["public", "pairwise"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert document["request_uri_parameter_supported"] is True
    assert document["authorization_response_iss_parameter_supported"] is True


async def test_every_endpoint_that_is_advertised_answers(browser: httpx.AsyncClient) -> None:
    document = await read(browser)

    names = [name for name in document if name.endswith("_endpoint") or name == "jwks_uri"]
    for name in names:
        assert document[name].startswith(ISSUER)
        path = document[name].removeprefix(ISSUER)
        found = {(await browser.get(path)).status_code, (await browser.post(path)).status_code}
        assert 404 not in found
        assert not any(status >= 500 for status in found)
    assert len(names) == 10


async def test_every_response_mode_that_is_advertised_works(party: Party, session: Session) -> None:
    for mode in (await read(party.browser))["response_modes_supported"]:
        answer = await party.authorize(response_mode=mode)
        assert "acd_" in (answer.headers.get("location") or answer.text)


async def test_every_id_token_algorithm_that_is_advertised_works(browser: httpx.AsyncClient, session: Session) -> None:
    for alg in (await read(browser))["id_token_signing_alg_values_supported"]:
        party = await make_party(browser, id_token_signed_response_alg=alg)
        header = header_of((await party.tokens())["id_token"])
        keys = (await browser.get("/oauth2/jwks")).json()["keys"]
        assert header["alg"] == alg
        assert any(key["kid"] == header["kid"] and key["alg"] == alg for key in keys)


ENDPOINTS = {"token": "/oauth2/token", "revocation": "/oauth2/revoke", "introspection": "/oauth2/introspect"}


async def prove(browser: httpx.AsyncClient, path: str, method: str) -> httpx.Response:
    """Call an endpoint for clients as a client with this method."""
    form: dict[str, str | None] = {"grant_type": "refresh_token", "refresh_token": "art_none", "token": "none"}
    if method == "private_key_jwt":
        signer = await make_signer(browser)
        proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signer.assertion()}
        return await signer.post(path, {**form, "grant_type": "client_credentials", **proof}, headers={})
    kind = ClientKind.SPA if method == "none" else ClientKind.WEB
    party = await make_party(browser, kind=kind, token_endpoint_auth_method=method)
    if method == "client_secret_post":
        form |= {"client_id": party.client.id, "client_secret": party.secret}
    return await party.post(path, form, **({"headers": {}} if method == "client_secret_post" else {}))


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_exactly_the_authentication_methods_that_are_advertised_work(
    browser: httpx.AsyncClient, endpoint: str
) -> None:
    advertised = set((await read(browser))[f"{endpoint}_endpoint_auth_methods_supported"])

    for method in ("client_secret_basic", "client_secret_post", "private_key_jwt", "none"):
        answer = await prove(browser, ENDPOINTS[endpoint], method)
        is_known = answer.status_code != 401
        assert is_known == (method in advertised), (method, answer.text)


async def test_every_assertion_algorithm_that_is_advertised_works(browser: httpx.AsyncClient) -> None:
    document = await read(browser)
    advertised = document["token_endpoint_auth_signing_alg_values_supported"]
    for endpoint in ENDPOINTS:
        assert document[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] == advertised
    for alg in advertised:
        key = KeyPair(alg)
        signer = await make_signer(browser, key)
        assert (await signer.prove(signer.assertion())).status_code == 200, alg


async def test_every_grant_type_that_is_advertised_works(browser: httpx.AsyncClient, session: Session) -> None:
    party, machine, device = await make_party(browser), await make_machine(browser), await make_device(browser)

    async def redeem() -> httpx.Response:
        return await party.redeem(await party.code())

    async def refresh() -> httpx.Response:
        return await party.refresh((await party.tokens())["refresh_token"])

    async def poll() -> httpx.Response:
        await device.begin()
        await device.let_in()
        return await device.poll()

    async def trade() -> httpx.Response:
        return await machine.trade(await machine.token())

    flows: dict[str, Callable[[], Awaitable[httpx.Response]]] = {
        "authorization_code": redeem,
        "refresh_token": refresh,
        "client_credentials": machine.ask,
        "urn:ietf:params:oauth:grant-type:device_code": poll,
        "urn:ietf:params:oauth:grant-type:token-exchange": trade,
    }
    advertised = (await read(browser))["grant_types_supported"]
    assert set(advertised) == set(flows)
    for grant_type in advertised:
        assert (await flows[grant_type]()).status_code == 200


async def test_every_scope_and_claim_that_is_advertised_works(browser: httpx.AsyncClient, party: Party) -> None:
    document = await read(browser)
    user = await make_user(
        "full@example.com",
        name="Full",
        username="full",
        picture="https://img.example.com/p.png",
        locale="en",
        zoneinfo="Europe/Berlin",
    )
    await sign_in(browser, user)
    every = await make_party(browser, scopes=tuple(document["scopes_supported"]))

    tokens = await every.tokens(scope=" ".join(document["scopes_supported"]))

    assert tokens["scope"].split() == document["scopes_supported"]
    assert set(claims_of(tokens["id_token"])) == set(document["claims_supported"])


async def test_every_prompt_that_is_advertised_is_understood(party: Party, session: Session) -> None:
    places = {"none": CALLBACK, "consent": "/oauth2/consent/"}
    for prompt in (await read(party.browser))["prompt_values_supported"]:
        answer = await party.authorize(prompt=prompt)
        assert answer.headers["location"].startswith(places.get(prompt, "/signin?flow=flw_")), prompt


async def test_every_acr_that_is_advertised_can_be_reached(party: Party, user: User) -> None:
    for acr in (await read(party.browser))["acr_values_supported"]:
        await sign_in(party.browser, user, amr=(acr,), acr=acr)
        tokens = await party.tokens(acr_values=acr)
        assert claims_of(tokens["id_token"])["acr"] == acr


async def test_every_ui_locale_that_is_advertised_is_spoken(third_party: Party, session: Session) -> None:
    titles = {"en": "Allow Notes?", "de": "Notes erlauben?", "fr": "Autoriser Notes\u202f?"}
    for locale in (await read(third_party.browser))["ui_locales_supported"]:
        answer = await third_party.authorize(ui_locales=f"xx {locale}")
        page = await third_party.browser.get(answer.headers["location"])
        assert f"<h1>{titles[locale]}</h1>" in page.text
        assert page.headers["content-language"] == locale


async def test_what_is_not_supported_is_refused(party: Party, session: Session) -> None:
    document = await read(party.browser)

    assert document["require_request_uri_registration"] is True
    assert answer_of(await party.authorize(request_uri="https://x.example"))["error"] == "invalid_request_uri"
    assert "request_object_encryption_alg_values_supported" not in document


async def test_what_is_not_required_is_not_needed(party: Party, session: Session) -> None:
    document = await read(party.browser)

    assert document["require_pushed_authorization_requests"] is False
    assert document["require_signed_request_object"] is False
    assert "code" in answer_of(await party.authorize())


async def test_every_request_object_algorithm_that_is_advertised_works(
    browser: httpx.AsyncClient, session: Session
) -> None:
    document = await read(browser)
    assert document["request_parameter_supported"] is True
    *algorithms, last = document["request_object_signing_alg_values_supported"]
    for alg in algorithms:
        signer = await make_signing_party(browser, KeyPair(alg))
        assert "code" in answer_of(await signer.ask(signer.request_object())), alg
    plain = await make_signing_party(browser, request_object_signing_alg="none")
    assert last == "none"
    assert "code" in answer_of(await plain.ask(unsigned(plain.params())))


async def test_rfc9126_5_requests_are_pushed_where_it_says_with_every_method(browser: httpx.AsyncClient) -> None:
    document = await read(browser)
    path = document["pushed_authorization_request_endpoint"].removeprefix(ISSUER)
    for method in document["token_endpoint_auth_methods_supported"]:
        answer = await prove(browser, path, method)
        # The client is known; the request itself says nothing.
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), method


async def test_keys_hold_nothing_private(browser: httpx.AsyncClient) -> None:
    keys = (await browser.get("/oauth2/jwks")).json()["keys"]

    assert len(keys) >= 3
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)
        assert key["use"] == "sig"
