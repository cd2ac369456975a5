"""Tokens bound to a key, for every grant (RFC 9449 §5, §6 and §10)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from app.clients.rules import KINDS
from app.clients.service import update_client
from app.clients.types import TOKEN_EXCHANGE, ClientChanges, ClientKind
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from app.sessions.types import Session
from app.users.types import User
from tests.api_keys.support import make_key
from tests.oidc.devices import GRANT as DEVICE_CODE
from tests.oidc.devices import make_device
from tests.oidc.machines import ACCESS_TOKEN_TYPE, make_machine
from tests.oidc.proving import Prover, bound_tokens, post_proved, redeem_proved
from tests.oidc.support import Party, answer_of, claims_of, make_party
from tests.support import commit

PAR = "/oauth2/par"
OFFLINE = "openid offline_access"


@pytest.fixture
def prover() -> Prover:
    return Prover()


async def refresh(party: Party, prover: Prover | None, token: str, **form: str | None) -> httpx.Response:
    proof = prover.proof() if prover else None
    return await post_proved(party, proof, {"grant_type": "refresh_token", "refresh_token": token, **form})


def assert_bound(answer: httpx.Response, prover: Prover) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    body = dict(answer.json())
    assert (body["token_type"], claims_of(body["access_token"])["cnf"]) == ("DPoP", {"jkt": prover.jkt})
    return body


async def test_rfc9449_5_a_code_gives_a_bound_token(party: Party, session: Session, prover: Prover) -> None:
    body = assert_bound(await redeem_proved(party, prover, await party.code()), prover)

    assert "cnf" not in claims_of(body["id_token"])
    assert (await party.post("/oauth2/introspect", {"token": body["access_token"]})).json() == {
        "active": True,
        "token_type": "DPoP",
        **claims_of(body["access_token"]),
    }


async def test_without_a_proof_tokens_are_bearer_tokens(party: Party, session: Session) -> None:
    body = await party.tokens()

    assert body["token_type"] == "Bearer"
    assert "cnf" not in claims_of(body["access_token"])


async def test_rfc9449_5_client_credentials_and_exchange_give_bound_tokens(
    browser: httpx.AsyncClient, prover: Prover
) -> None:
    machine, other = await make_machine(browser), Prover()

    own = assert_bound(await post_proved(machine, prover.proof(), {"grant_type": "client_credentials"}), prover)
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": own["access_token"], "subject_token_type": ACCESS_TOKEN_TYPE}
    traded = await post_proved(machine, other.proof(), form)
    loose = await post_proved(machine, None, form)

    assert_bound(traded, other)
    assert (loose.status_code, loose.json()["token_type"]) == (200, "Bearer")


async def test_rfc9449_5_a_device_gets_a_bound_token(
    browser: httpx.AsyncClient, session: Session, prover: Prover
) -> None:
    device = await make_device(browser)
    asked = await device.begin()
    await device.let_in()

    answer = await post_proved(
        device, prover.proof(), {"grant_type": DEVICE_CODE, "device_code": asked["device_code"]}
    )  # fmt: skip

    assert_bound(answer, prover)


async def test_rfc9449_5_an_api_key_is_traded_for_a_bound_token(
    browser: httpx.AsyncClient, user: User, prover: Prover
) -> None:
    machine = await make_machine(browser)
    created = await make_key(user)
    form: dict[str, str | None] = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": created.secret,
        "subject_token_type": "urn:auther:params:oauth:token-type:api-key",
    }

    assert_bound(await post_proved(machine, prover.proof(), form), prover)


async def test_rfc9449_5_refresh_tokens_of_a_public_client_are_bound_to_the_key(
    public_party: Party, session: Session, prover: Prover
) -> None:
    given = await bound_tokens(public_party, prover, scope=OFFLINE)
    token = given["refresh_token"]

    bare = await refresh(public_party, None, token)
    other = await refresh(public_party, Prover(), token)
    good = await refresh(public_party, prover, token)

    assert [(each.status_code, each.json()["error"]) for each in (bare, other)] == [(400, "invalid_grant")] * 2
    body = assert_bound(good, prover)
    # A refusal for want of the key spends nothing, and a stolen spent token without it ends nothing.
    assert (await refresh(public_party, Prover(), token)).json()["error"] == "invalid_grant"
    assert_bound(await refresh(public_party, prover, body["refresh_token"]), prover)


async def test_the_family_of_a_public_client_is_bound_once_a_refresh_proves_a_key(
    public_party: Party, session: Session, prover: Prover
) -> None:
    given = await public_party.tokens(scope=OFFLINE)

    body = assert_bound(await refresh(public_party, prover, given["refresh_token"]), prover)
    late = await refresh(public_party, None, given["refresh_token"])
    bare = await refresh(public_party, None, body["refresh_token"])

    assert [each.json()["error"] for each in (late, bare)] == ["invalid_grant"] * 2


async def test_fifty_parallel_refreshes_with_proofs_give_one_successor(
    public_party: Party, session: Session, prover: Prover
) -> None:
    given = await bound_tokens(public_party, prover, scope=OFFLINE)

    answers = await asyncio.gather(*(refresh(public_party, prover, given["refresh_token"]) for _ in range(50)))

    assert {each.status_code for each in answers} == {200}
    assert len({each.json()["refresh_token"] for each in answers}) == 1


async def test_rfc9449_5_a_confidential_client_may_change_its_key(
    party: Party, session: Session, prover: Prover
) -> None:
    other = Prover()
    given = await bound_tokens(party, prover, scope=OFFLINE)

    body = assert_bound(await refresh(party, other, given["refresh_token"]), other)
    loose = await refresh(party, None, body["refresh_token"])

    assert (loose.status_code, loose.json()["token_type"]) == (200, "Bearer")
    assert await db.fetch_value("SELECT dpop_jkt FROM oidc_grant") is None


async def test_rfc9449_5_2_a_client_registered_for_bound_tokens_gets_no_others(
    party: Party, session: Session, prover: Prover
) -> None:
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(dpop_bound_access_tokens=True)))
    code = await party.code()

    refused = await party.redeem(code)
    given = await redeem_proved(party, prover, code)

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert_bound(given, prover)


async def test_rfc9449_10_a_code_can_be_bound_to_a_key(party: Party, session: Session, prover: Prover) -> None:
    code = await party.code(dpop_jkt=prover.jkt)

    bare = await party.redeem(code)
    other = await redeem_proved(party, Prover(), code)
    good = await redeem_proved(party, prover, code)

    assert [each.json().get("error") for each in (bare, other)] == ["invalid_grant"] * 2
    assert_bound(good, prover)


async def test_rfc9449_10_a_malformed_thumbprint_is_refused(party: Party, session: Session) -> None:
    answer = answer_of(await party.authorize(dpop_jkt="short"))

    assert answer["error"] == "invalid_request"


@pytest.mark.parametrize("kind", [kind for kind in ClientKind if not KINDS[kind].is_confidential])
async def test_no_public_client_can_trade_a_bound_token_for_a_loose_one(
    browser: httpx.AsyncClient, kind: ClientKind
) -> None:
    with pytest.raises(InputProblems) as refusal:
        await make_party(browser, kind=kind, grant_types=(*KINDS[kind].grant_types, TOKEN_EXCHANGE))

    assert "clients_invalid" in {each.code for each in refusal.value.problems}


async def test_rfc9449_10_1_a_proof_at_the_pushed_endpoint_binds_the_code(
    party: Party, session: Session, prover: Prover
) -> None:
    other = Prover()
    pushed = await post_proved(party, prover.proof(PAR), dict(party.params()), PAR)
    twice = await post_proved(party, prover.proof(PAR), dict(party.params(dpop_jkt=other.jkt)), PAR)
    told = await post_proved(party, prover.proof(PAR, nonce=None), dict(party.params()), PAR)
    uri = pushed.json()["request_uri"]
    answer = await party.browser.get("/oauth2/authorize", params={"client_id": party.client.id, "request_uri": uri})
    code = answer_of(answer)["code"]

    refused = await redeem_proved(party, other, code)
    given = await redeem_proved(party, prover, code)

    assert (pushed.status_code, twice.status_code, told.json()["error"]) == (201, 400, "use_dpop_nonce")
    assert refused.json()["error"] == "invalid_grant"
    assert_bound(given, prover)
