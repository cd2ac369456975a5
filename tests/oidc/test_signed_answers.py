"""Userinfo and introspection as JWTs, and the algorithm of each client's tokens."""

from __future__ import annotations

import warnings
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import KeySet

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit.actor import SYSTEM
from app.kit.recall import ear
from app.kit.runtime import override
from app.oidc.hints import read_id_token_hint
from app.oidc.introspection import wants_signed
from app.sessions.types import Session
from app.signing.service import forget_keys
from tests.oidc.machines import Machine, make_machine
from tests.oidc.support import Party, claims_of, header_of, make_party
from tests.oidc.test_remembered_tokens import hears, stranger, until
from tests.support import ISSUER, commit

__all__ = ["hears"]
SIGNED = "application/token-introspection+jwt"
ALGS = ["RS256", "ES256", "EdDSA"]


async def read_signed(browser: httpx.AsyncClient, token: str) -> dict[str, Any]:
    """The claims, proved by another library with the keys that we publish."""
    keys = KeySet.import_key_set((await browser.get("/oauth2/jwks")).json())
    with warnings.catch_warnings():
        # RFC 9864 renames EdDSA; older clients know it by this name only.
        warnings.simplefilter("ignore", SecurityWarning)
        return dict(jwt.decode(token, keys, algorithms=ALGS).claims)


async def introspect(party: Party, token: str, accept: str | None) -> httpx.Response:
    headers = {} if accept is None else {"accept": accept}
    auth = (party.client.id, party.secret or "")
    return await party.post("/oauth2/introspect", {"token": token}, headers=headers, auth=auth)


@pytest.mark.parametrize("alg", ALGS)
async def test_oidc_core_5_3_2_userinfo_is_signed_as_registered(
    browser: httpx.AsyncClient, session: Session, alg: str
) -> None:
    party = await make_party(browser, userinfo_signed_response_alg=alg)
    token = (await party.tokens())["access_token"]

    answer = await party.userinfo(token)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwt")
    assert answer.headers["cache-control"] == "no-store"
    assert (header_of(answer.text)["alg"], header_of(answer.text)["typ"]) == (alg, "JWT")
    claims = await read_signed(browser, answer.text)
    assert claims.pop("iat") > 0
    assert claims.pop("updated_at") > 0
    assert claims == {
        "iss": ISSUER,
        "aud": party.client.id,
        "sub": session.user_id,
        "name": "Ada Lovelace",
        "preferred_username": "ada",
        "email": "ada@example.com",
        "email_verified": True,
    }


async def test_a_change_of_the_algorithm_counts_for_tokens_that_are_there(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]
    plain = await party.userinfo(token)

    await commit(update_client(SYSTEM, party.client.id, ClientChanges(userinfo_signed_response_alg="ES256")))

    assert plain.headers["content-type"] == "application/json"
    assert (await party.userinfo(token)).headers["content-type"] == "application/jwt"


async def test_refusals_are_never_signed(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, userinfo_signed_response_alg="ES256")

    answer = await party.userinfo("x")

    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")


async def test_rfc8725_3_11_signed_userinfo_is_no_id_token_and_no_access_token(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, userinfo_signed_response_alg="RS256")
    info = (await party.userinfo((await party.tokens())["access_token"])).text

    assert await read_id_token_hint(info) is None
    assert (await party.userinfo(info)).status_code == 401
    assert (await introspect(party, info, None)).json() == {"active": False}


@pytest.mark.parametrize("alg", [None, *ALGS])
async def test_rfc9701_5_an_introspection_answer_is_signed_for_who_asks(
    party: Party, session: Session, alg: str | None
) -> None:
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(introspection_signed_response_alg=alg)))
    token = (await party.tokens())["access_token"]

    answer = await introspect(party, token, SIGNED)

    assert (answer.status_code, answer.headers["content-type"]) == (200, SIGNED)
    assert answer.headers["cache-control"] == "no-store"
    header = header_of(answer.text)
    assert (header["typ"], header["alg"]) == ("token-introspection+jwt", alg or "RS256")
    claims = await read_signed(party.browser, answer.text)
    assert claims.keys() == {"iss", "aud", "iat", "token_introspection"}
    assert (claims["iss"], claims["aud"]) == (ISSUER, party.client.id)
    assert claims["token_introspection"] == {"active": True, "token_type": "Bearer", **claims_of(token)}


