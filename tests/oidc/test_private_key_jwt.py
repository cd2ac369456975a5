"""Clients that prove themselves by a signed assertion (RFC 7521, RFC 7523, OIDC Core §9)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges, ClientKind
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.crypto import b64url
from app.oidc.service import sweep
from app.signing import jws
from app.signing.service import sign_jwt
from tests.oidc.machines import ASSERTION_TYPE, KeyPair, Machine, make_machine, make_signer
from tests.oidc.support import CALLBACK, VERIFIER, make_party
from tests.support import ISSUER, commit

_STATE = """
SELECT (SELECT json_agg(a ORDER BY a.id)::text FROM oidc_spent_assertion a), (SELECT count(*) FROM oidc_grant),
       (SELECT json_agg(c ORDER BY c.id)::text FROM clients_client c)
"""


@pytest.fixture
async def signer(browser: httpx.AsyncClient) -> Machine:
    return await make_signer(browser)


async def assert_refused(machine: Machine, assertion: str, **form: str | None) -> None:
    """Refused, one row in the audit trail, no token, nothing remembered of the assertion."""
    before = await db.fetch_row(_STATE)
    audited = await db.fetch_value("SELECT count(*) FROM events_audit")

    answer = await machine.prove(assertion, **form)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert assertion not in answer.text
    assert await db.fetch_row(_STATE) == before
    assert await db.fetch_value("SELECT count(*) FROM events_audit") == audited + 1


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
async def test_an_assertion_under_a_registered_key_is_good(browser: httpx.AsyncClient, alg: str) -> None:
    signer = await make_signer(browser, KeyPair(alg))

    answer = await signer.prove(signer.assertion())

    assert answer.status_code == 200, answer.text
    assert signer.secret is None


@pytest.mark.parametrize("aud", [ISSUER, f"{ISSUER}/oauth2/token", [ISSUER], [ISSUER, f"{ISSUER}/oauth2/token"]])
async def test_rfc7523_3_the_audience_is_the_issuer_or_the_token_endpoint(signer: Machine, aud: object) -> None:
    assert (await signer.prove(signer.assertion(aud=aud))).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": None},
        {"aud": "https://other.example"},
        {"aud": f"{ISSUER}/"},
        {"aud": f"{ISSUER}/oauth2/token/"},
        {"aud": [ISSUER, "https://other.example"]},
        {"aud": []},
        {"aud": {"iss": ISSUER}},
        {"iss": None},
        {"sub": None},
        {"sub": "somebody-else"},
        {"iss": "somebody-else"},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 256},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
    ],
)
async def test_rfc7523_3_wrong_claims_are_refused(signer: Machine, changes: dict[str, Any]) -> None:
    await assert_refused(signer, signer.assertion(**changes))


@pytest.mark.parametrize(
    ("name", "seconds"), [("exp", 0), ("exp", -1), ("exp", 3_700), ("iat", 60), ("nbf", 60), ("exp", 10**15)]
)
async def test_rfc7523_3_times_out_of_bounds_are_refused(signer: Machine, name: str, seconds: int) -> None:
    with clock.frozen():
        await assert_refused(signer, signer.assertion(**{name: clock.timestamp() + seconds}))


async def test_a_client_whose_clock_is_a_little_ahead_is_let_in(signer: Machine) -> None:
    ahead = clock.timestamp() + 20

    assert (await signer.prove(signer.assertion(iat=ahead, nbf=ahead, exp=ahead + 60))).status_code == 200


async def test_rfc7523_3_a_jti_is_used_once(signer: Machine) -> None:
    assertion = signer.assertion()
    assert (await signer.prove(assertion)).status_code == 200

    await assert_refused(signer, assertion)
    await assert_refused(signer, signer.assertion(jti=signer_jti(assertion)))


async def test_the_same_assertion_at_the_same_time_is_good_once(signer: Machine) -> None:
    assertion = signer.assertion()

    answers = await asyncio.gather(*(signer.prove(assertion) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 19


async def test_an_assertion_stays_used_when_the_request_fails_for_another_reason(signer: Machine) -> None:
    assertion = signer.assertion()
    assert (await signer.prove(assertion, scope="not-mine")).json()["error"] == "invalid_scope"

    await assert_refused(signer, assertion)


async def test_two_clients_may_use_the_same_jti(browser: httpx.AsyncClient, signer: Machine) -> None:
    other = await make_signer(browser)

    for each in (signer, other):
        assert (await each.prove(each.assertion(jti="the same"))).status_code == 200


async def test_what_was_used_is_forgotten_only_after_it_would_have_expired(signer: Machine) -> None:
    with clock.frozen() as now:
        assertion = signer.assertion()
        assert (await signer.prove(assertion)).status_code == 200
        now.advance(timedelta(seconds=61))
        await commit(sweep())
        now.advance(timedelta(seconds=-30))  # a clock that steps back brings nothing to life
        await assert_refused(signer, assertion)

        now.advance(timedelta(hours=2))
        await commit(sweep())

    assert await db.fetch_value("SELECT count(*) FROM oidc_spent_assertion") == 0


async def test_a_foreign_key_is_refused(browser: httpx.AsyncClient, signer: Machine) -> None:
    other = await make_signer(browser)

    await assert_refused(signer, KeyPair().sign(signer.assertion_claims()))
    await assert_refused(signer, other.key.sign(signer.assertion_claims()))
    await assert_refused(signer, await sign_jwt(signer.assertion_claims(), typ="JWT", alg="ES256"))


async def test_rfc8725_3_1_no_algorithm_and_a_public_key_as_a_secret_are_refused(signer: Machine) -> None:
    claims = signer.assertion_claims()
    unsigned = signer.key.sign(claims, alg="none").rpartition(".")[0] + "."

    await assert_refused(signer, unsigned)
    await assert_refused(signer, signer.key.sign(claims, alg="HS256"))
    await assert_refused(signer, signer.key.sign(claims, alg="RS256"))


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/chain"},
        {"x5c": ["MIIB"]},
        {"jwk": {"kty": "EC"}},
        {"b64": False},
        {"kid": "../../etc/passwd"},
        {"kid": "' OR 1=1 --"},
        {"kid": 7},
        {"kid": "k" * 300},
    ],
)
async def test_rfc7515_4_1_headers_that_would_choose_the_key_are_refused(
    signer: Machine, header: dict[str, object]
) -> None:
    await assert_refused(signer, signer.key.sign(signer.assertion_claims(), **header))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token + "x",
        lambda token: token.replace(".", "..", 1),
        lambda token: token + ".more",
        lambda token: "a.b.c",
        lambda token: token[:-4],
        lambda token: token + "=",
        lambda token: "x" * 10_000,
        lambda token: f"{token.partition('.')[0]}.{b64url(b'[' * 4_000)}.{token.rpartition('.')[2]}",
    ],
)
async def test_malformed_assertions_are_refused(signer: Machine, spoil: Callable[[str], str]) -> None:
    await assert_refused(signer, spoil(signer.assertion()))


async def test_oidc_core_9_the_type_of_the_assertion_is_named(signer: Machine) -> None:
    for kind in (None, "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"):
        await assert_refused(signer, signer.assertion(), client_assertion_type=kind)


async def test_rfc7521_4_2_a_client_id_that_is_sent_too_must_be_the_same(
    browser: httpx.AsyncClient, signer: Machine
) -> None:
    other = await make_machine(browser)

    await assert_refused(signer, signer.assertion(), client_id=other.client.id)
    assert (await signer.prove(signer.assertion(), client_id=signer.client.id)).status_code == 200


async def test_rfc6749_2_3_an_assertion_beside_a_secret_is_refused(browser: httpx.AsyncClient, signer: Machine) -> None:
    other = await make_machine(browser)
    assert other.secret is not None
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signer.assertion(),
    }

    basic = await signer.post("/oauth2/token", form, auth=(other.client.id, other.secret))
    posted = await signer.post("/oauth2/token", {**form, "client_secret": other.secret}, headers={})

    for answer in (basic, posted):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_method_other_than_the_registered_one_is_refused(browser: httpx.AsyncClient, signer: Machine) -> None:
    key = KeyPair()
    by_secret = await make_machine(browser, jwks={"keys": [key.jwk]})
    by_secret.key = key

    await assert_refused(by_secret, by_secret.assertion())
    bare = await signer.post("/oauth2/token", {"grant_type": "client_credentials", "client_id": signer.client.id})
    assert (bare.status_code, bare.json()["error"]) == (401, "invalid_client")


async def test_a_client_may_bind_itself_to_one_algorithm(browser: httpx.AsyncClient) -> None:
    signer = await make_signer(browser, token_endpoint_auth_signing_alg="PS256")

    await assert_refused(signer, signer.assertion())


async def test_of_several_keys_the_kid_names_one(browser: httpx.AsyncClient) -> None:
    first, second = KeyPair(), KeyPair(kid="key-2")
    signer = await make_signer(browser, first)
    await commit(update_client(SYSTEM, signer.client.id, ClientChanges(jwks={"keys": [first.jwk, second.jwk]})))

    for key in (first, second):
        assert (await signer.prove(key.sign(signer.assertion_claims()))).status_code == 200
    await assert_refused(signer, first.sign(signer.assertion_claims(), kid="key-2"))
    await assert_refused(signer, first.sign(signer.assertion_claims(), kid=None))


async def test_a_single_key_needs_no_kid(signer: Machine) -> None:
    assert (await signer.prove(signer.key.sign(signer.assertion_claims(), kid=None))).status_code == 200


async def test_a_key_that_was_taken_out_counts_no_more(signer: Machine) -> None:
    assert (await signer.prove(signer.assertion())).status_code == 200
    await commit(update_client(SYSTEM, signer.client.id, ClientChanges(jwks={"keys": [KeyPair().jwk]})))

    await assert_refused(signer, signer.assertion())


async def test_a_disabled_client_is_refused(signer: Machine) -> None:
    await commit(update_client(SYSTEM, signer.client.id, ClientChanges(is_enabled=False)))

    await assert_refused(signer, signer.assertion())


async def test_codes_and_revocation_take_it_too(browser: httpx.AsyncClient, session: object) -> None:
    key = KeyPair()
    party = await make_party(
        browser, kind=ClientKind.WEB, token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key.jwk]}
    )
    signer = Machine(party.client, None, browser, key=key)

    def proof() -> dict[str, str | None]:
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signer.assertion()}

    form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    answer = await signer.post("/oauth2/token", {**form, "code": await party.code(), **proof()}, headers={})
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert (await signer.post("/oauth2/revoke", {"token": token, **proof()}, headers={})).status_code == 200
    assert (await party.userinfo(token)).status_code == 401


def signer_jti(assertion: str) -> str:
    return str(jws.read_payload(assertion.split(".")[1])["jti"])
