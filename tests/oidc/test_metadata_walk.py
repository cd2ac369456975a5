"""The metadata, member by member and value by value: what is advertised works, and nothing is advertised untried."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from app.kit.runtime import override
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.support import Party, claims_of, make_party, sign_in
from tests.oidc.walking import TRIES, Walk, tries
from tests.support import make_user

METADATA = "/.well-known/openid-configuration"
# How each class of authentication is met (RFC 8176).
PROOFS = {"pwd": ("pwd",), "mfa": ("pwd", "otp", "mfa")}
PERSON = {
    "name": "Full", "username": "full", "picture": "https://img.example.com/p.png", "locale": "en",
    "zoneinfo": "Europe/Berlin",
}  # fmt: skip


@tries("scopes_supported", "claims_supported", "claim_types_supported")
async def _scopes_and_claims(walk: Walk, value: list[str]) -> None:
    assert walk.document["claim_types_supported"] == ["normal"]
    scopes = walk.document["scopes_supported"]
    await sign_in(walk.browser, await make_user("full@example.com", **PERSON))
    every = await make_party(walk.browser, scopes=tuple(scopes))
    tokens = await every.tokens(scope=" ".join(scopes))
    assert tokens["scope"].split() == scopes
    claims = claims_of(tokens["id_token"])
    assert set(claims) == set(walk.document["claims_supported"])
    assert not {"_claim_names", "_claim_sources"} & set(claims)


@tries("claims_parameter_supported")
async def _claims_parameter(walk: Walk, value: object) -> None:
    assert value is True
    wish = orjson.dumps({"id_token": {"email": None}}).decode()
    assert claims_of((await walk.party.tokens(scope="openid", claims=wish))["id_token"])["email"] == "ada@example.com"


@tries("acr_values_supported")
async def _classes(walk: Walk, value: list[str]) -> None:
    user = await make_user("classes@example.com")
    for acr in value:
        await sign_in(walk.browser, user, amr=PROOFS[acr], acr=acr)
        assert claims_of((await walk.party.tokens(acr_values=acr))["id_token"])["acr"] == acr


@tries("client_id_metadata_document_supported")
async def _client_documents(walk: Walk, value: object) -> None:
    assert value is False
    answer = await walk.party.authorize(client_id="https://app.example.com/client.json")
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.fixture
async def walk(browser: httpx.AsyncClient, user: User, party: Party, third_party: Party) -> Walk:
    await browser.get("/signin")
    session: Session = await sign_in(browser, user)
    document: dict[str, Any] = (await browser.get(METADATA)).json()
    return Walk(browser, session, party, third_party, document)


async def test_every_member_has_a_try_and_every_try_a_member(walk: Walk) -> None:
    assert set(walk.document) == set(TRIES)


@pytest.mark.parametrize("name", sorted(TRIES))
async def test_what_is_advertised_works(walk: Walk, name: str) -> None:
    await TRIES[name](walk, walk.document[name])


async def test_what_is_switched_off_is_not_advertised(browser: httpx.AsyncClient) -> None:
    with override(signing_algorithms=("ES256", "RS256")):
        document = (await browser.get(METADATA)).json()

    assert document["id_token_signing_alg_values_supported"] == ["ES256", "RS256"]
    assert "check_session_iframe" not in document