async def test_rfc9701_5_what_is_not_live_is_signed_as_well(party: Party, session: Session) -> None:
    answer = await introspect(party, "x", SIGNED)

    assert (await read_signed(party.browser, answer.text))["token_introspection"] == {"active": False}


async def test_rfc9701_5_another_clients_token_is_not_described(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    stranger: Machine = await make_machine(browser)
    token = (await party.tokens())["access_token"]

    answer = await introspect(stranger, token, SIGNED)

    claims = await read_signed(browser, answer.text)
    assert (claims["aud"], claims["token_introspection"]) == (stranger.client.id, {"active": False})


async def test_rfc9701_4_without_asking_for_it_the_answer_is_plain(
    browser: httpx.AsyncClient, session: Session
) -> None:
    party = await make_party(browser, introspection_signed_response_alg="ES256")
    token = (await party.tokens())["access_token"]

    for accept in (None, "*/*", "application/json"):
        assert (await introspect(party, token, accept)).headers["content-type"] == "application/json"


async def test_rfc9701_6_the_default_is_rs256_where_it_has_a_key(party: Party, session: Session) -> None:
    token = (await party.tokens())["access_token"]
    forget_keys()
    with override(signing_algorithms=("ES256",), default_id_token_alg="ES256"):
        answer = await introspect(party, token, SIGNED)

    assert header_of(answer.text)["alg"] == "ES256"


async def test_rfc8725_3_11_a_signed_answer_is_no_other_token(party: Party, session: Session) -> None:
    answer = (await introspect(party, (await party.tokens())["access_token"], SIGNED)).text

    assert (await party.userinfo(answer)).status_code == 401
    assert await read_id_token_hint(answer) is None
    assert (await introspect(party, answer, None)).json() == {"active": False}


@pytest.mark.parametrize(
    ("accept", "is_signed"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        (SIGNED, True),
        (SIGNED.upper(), True),
        (f"application/json, {SIGNED}", True),
        (f"application/json;q=0.9, {SIGNED};q=1.0", True),
        (f"application/json, {SIGNED};q=0.5", False),
        (f"{SIGNED};q=0", False),
        (f"{SIGNED};q=nan", False),
        (f"{SIGNED};q=-1", False),
        (f"{SIGNED};v=b3;q=0.7", True),
        ("," * 5_000 + SIGNED, False),
    ],
)
def test_rfc9110_12_5_1_what_a_client_likes(accept: str | None, is_signed: bool) -> None:
    assert wants_signed(accept) is is_signed


@pytest.mark.parametrize("alg", ALGS)
async def test_every_algorithm_that_is_advertised_signs_id_tokens_userinfo_and_introspection(
    browser: httpx.AsyncClient, session: Session, alg: str
) -> None:
    offered = (await browser.get("/.well-known/openid-configuration")).json()
    names = ("id_token", "userinfo", "introspection")
    assert all(alg in offered[f"{name}_signing_alg_values_supported"] for name in names)
    party = await make_party(
        browser, id_token_signed_response_alg=alg, userinfo_signed_response_alg=alg,
        introspection_signed_response_alg=alg,
    )  # fmt: skip

    given = await party.tokens()
    info = (await party.userinfo(given["access_token"])).text
    told = (await introspect(party, given["access_token"], SIGNED)).text

    assert [header_of(each)["alg"] for each in (given["id_token"], info, told)] == [alg] * 3
    assert (await read_signed(browser, given["id_token"]))["at_hash"]


@pytest.mark.usefixtures("hears")
async def test_another_process_hears_that_userinfo_is_to_be_signed(party: Party, session: Session, dsn: str) -> None:
    token = (await party.tokens())["access_token"]
    assert (await party.userinfo(token)).headers["content-type"] == "application/json"
    generation = ear.generation

    async with stranger(dsn) as elsewhere:
        await elsewhere.execute(
            "UPDATE clients_client SET userinfo_signed_response_alg = 'ES256' WHERE id = $1", party.client.id
        )
        await until(lambda: ear.generation > generation)

    assert (await party.userinfo(token)).headers["content-type"] == "application/jwt"
