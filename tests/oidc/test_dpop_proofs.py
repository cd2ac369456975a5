"""Which proofs are good (RFC 9449 §4.3), asked of the token endpoint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from app.kit import clock, db
from app.kit.crypto import b64url
from app.kit.runtime import override
from app.oidc.dpop.addresses import normalise_address
from app.oidc.dpop.nonces import make_nonce
from app.signing.carried import find_thumbprint
from tests.oidc.machines import KeyPair, Machine, make_machine, make_signer
from tests.oidc.proving import TOKEN, Prover, post_proved
from tests.oidc.support import claims_of, header_of
from tests.support import ISSUER, SECRET, read_audit

FORM: dict[str, str | None] = {"grant_type": "client_credentials"}
Bad = Callable[[Prover], str]


@pytest.fixture
async def machine(browser: httpx.AsyncClient) -> Machine:
    return await make_machine(browser)


@pytest.fixture
def prover() -> Prover:
    return Prover()


async def ask(machine: Machine, proof: str) -> httpx.Response:
    return await post_proved(machine, proof, FORM)


def _unsigned(prover: Prover) -> str:
    header = {"alg": "none", "typ": "dpop+jwt", "jwk": prover.public}
    return f"{b64url(orjson.dumps(header))}.{b64url(orjson.dumps(prover.claims()))}."


def _changed(prover: Prover) -> str:
    header, _, signature = prover.proof().split(".")
    return f"{header}.{b64url(orjson.dumps(prover.claims(htm='GET')))}.{signature}"


def _private(prover: Prover) -> str:
    number = prover.key.private.private_numbers().private_value
    return prover.sign(prover.claims(), jwk={**prover.public, "d": b64url(number.to_bytes(32, "big"))})


BAD: dict[str, Bad] = {
    "not a JWT": lambda prover: "x",
    "four parts": lambda prover: prover.proof() + ".x",
    "too long": lambda prover: prover.proof(padding="x" * 10_000),
    "unsigned": _unsigned,
    "changed": _changed,
    "signed by another key": lambda prover: Prover().sign(prover.claims(), jwk=prover.public),
    "typ missing": lambda prover: prover.sign(prover.claims(), typ=None),
    "typ of another use": lambda prover: prover.sign(prover.claims(), typ="JWT"),
    "alg symmetric": lambda prover: prover.sign(prover.claims(), alg="HS256"),
    "alg of another key type": lambda prover: prover.sign(prover.claims(), alg="EdDSA"),
    "alg with RSA's older padding": lambda prover: Prover(KeyPair("RS256")).proof(),
    "jwk missing": lambda prover: prover.sign(prover.claims(), jwk=None),
    "jwk no object": lambda prover: prover.sign(prover.claims(), jwk="x"),
    "jwk private": _private,
    "jwk symmetric": lambda prover: prover.sign(prover.claims(), alg="HS256", jwk={"kty": "oct", "k": "c2VjcmV0"}),
    "jwk no point": lambda prover: prover.sign(prover.claims(), jwk={**prover.public, "x": prover.public["y"]}),
    "crit": lambda prover: prover.sign(prover.claims(), crit=["exp"]),
    "jku": lambda prover: prover.sign(prover.claims(), jku="https://evil.example.com/jwks"),
    "x5c": lambda prover: prover.sign(prover.claims(), x5c=["x"]),
    "jti missing": lambda prover: prover.proof(jti=None),
    "jti empty": lambda prover: prover.proof(jti=""),
    "jti no text": lambda prover: prover.proof(jti=1),
    "jti too long": lambda prover: prover.proof(jti="x" * 256),
    "htm missing": lambda prover: prover.proof(htm=None),
    "htm of another method": lambda prover: prover.proof(htm="GET"),
    "htm in small letters": lambda prover: prover.proof(htm="post"),
    "htu missing": lambda prover: prover.proof(htu=None),
    "htu of another path": lambda prover: prover.proof(htu=f"{ISSUER}/oauth2/par"),
    "htu of another host": lambda prover: prover.proof(htu="http://evil.example.com:8000/oauth2/token"),
    "htu of another port": lambda prover: prover.proof(htu="http://localhost:8001/oauth2/token"),
    "htu of another scheme": lambda prover: prover.proof(htu="https://localhost:8000/oauth2/token"),
    "htu with a user": lambda prover: prover.proof(htu="http://a@localhost:8000/oauth2/token"),
    "htu a path": lambda prover: prover.proof(htu="/oauth2/token"),
    "iat missing": lambda prover: prover.proof(iat=None),
    "iat a text": lambda prover: prover.proof(iat=str(clock.timestamp())),
    "iat old": lambda prover: prover.proof(iat=clock.timestamp() - 301),
    "iat of the future": lambda prover: prover.proof(iat=clock.timestamp() + 60),
}


@pytest.mark.parametrize("name", list(BAD))
async def test_rfc9449_4_3_a_proof_that_is_no_good_is_refused(machine: Machine, prover: Prover, name: str) -> None:
    answer = await ask(machine, BAD[name](prover))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    assert answer.headers["cache-control"] == "no-store"
    assert await db.fetch_value("SELECT count(*) FROM oidc_spent_proof") == 0
    (row,) = [each for each in await read_audit() if each.action == "endpoint.denied"]
    assert (row.actor_id, row.reason) == (None, "oidc_invalid_dpop_proof")


@pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA", "Ed25519"])
async def test_rfc9449_4_2_every_algorithm_that_is_offered_works(machine: Machine, alg: str) -> None:
    prover = Prover(KeyPair(alg))

    answer = await ask(machine, prover.proof())

    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP")
    assert claims_of(answer.json()["access_token"])["cnf"] == {"jkt": prover.jkt}
    offered = (await machine.browser.get("/.well-known/openid-configuration")).json()
    assert alg in offered["dpop_signing_alg_values_supported"]


def test_rfc7638_3_1_the_thumbprint_is_that_of_the_standard() -> None:
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj"
        "hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ"
        "vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK"
        "nqDKgw"
    )

    assert find_thumbprint({"kty": "RSA", "n": modulus, "e": "AQAB"}) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8000/oauth2/token",
        "HTTP://LOCALHOST:8000/oauth2/token",
        "http://localhost:8000/oauth2/token?a=b#c",
        "http://localhost:8000/x/../oauth2/./t%6fken",
    ],
)
async def test_rfc9449_4_3_addresses_are_compared_normalised(machine: Machine, prover: Prover, address: str) -> None:
    assert (await ask(machine, prover.proof(htu=address))).status_code == 200


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("https://ID.Example.com:443", "https://id.example.com/"),
        ("http://id.example.com:80/a/..", "http://id.example.com/"),
        ("https://[::1]:8443/%c3%a9", "https://[::1]:8443/%C3%A9"),
        ("wss://id.example.com/graphql", "https://id.example.com/graphql"),
        ("https://id.example.com:x/", None),
        ("https://[::1/", None),
        ("https:///a", None),
        ("ftp://id.example.com/", None),
        ("https://id.example.com/é", None),
        ("https://id.example.com/" + "x" * 2_048, None),
    ],
)
def test_rfc3986_6_2_an_address_has_one_spelling(address: str, normal: str | None) -> None:
    assert normalise_address(address) == normal


async def test_behind_a_proxy_the_address_is_the_issuers_whatever_the_request_says(
    machine: Machine, prover: Prover
) -> None:
    forged = {"host": "evil.example.com", "x-forwarded-host": "evil.example.com", "x-forwarded-proto": "https"}
    auth = (machine.client.id, machine.secret or "")
    with override(public_url="https://id.example.com/auth"):
        ours = prover.proof(htu="https://id.example.com/auth/oauth2/token")
        theirs = prover.proof(htu="https://evil.example.com/oauth2/token")

        good = await machine.post(TOKEN, FORM, headers={**forged, "dpop": ours}, auth=auth)
        bad = await machine.post(TOKEN, FORM, headers={**forged, "dpop": theirs}, auth=auth)

    assert (good.status_code, bad.status_code) == (200, 400)


async def test_rfc9449_4_3_two_proofs_are_refused(machine: Machine, prover: Prover) -> None:
    auth = (machine.client.id, machine.secret or "")

    answer = await machine.post(
        TOKEN, FORM, headers=[("dpop", prover.proof()), ("dpop", prover.proof())], auth=auth
    )  # fmt: skip

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


async def test_rfc9449_8_a_proof_without_nonce_is_told_one_and_costs_nothing(
    browser: httpx.AsyncClient, prover: Prover
) -> None:
    signer = await make_signer(browser)
    form: dict[str, str | None] = {
        **FORM,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signer.assertion(),
    }

    told = await signer.post(TOKEN, form, headers={"dpop": prover.proof(nonce=None)})
    again = await signer.post(TOKEN, form, headers={"dpop": prover.proof(nonce=told.headers["dpop-nonce"])})

    assert (told.status_code, told.json()["error"]) == (400, "use_dpop_nonce")
    assert (again.status_code, again.json()["token_type"]) == (200, "DPoP")
    assert [each for each in await read_audit() if each.action == "endpoint.denied"] == []


async def test_rfc9449_8_2_each_answer_to_who_makes_proofs_has_the_next_nonce(machine: Machine, prover: Prover) -> None:
    good, bad = await ask(machine, prover.proof()), await ask(machine, prover.proof(htm="GET"))
    bare = await machine.ask()

    assert good.headers["dpop-nonce"] == bad.headers["dpop-nonce"] == make_nonce()
    assert "dpop-nonce" not in bare.headers


async def test_rfc9449_11_3_nonces_rotate_and_end(machine: Machine, prover: Prover) -> None:
    with clock.frozen() as now:
        first = make_nonce()
        now.advance(timedelta(minutes=4))
        in_time = await ask(machine, prover.proof(nonce=first))
        second = make_nonce()
        now.advance(timedelta(minutes=1))

        late = await ask(machine, prover.proof(nonce=first))
        still = await ask(machine, prover.proof(nonce=second))

    assert first != second
    assert in_time.status_code == 200
    assert late.json()["error"] == "use_dpop_nonce"
    assert still.status_code == 200


@pytest.mark.parametrize("nonce", ["", "x", "A" * 50, "é" * 50, "A" * 51, 7, ["x"]])
async def test_a_nonce_that_is_not_ours_is_refused(machine: Machine, prover: Prover, nonce: Any) -> None:
    answer = await ask(machine, prover.proof(nonce=nonce))

    assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce")


async def test_a_nonce_of_the_future_is_refused_though_we_made_it(machine: Machine, prover: Prover) -> None:
    with clock.frozen() as now:
        now.advance(timedelta(minutes=10))
        ahead = make_nonce()
        now.advance(timedelta(minutes=-10))

        answer = await ask(machine, prover.proof(nonce=ahead))

    assert answer.json()["error"] == "use_dpop_nonce"


async def test_a_nonce_survives_the_rotation_of_the_secret(machine: Machine, prover: Prover) -> None:
    nonce = make_nonce()

    with override(secret="another secret, also thirty-two bytes or more", secret_previous=(SECRET,)):
        assert make_nonce() != nonce
        answer = await ask(machine, prover.proof(nonce=nonce))
    with override(secret="another secret, also thirty-two bytes or more"):
        refused = await ask(machine, prover.proof(nonce=nonce))

    assert answer.status_code == 200
    assert refused.json()["error"] == "use_dpop_nonce"


async def test_the_key_of_a_proof_is_not_told_but_by_its_thumbprint(machine: Machine, prover: Prover) -> None:
    token = (await ask(machine, prover.proof())).json()["access_token"]

    assert claims_of(token)["cnf"] == {"jkt": prover.jkt}
    assert header_of(token).keys() == {"alg", "kid", "typ"}
