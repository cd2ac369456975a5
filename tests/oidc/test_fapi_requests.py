"""What FAPI 2.0 wants of requests, of clients that are set up for it: they push, and bind tokens to a key."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from app.kit import clock, db
from app.kit.runtime import override
from app.sessions.types import Session
from tests.oidc.machines import ASSERTION_TYPE, KeyPair
from tests.oidc.proving import Prover, post_proved, redeem_proved
from tests.oidc.requesting import TYP, Signer, follow, make_signing_party, push, pushed_uri
from tests.oidc.support import Party, answer_of, make_party
from tests.support import ISSUER

PAR = "/oauth2/par"
FAPI = {"require_pushed_authorization_requests": True, "dpop_bound_access_tokens": True}


@pytest.fixture
async def pusher(browser: httpx.AsyncClient) -> Party:
    """A client that always pushes, and that operators exempted from PKCE."""
    return await make_party(browser, require_pushed_authorization_requests=True, require_pkce=False)


@pytest.fixture
async def signer(browser: httpx.AsyncClient) -> Signer:
    return await make_signing_party(browser, KeyPair("PS256"), token_endpoint_auth_method="private_key_jwt", **FAPI)


async def push_proved(signer: Signer, assertion: str) -> httpx.Response:
    proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    return await signer.post(PAR, {**signer.params(), **proof}, headers={})


async def test_fapi2_5_3_2_2_only_pushed_requests_are_taken(pusher: Party, session: Session) -> None:
    bare = await pusher.authorize()
    code = answer_of(await follow(pusher, await pushed_uri(pusher)))["code"]

    assert answer_of(bare)["error"] == "invalid_request"
    assert code.startswith("acd_")
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"redirect_uri": None},
        {"redirect_uri": None, "scope": "profile"},
    ],
)
async def test_fapi2_5_3_2_2_pkce_and_the_redirect_uri_are_pushed(
    pusher: Party, changes: dict[str, str | None]
) -> None:
    answer = await push(pusher, **changes)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert await db.fetch_value("SELECT count(*) FROM oidc_pushed_request") == 0


async def test_fapi2_5_3_2_2_a_code_lives_a_minute_at_most(pusher: Party, party: Party, session: Session) -> None:
    with clock.frozen() as stopped, override(code_ttl=timedelta(minutes=5)):
        code = answer_of(await follow(pusher, await pushed_uri(pusher)))["code"]
        longer = await party.code()
        stopped.advance(timedelta(seconds=61))

        assert (await pusher.redeem(code)).json()["error"] == "invalid_grant"
        assert (await party.redeem(longer)).status_code == 200


async def test_fapi2_5_3_2_2_answers_are_no_307_and_carry_iss(pusher: Party, session: Session) -> None:
    answer = await follow(pusher, await pushed_uri(pusher))

    assert answer.status_code == 303
    assert answer_of(answer)["iss"] == ISSUER


@pytest.mark.parametrize(
    "aud", [f"{ISSUER}/oauth2/token", f"{ISSUER}/oauth2/par", [ISSUER], [ISSUER, f"{ISSUER}/oauth2/par"]]
)
async def test_fapi2_5_3_2_1_an_assertion_is_for_the_issuer_and_says_so_plainly(signer: Signer, aud: object) -> None:
    refused = await push_proved(signer, signer.assertion(aud=aud))
    taken = await push_proved(signer, signer.assertion())

    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert taken.status_code == 201, taken.text


async def test_fapi2_5_4_1_rs256_is_not_taken(browser: httpx.AsyncClient) -> None:
    signer = await make_signing_party(browser, KeyPair("RS256"), **FAPI)
    prover = await make_signing_party(browser, KeyPair("RS256"), token_endpoint_auth_method="private_key_jwt", **FAPI)

    signed = await signer.post(PAR, {"request": signer.key.sign(signer.request_claims(), typ=TYP)})
    proved = await push_proved(prover, prover.assertion())

    assert (signed.status_code, signed.json()["error"]) == (400, "invalid_request_object")
    assert (proved.status_code, proved.json()["error"]) == (401, "invalid_client")


async def test_rfc9449_10_1_a_proof_beside_the_request_binds_the_code(party: Party, session: Session) -> None:
    prover, other = Prover(), Prover(KeyPair(kid="other"))
    answer = await post_proved(party, prover.proof(PAR), dict(party.params()), PAR)
    assert answer.status_code == 201, answer.text
    code = answer_of(await follow(party, answer.json()["request_uri"]))["code"]

    assert (await party.redeem(code)).json()["error"] == "invalid_grant"
    assert (await redeem_proved(party, other, code)).json()["error"] == "invalid_grant"
    tokens = await redeem_proved(party, prover, code)
    assert (tokens.status_code, tokens.json()["token_type"]) == (200, "DPoP")


async def test_rfc9449_10_1_the_proof_is_of_the_key_that_the_request_names(party: Party) -> None:
    prover, other = Prover(), Prover(KeyPair(kid="other"))

    same = await post_proved(party, prover.proof(PAR), dict(party.params(dpop_jkt=prover.jkt)), PAR)
    another = await post_proved(party, prover.proof(PAR), dict(party.params(dpop_jkt=other.jkt)), PAR)

    assert same.status_code == 201
    assert (another.status_code, another.json()["error"]) == (400, "invalid_dpop_proof")


async def test_rfc9449_10_a_request_may_name_the_key(party: Party, session: Session) -> None:
    prover = Prover()
    code = await party.code(dpop_jkt=prover.jkt)

    assert (await party.redeem(code)).json()["error"] == "invalid_grant"
    assert (await redeem_proved(party, prover, code)).status_code == 200


@pytest.mark.parametrize("jkt", ["short", "x" * 44, "!" * 43])
async def test_rfc9449_10_what_is_no_thumbprint_is_refused(party: Party, session: Session, jkt: str) -> None:
    assert answer_of(await party.authorize(dpop_jkt=jkt))["error"] == "invalid_request"
