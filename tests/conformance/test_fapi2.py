"""FAPI 2.0 Security Profile (final): private_key_jwt, DPoP, OpenID Connect, the plain profile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from app.kit import clock
from app.kit.crypto import b64url
from app.kit.runtime import override
from app.users.types import User
from tests.conformance.browser import Agent, Visit
from tests.conformance.fapi import (
    BAD_CLIENT,
    BAD_PROOF,
    BAD_REQUEST,
    BAD_REQUEST_URI,
    PAR,
    TOKEN,
    USERINFO,
    FapiClient,
    check_pushed,
    check_refused,
    make_fapi_client,
    public_jwk,
    thumbprint,
)
from tests.conformance.support import read_metadata
from tests.oidc.machines import KeyPair
from tests.oidc.support import CHALLENGE, VERIFIER, claims_of, header_of
from tests.support import ISSUER

SECOND_CALLBACK = "https://app.example.com/second?dummy1=lorem&dummy2=ipsum"


@pytest.fixture
async def rp(agent: Agent, ada: User) -> FapiClient:
    return await make_fapi_client(agent)


@pytest.fixture
async def second(agent: Agent, ada: User) -> FapiClient:
    return await make_fapi_client(agent, name="Other bank", redirect_uris=(SECOND_CALLBACK,))


async def check_use(rp: FapiClient, tokens: dict[str, Any], subject: str) -> None:
    """The access token opens userinfo for its holder."""
    answer = await rp.userinfo(tokens["access_token"])
    assert (answer.status_code, answer.json().get("sub")) == (200, subject), answer.text


def check_request_refused(rp: FapiClient, visit: Visit, errors: set[str], **outside: str) -> None:
    """The person sees why the request cannot go on, or the application hears one of these errors."""
    if not visit.has_left:
        assert visit.last.status == 400
        assert visit.last.texts["error"]
        return
    assert "code" not in visit.params
    assert visit.params["error"] in errors


async def test_fapi2_security_profile_final_discovery_end_point_verification(agent: Agent, keys: None) -> None:
    with override(public_url="https://id.example.com"):
        document = await read_metadata(agent)

    assert document["issuer"] == "https://id.example.com"
    assert "code" in document["response_types_supported"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["pushed_authorization_request_endpoint"] == f"https://id.example.com{PAR}"
    assert isinstance(document.get("require_pushed_authorization_requests", False), bool)
    assert {"PS256", "ES256", "EdDSA"} & set(document["dpop_signing_alg_values_supported"])
    assert {"PS256", "ES256", "EdDSA"} & set(document["id_token_signing_alg_values_supported"])
    assert "private_key_jwt" in document["token_endpoint_auth_methods_supported"]
    assert {"PS256", "ES256", "EdDSA"} & set(document["token_endpoint_auth_signing_alg_values_supported"])
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert "openid" in document["scopes_supported"]
    assert "public" in document["subject_types_supported"]


async def test_fapi2_security_profile_final_happy_flow(rp: FapiClient, second: FapiClient, ada: User) -> None:
    """Two clients, the second with a query in its address; tokens work with their key, and never in the query."""
    sent = {"scope": "openid profile email", "response_type": "code"}
    first = rp.check_success(await rp.go(await rp.pushed(), **sent))["code"]
    tokens = await rp.check_tokens(await rp.redeem(first), nonce="nonce-1")
    assert tokens["token_type"] == "DPoP"
    assert header_of(tokens["id_token"])["alg"] == "ES256"
    await check_use(rp, tokens, ada.id)
    in_query = await rp.call("GET", f"{USERINFO}?access_token={tokens['access_token']}")
    assert in_query.status_code == 401

    second.agent.client.cookies.clear()
    visit = await second.go(await second.pushed(nonce="n" * 43, dpop_jkt=thumbprint(second.holder)))
    assert visit.address == SECOND_CALLBACK.partition("?")[0]
    assert set(visit.params) == {"code", "state", "iss", "dummy1", "dummy2"}
    assert (visit.params["dummy1"], visit.params["dummy2"]) == ("lorem", "ipsum")
    theirs = await second.check_tokens(await second.redeem(visit.params["code"]), nonce="n" * 43)
    await check_use(second, theirs, ada.id)
    assert (await rp.userinfo(theirs["access_token"])).status_code == 401


async def test_fapi2_security_profile_final_user_rejects_authentication(rp: FapiClient, second: FapiClient) -> None:
    visit = await rp.ask(decision="deny", state="s" * 128)
    assert rp.check_error(visit, state="s" * 128) == "access_denied"

    visit = await second.ask(decision="deny", state="s" * 128)
    assert {name: visit.params[name] for name in ("error", "state", "dummy1", "dummy2")} == {
        "error": "access_denied",
        "state": "s" * 128,
        "dummy1": "lorem",
        "dummy2": "ipsum",
    }


async def test_fapi2_security_profile_final_ensure_authorization_request_without_state_success(rp: FapiClient) -> None:
    visit = await rp.ask(state=None)

    code = rp.check_success(visit, state=None)["code"]
    assert len(code) >= 22  # 128 bits
    await rp.check_tokens(await rp.redeem(code), nonce="nonce-1")


async def test_fapi2_security_profile_final_ensure_authorization_request_without_nonce_success(rp: FapiClient) -> None:
    tokens = await rp.sign_in(nonce=None)

    assert "nonce" not in claims_of(tokens["id_token"])


async def test_fapi2_security_profile_final_ensure_request_object_with_64_char_nonce_success(rp: FapiClient) -> None:
    tokens = await rp.sign_in(nonce="0" * 64)

    assert claims_of(tokens["id_token"])["nonce"] == "0" * 64


async def test_fapi2_security_profile_final_ensure_other_scope_order_succeeds(rp: FapiClient, ada: User) -> None:
    await check_use(rp, await rp.sign_in(scope="email profile openid"), ada.id)


async def test_fapi2_security_profile_final_test_claims_parameter_identity_claims(rp: FapiClient, ada: User) -> None:
    """Every claim about a person that the metadata promises comes when asked for; unknown ones are ignored."""
    wishes: dict[str, object] = {"name": None, "email": {"essential": True}, "picture": {"essential": False}}
    wishes |= {"locale": None, "zoneinfo": None, "preferred_username": None, "updated_at": None}
    unknown = {"made_up": None, "made_up_too": {"essential": True}}
    claims = orjson.dumps({"id_token": {**wishes, **unknown}, "userinfo": {**wishes, **unknown}}).decode()

    tokens = await rp.sign_in(scope="openid", claims=claims)

    for said in (claims_of(tokens["id_token"]), (await rp.userinfo(tokens["access_token"])).json()):
        assert set(wishes) <= set(said)
        assert not set(unknown) & set(said)
        assert (said["sub"], said["name"], said["email"]) == (ada.id, ada.name, ada.email)


async def test_fapi2_security_profile_final_access_token_type_header_case_sensitivity(rp: FapiClient) -> None:
    token = (await rp.sign_in())["access_token"]

    assert (await rp.userinfo(token, scheme="dPOp")).status_code == 200


async def test_fapi2_security_profile_final_check_dpop_proof_nbf_exp(rp: FapiClient) -> None:
    now = clock.timestamp()
    times = {"nbf": now, "exp": now + 300}

    tokens = (await rp.redeem(await rp.code(), proof=rp.proof("POST", TOKEN, **times))).json()

    proof = rp.proof("GET", USERINFO, tokens["access_token"], **times)
    assert (await rp.userinfo(tokens["access_token"], proof=proof)).status_code == 200


async def check_iat(rp: FapiClient, seconds: int) -> None:
    """A proof whose clock is off by so much is good at all endpoints."""
    iat = clock.timestamp() + seconds
    visit = await rp.go(await rp.pushed(proof=rp.proof("POST", PAR, iat=iat)))
    answer = await rp.redeem(rp.check_success(visit)["code"], proof=rp.proof("POST", TOKEN, iat=iat))
    token = (await rp.check_tokens(answer, nonce="nonce-1"))["access_token"]
    assert (await rp.userinfo(token, proof=rp.proof("GET", USERINFO, token, iat=iat))).status_code == 200


async def test_fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_before_succeeds(rp: FapiClient) -> None:
    with clock.frozen():
        await check_iat(rp, -10)


async def test_fapi2_security_profile_final_ensure_dpopproof_with_iat_10seconds_after_succeeds(rp: FapiClient) -> None:
    with clock.frozen():
        await check_iat(rp, 10)


async def test_fapi2_security_profile_final_ensure_mismatched_dpop_jkt_fails(rp: FapiClient) -> None:
    answer = await rp.push(proof=rp.proof("POST", PAR), dpop_jkt=thumbprint(KeyPair()))

    check_refused(answer, {"invalid_request", "invalid_dpop_proof"})


async def test_fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_proof_jkt(
    rp: FapiClient,
) -> None:
    visit = await rp.go(await rp.pushed(proof=rp.proof("POST", PAR)))
    rp.holder = KeyPair()

    check_refused(await rp.redeem(rp.check_success(visit)["code"]), BAD_PROOF)


async def test_fapi2_security_profile_final_ensure_token_endpoint_fails_with_mismatched_dpop_jkt(
    rp: FapiClient,
) -> None:
    code = rp.check_success(await rp.ask(dpop_jkt=thumbprint(KeyPair())))["code"]

    check_refused(await rp.redeem(code), BAD_PROOF)


async def test_fapi2_security_profile_final_ensure_dpopproof_at_par_endpoint_binding_success(
    rp: FapiClient, ada: User
) -> None:
    visit = await rp.go(await rp.pushed(proof=rp.proof("POST", PAR)))

    tokens = await rp.check_tokens(await rp.redeem(rp.check_success(visit)["code"]), nonce="nonce-1")
    await check_use(rp, tokens, ada.id)


async def test_fapi2_security_profile_final_ensure_dpop_auth_code_binding_success(rp: FapiClient, ada: User) -> None:
    pushed = await rp.pushed(proof=rp.proof("POST", PAR), dpop_jkt=thumbprint(rp.holder))

    tokens = await rp.check_tokens(await rp.redeem(rp.check_success(await rp.go(pushed))["code"]), nonce="nonce-1")
    await check_use(rp, tokens, ada.id)


async def test_fapi2_security_profile_final_ensure_different_nonce_inside_and_outside_request_object(
    rp: FapiClient,
) -> None:
    """What was pushed counts."""
    visit = await rp.go(await rp.pushed(), nonce="outside")

    await rp.check_tokens(await rp.redeem(rp.check_success(visit)["code"]), nonce="nonce-1")


async def test_fapi2_security_profile_final_ensure_different_state_inside_and_outside_request_object(
    rp: FapiClient,
) -> None:
    """What was pushed counts."""
    visit = await rp.go(await rp.pushed(), state="outside")

    assert rp.check_success(visit)["state"] == "state-1"


async def test_fapi2_security_profile_final_ensure_request_object_with_long_nonce(rp: FapiClient) -> None:
    await rp.sign_in(nonce="n" * 384)


async def test_fapi2_security_profile_final_ensure_request_object_with_long_state(rp: FapiClient) -> None:
    await rp.sign_in(state="s" * 384)


async def test_fapi2_security_profile_final_state_only_outside_request_object_not_used(rp: FapiClient) -> None:
    visit = await rp.go(await rp.pushed(state=None), state="outside")

    assert set(rp.check_success(visit, state=None)) == {"code", "iss"}


async def test_fapi2_security_profile_final_ensure_request_object_without_redirect_uri_fails(rp: FapiClient) -> None:
    assert await rp.refused_push(redirect_uri=None) in BAD_REQUEST


async def test_fapi2_security_profile_final_ensure_registered_redirect_uri(rp: FapiClient) -> None:
    assert await rp.refused_push(redirect_uri="https://app.example.com/callback/unregistered") in BAD_REQUEST


async def test_fapi2_security_profile_final_plain_fapi_ensure_registered_redirect_uri(rp: FapiClient) -> None:
    """RFC 9126 §2.4 would allow an address that was never registered; we do not."""
    assert await rp.refused_push(redirect_uri="https://app.example.com/callback/unregistered") in BAD_REQUEST


async def test_fapi2_security_profile_final_ensure_unsigned_authorization_request_without_using_par_fails(
    rp: FapiClient,
) -> None:
    url = f"/oauth2/authorize?{'&'.join(f'{name}={value}' for name, value in rp.params().items())}"

    check_request_refused(rp, await rp.agent.visit(url), {"invalid_request"})


async def test_fapi2_security_profile_final_ensure_redirect_uri_in_authorization_request(rp: FapiClient) -> None:
    assert await rp.refused_push(redirect_uri=None) in BAD_REQUEST


async def test_fapi2_security_profile_final_ensure_response_type_code_idtoken_fails(rp: FapiClient) -> None:
    errors = {"unsupported_response_type", "invalid_request", "unauthorized_client"}

    assert await rp.refused_push(response_type="code id_token") in errors


async def test_fapi2_security_profile_final_australia_connectid_ensure_invalid_purpose_fails(rp: FapiClient) -> None:
    """Not offered: the parameter `purpose` of ConnectID Australia; it is ignored like any other unknown one."""
    assert "verified_claims_supported" not in await rp.metadata()

    check_pushed(await rp.push(purpose="p" * 301))


async def test_fapi2_security_profile_final_ensure_response_type_token_fails(rp: FapiClient) -> None:
    errors = {"unsupported_response_type", "invalid_request", "unauthorized_client"}

    assert await rp.refused_push(response_type="token") in errors


async def test_fapi2_security_profile_final_ensure_client_id_in_token_endpoint(
    rp: FapiClient, second: FapiClient
) -> None:
    """The second client's name, and an assertion for it under the first one's key."""
    code, second.key = await rp.code(), rp.key

    answer = await rp.redeem(code, client_id=second.client.id, assertion=second.assertion())

    check_refused(answer, {"invalid_client", "invalid_grant"})


async def test_fapi2_security_profile_final_ensure_holder_of_key_required(rp: FapiClient) -> None:
    check_refused(await rp.redeem(await rp.code(), proof=""), BAD_PROOF)


async def test_fapi2_security_profile_final_ensure_authorization_code_is_bound_to_client(
    rp: FapiClient, second: FapiClient
) -> None:
    check_refused(await second.redeem(await rp.code(), redirect_uri=rp.redirect_uri), {"invalid_grant"})


async def test_fapi2_security_profile_final_attempt_reuse_authorization_code_after_one_second(rp: FapiClient) -> None:
    with clock.frozen() as time:
        code = await rp.code()
        tokens = await rp.check_tokens(await rp.redeem(code), nonce="nonce-1")
        time.advance(timedelta(seconds=1))

        check_refused(await rp.redeem(code), {"invalid_grant"})
        assert (await rp.userinfo(tokens["access_token"])).status_code == 401


async def test_fapi2_security_profile_final_ensure_token_endpoint_fails_with_expired_auth_code(rp: FapiClient) -> None:
    with clock.frozen() as time:
        code = await rp.code()
        time.advance(timedelta(seconds=62))

        check_refused(await rp.redeem(code), {"invalid_grant"})


async def test_fapi2_security_profile_final_ensure_signed_client_assertion_with_RS256_fails(
    agent: Agent, ada: User
) -> None:
    """The same RSA key, registered for PS256, signs with RS256."""
    rp = await make_fapi_client(agent, KeyPair("PS256"), token_endpoint_auth_signing_alg="PS256")
    code = await rp.code()
    strong, rp.key = rp.key, KeyPair("RS256", private=rp.key.private)

    check_refused(await rp.redeem(code), {"invalid_client"})
    rp.key = strong
    await rp.check_tokens(await rp.redeem(code), nonce="nonce-1")


async def test_fapi2_security_profile_final_ensure_client_assertion_in_token_endpoint(rp: FapiClient) -> None:
    answer = await rp.redeem(await rp.code(), client_id=rp.client.id, assertion={})

    check_refused(answer, BAD_CLIENT)


async def test_fapi2_security_profile_final_ensure_client_assertion_with_exp_is_5_minutes_in_past_fails(
    rp: FapiClient,
) -> None:
    expired = rp.assertion(exp=clock.timestamp() - 300)

    check_refused(await rp.redeem(await rp.code(), assertion=expired), BAD_CLIENT)


async def test_fapi2_security_profile_final_ensure_client_assertion_with_wrong_aud_fails(rp: FapiClient) -> None:
    other = rp.assertion(aud="https://other.example")

    check_refused(await rp.redeem(await rp.code(), assertion=other), BAD_CLIENT)


async def test_fapi2_security_profile_final_ensure_client_assertion_with_no_sub_fails(rp: FapiClient) -> None:
    check_refused(await rp.redeem(await rp.code(), assertion=rp.assertion(sub=None)), BAD_CLIENT)


async def test_fapi2_security_profile_final_dpop_negative_tests(rp: FapiClient) -> None:
    """Some forty proofs at the protected resource: what is wrong is refused, what is merely unusual is not."""
    token = (await rp.sign_in())["access_token"]

    for name, proofs in bad_proofs(rp, token).items():
        answer = await rp.userinfo(token, headers=tuple(("dpop", proof) for proof in proofs) or (("x-none", "1"),))
        assert answer.status_code in {400, 401}, name
    assert (await rp.userinfo(token, scheme="Bearer", headers=(("x-none", "1"),))).status_code == 401
    for name, proof in unusual_proofs(rp, token).items():
        assert (await rp.userinfo(token, proof=proof)).status_code == 200, name
    once = rp.proof("GET", USERINFO, token)
    assert (await rp.userinfo(token, headers=(("DPOP", once),))).status_code == 200
    assert (await rp.userinfo(token, proof=once)).status_code == 401
    assert (await rp.userinfo(token)).status_code == 200


def bad_proofs(rp: FapiClient, token: str) -> dict[str, tuple[str, ...]]:
    """What must not open a resource, by what is wrong with it."""
    claims, now = rp.proof_claims("GET", USERINFO, token), clock.timestamp()
    good = rp.proof("GET", USERINFO, token)
    head, body, _ = good.split(".")
    unsigned = b64url(orjson.dumps({"typ": "dpop+jwt", "alg": "none", "jwk": public_jwk(rp.holder)}))
    changed: dict[str, dict[str, Any]] = {
        **{f"no {name}": {name: None} for name in ("jti", "htm", "htu", "iat", "ath")},
        "other htm": {"htm": "PUT"},
        "other htu": {"htu": f"{ISSUER}/other"},
        "iat in an hour": {"iat": now + 3600},
        "iat an hour ago": {"iat": now - 3600},
        "other ath": {"ath": b64url(b"x" * 32)},
        "no nonce": {"nonce": None},
    }
    headers: dict[str, dict[str, Any]] = {
        "no typ": {"typ": None},
        "other typ": {"typ": "JWT"},
        "no alg": {"alg": None},
        "no jwk": {"jwk": None},
        "private jwk": {"jwk": {**public_jwk(rp.holder), "d": b64url(b"x" * 32)}},
        "another key's jwk": {"jwk": public_jwk(KeyPair())},
    }
    stranger = FapiClient(rp.client, None, rp.browser, agent=rp.agent, nonce=rp.nonce)
    return {
        **{name: (rp.proof("GET", USERINFO, token, **changes),) for name, changes in changed.items()},
        **{name: (rp.sign_proof({**claims, "jti": name}, **members),) for name, members in headers.items()},
        "none": (),
        "two": (good, rp.proof("GET", USERINFO, token)),
        "no JWT": ("abc",),
        "half a JWT": (f"{head}.{body}",),
        "alg none": (f"{unsigned}.{body}.",),
        "other signature": (f"{head}.{body}.{b64url(b'x' * 64)}",),
        "signed by another key": (stranger.proof("GET", USERINFO, token),),
    }


def unusual_proofs(rp: FapiClient, token: str) -> dict[str, str]:
    """What opens a resource all the same (RFC 9449 §4.3, RFC 3986 §6.2.2)."""
    claims = rp.proof_claims("GET", USERINFO, token)
    return {
        "htu with query and fragment": rp.proof("GET", USERINFO, token, htu=f"{ISSUER}{USERINFO}?a=b#c"),
        "htu in other case": rp.proof("GET", USERINFO, token, htu=f"HTTP://LOCALHOST:8000{USERINFO}"),
        "more claims": rp.proof("GET", USERINFO, token, extra={"a": 1}),
        "more in the header": rp.sign_proof({**claims, "jti": "extra"}, extra="1"),
    }


async def test_fapi2_security_profile_final_refresh_token(rp: FapiClient, second: FapiClient, ada: User) -> None:
    """Bound to client and key, and not rotated: whoever lost the answer asks again (FAPI 2.0 §5.3.2.1)."""
    asked = {"scope": "openid offline_access", "prompt": "consent"}
    with clock.frozen() as time:
        tokens = await rp.sign_in(**asked)
        old = tokens["refresh_token"]
        renewed = await rp.check_tokens(await rp.refresh(old))
        assert claims_of(renewed["id_token"])["sub"] == ada.id
        time.advance(timedelta(seconds=30))
        again = await rp.check_tokens(await rp.refresh(old))
        await check_use(rp, again, ada.id)

        assert old == renewed["refresh_token"] == again["refresh_token"]
        check_refused(await rp.refresh(old, proof=""), {"invalid_client", "invalid_grant", "invalid_request"})

        visit = await second.go(await second.pushed(**asked))
        theirs = await second.check_tokens(await second.redeem(visit.params["code"]), nonce="nonce-1")
        assert (await rp.userinfo(theirs["access_token"])).status_code == 401
        check_refused(await rp.refresh(theirs["refresh_token"]), {"invalid_grant"})


async def test_fapi2_security_profile_final_ensure_server_handles_non_matching_intent_id(rp: FapiClient) -> None:
    """Not offered: consents that are made beforehand (`openbanking_intent_id`); the claim is ignored."""
    assert "openbanking_intent_id" not in (await rp.metadata())["claims_supported"]
    wish = {"id_token": {"openbanking_intent_id": {"value": "urn:intent:1", "essential": True}}}

    tokens = await rp.sign_in(claims=orjson.dumps(wish).decode())

    assert "openbanking_intent_id" not in claims_of(tokens["id_token"])


async def test_fapi2_security_profile_final_test_essential_acr_sca_claim(rp: FapiClient) -> None:
    """Not offered: the authentication class of Open Banking UK; who insists on it is refused (Core §5.5.1.1)."""
    sca = "urn:openbanking:psd2:sca"
    assert sca not in (await rp.metadata())["acr_values_supported"]

    visit = await rp.ask(claims=orjson.dumps({"id_token": {"acr": {"value": sca, "essential": True}}}).decode())

    assert rp.check_error(visit) in {"access_denied", "unmet_authentication_requirements"}


async def test_fapi2_security_profile_final_brazil_ensure_bad_payment_signature_fails(rp: FapiClient) -> None:
    """Not offered: consents to payments (Open Finance Brazil); there is no endpoint for them."""
    document = await rp.metadata()

    assert not [name for name in document if "consent" in name or "payment" in name]
    assert "payments" not in document["scopes_supported"]


async def test_fapi2_security_profile_final_australia_connectid_test_claims_parameter_idtoken_identity_claims(
    rp: FapiClient,
) -> None:
    """Not offered: the claim `txn` of ConnectID Australia; it is ignored."""
    assert "txn" not in (await rp.metadata())["claims_supported"]

    tokens = await rp.sign_in(claims=orjson.dumps({"id_token": {"txn": {"essential": True}}}).decode())

    assert "txn" not in claims_of(tokens["id_token"])


async def test_fapi2_security_profile_final_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(
    rp: FapiClient,
) -> None:
    """Looking at the sign-in page does not use a request up."""
    request_uri = await rp.pushed()
    query = {"client_id": rp.client.id, "request_uri": request_uri}
    looked = await rp.agent.client.get("/oauth2/authorize", params=query)
    assert looked.headers["location"].startswith("/signin?flow=")

    assert rp.check_success(await rp.go(request_uri))["code"]


async def test_fapi2_security_profile_final_par_attempt_reuse_request_uri(rp: FapiClient) -> None:
    request_uri = await rp.pushed()
    code = rp.check_success(await rp.go(request_uri))["code"]
    await rp.check_tokens(await rp.redeem(code), nonce="nonce-1")

    check_request_refused(rp, await rp.go(request_uri), BAD_REQUEST_URI)


async def test_fapi2_security_profile_final_par_attempt_to_use_expired_request_uri(rp: FapiClient) -> None:
    with clock.frozen() as time:
        answer = await rp.push()
        time.advance(timedelta(seconds=answer.json()["expires_in"] + 1))

        check_request_refused(rp, await rp.go(answer.json()["request_uri"]), BAD_REQUEST_URI)


async def test_fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_8_seconds_in_the_future_is_accepted(
    rp: FapiClient,
) -> None:
    ahead = clock.timestamp() + 8

    request_uri = check_pushed(await rp.push(assertion=rp.assertion(iat=ahead, nbf=ahead)))

    assert rp.check_success(await rp.go(request_uri))["code"]


async def test_fapi2_security_profile_final_par_ensure_jwt_client_assertions_nbf_over_60_seconds_in_the_future_fails(
    rp: FapiClient,
) -> None:
    ahead = clock.timestamp() + 65

    answer = await rp.push(assertion=rp.assertion(iat=ahead, nbf=ahead, exp=ahead + 60))

    check_refused(answer, BAD_CLIENT)


async def test_fapi2_security_profile_final_par_attempt_to_use_request_uri_for_different_client(
    rp: FapiClient, second: FapiClient
) -> None:
    visit = await second.go(await rp.pushed())

    check_request_refused(second, visit, BAD_REQUEST | BAD_REQUEST_URI)


async def test_fapi2_security_profile_final_par_authorization_request_containing_request_uri_form_param(
    rp: FapiClient,
) -> None:
    refused = await rp.refused_push(request_uri="urn:ietf:params:oauth:request_uri:made-up")

    assert refused in BAD_REQUEST | {"request_uri_not_supported"}


async def test_fapi2_security_profile_final_par_attempt_invalid_http_method(rp: FapiClient) -> None:
    answer = await rp.call("PUT", PAR, data={**rp.params(), **rp.assertion()})

    assert answer.status_code == 405


async def test_fapi2_security_profile_final_par_ensure_pkce_required(rp: FapiClient) -> None:
    assert await rp.refused_push(code_challenge=None, code_challenge_method=None) == "invalid_request"


async def test_fapi2_security_profile_final_ensure_pkce_code_verifier_required(rp: FapiClient) -> None:
    check_refused(await rp.redeem(await rp.code(), code_verifier=None), {"invalid_grant"})


async def test_fapi2_security_profile_final_incorrect_pkce_code_verifier_rejected(rp: FapiClient) -> None:
    check_refused(await rp.redeem(await rp.code(), code_verifier="x" * 43), {"invalid_grant"})


async def test_fapi2_security_profile_final_par_plain_pkce_rejected(rp: FapiClient) -> None:
    assert await rp.refused_push(code_challenge=VERIFIER, code_challenge_method="plain") == "invalid_request"
    assert await rp.refused_push(code_challenge=CHALLENGE, code_challenge_method=None) == "invalid_request"


async def test_fapi2_security_profile_final_par_without_duplicate_parameters(rp: FapiClient, ada: User) -> None:
    """Only `client_id` and `request_uri` are in the address."""
    await check_use(rp, await rp.sign_in(), ada.id)


async def check_audience(rp: FapiClient, audience: object) -> None:
    check_refused(await rp.push(assertion=rp.assertion(aud=audience)), BAD_CLIENT)


async def test_fapi2_security_profile_final_par_test_array_as_audience_fails(rp: FapiClient) -> None:
    await check_audience(rp, [ISSUER, "https://other.example"])


async def test_fapi2_security_profile_final_par_test_par_endpoint_url_as_audience_fails(rp: FapiClient) -> None:
    await check_audience(rp, f"{ISSUER}{PAR}")


async def test_fapi2_security_profile_final_par_test_token_endpoint_url_as_audience_fails(rp: FapiClient) -> None:
    await check_audience(rp, f"{ISSUER}{TOKEN}")
