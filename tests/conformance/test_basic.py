"""Basic OP and Form Post: the 38 modules of the plan, once with the answer in the query and once as a form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.crypto import b64url
from app.users.types import User
from tests.conformance.browser import Agent
from tests.conformance.publishing import Publisher
from tests.conformance.support import NEEDS_A_PAGE, RelyingParty, make_relying_party
from tests.oidc.support import CHALLENGE, VERIFIER, claims_of, header_of
from tests.support import commit


@pytest.fixture(params=[None, "form_post"], ids=["basic", "form_post"])
async def rp(request: pytest.FixtureRequest, agent: Agent, ada: User) -> RelyingParty:
    return await make_relying_party(agent, response_mode=request.param)


async def claims_with(rp: RelyingParty, **request: str | None) -> dict[str, Any]:
    """What userinfo says after a sign-in, of the same person as the ID token."""
    tokens = await rp.sign_in(**request)
    answer = await rp.userinfo(tokens["access_token"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    said: dict[str, Any] = answer.json()
    assert said["sub"] == claims_of(tokens["id_token"])["sub"]
    return said


async def auth_time_of(rp: RelyingParty, **request: str | None) -> int:
    return int(claims_of((await rp.sign_in(**request))["id_token"])["auth_time"])


async def test_oidcc_server(rp: RelyingParty, ada: User) -> None:
    tokens = await rp.sign_in()

    assert claims_of(tokens["id_token"])["sub"] == ada.id
    assert (await rp.userinfo(tokens["access_token"])).json()["sub"] == ada.id


async def test_oidcc_response_type_missing(rp: RelyingParty) -> None:
    visit = await rp.ask(response_type=None)

    assert rp.check_error(visit) == "invalid_request"


async def test_oidcc_idtoken_signature(rp: RelyingParty) -> None:
    """Signed with RS256 under a key of the JWKS, which the header names."""
    tokens = await rp.sign_in()

    header = header_of(tokens["id_token"])
    published = (await rp.call("GET", "/oauth2/jwks")).json()["keys"]
    assert header["alg"] == "RS256"
    assert [key["alg"] for key in published if key["kid"] == header["kid"]] == ["RS256"]


async def test_oidcc_idtoken_unsigned(rp: RelyingParty) -> None:
    """Not offered: ID tokens without a signature."""
    assert "none" not in (await rp.metadata())["id_token_signing_alg_values_supported"]


async def test_oidcc_userinfo_get(rp: RelyingParty, ada: User) -> None:
    assert (await claims_with(rp))["email"] == ada.email


async def test_oidcc_userinfo_post_header(rp: RelyingParty, ada: User) -> None:
    token = (await rp.sign_in())["access_token"]

    answer = await rp.call("POST", "/oauth2/userinfo", headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["sub"]) == (200, ada.id)


async def test_oidcc_userinfo_post_body(rp: RelyingParty, ada: User) -> None:
    token = (await rp.sign_in())["access_token"]

    answer = await rp.call("POST", "/oauth2/userinfo", data={"access_token": token})

    assert (answer.status_code, answer.json()["sub"]) == (200, ada.id)


async def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(rp: RelyingParty) -> None:
    tokens = await rp.sign_in(nonce=None)

    assert "nonce" not in claims_of(tokens["id_token"])


async def test_oidcc_scope_profile(rp: RelyingParty, ada: User) -> None:
    assert await claims_with(rp, scope="openid profile") == {"sub": ada.id, **profile_of(ada)}


async def test_oidcc_scope_email(rp: RelyingParty, ada: User) -> None:
    assert await claims_with(rp, scope="openid email") == {
        "sub": ada.id,
        "email": "ada@example.com",
        "email_verified": True,
    }


async def test_oidcc_scope_address(rp: RelyingParty, ada: User) -> None:
    """Not offered: accounts have no postal address; the scope is ignored, not refused."""
    assert "address" not in (await rp.metadata())["scopes_supported"]
    assert await claims_with(rp, scope="openid address") == {"sub": ada.id}


async def test_oidcc_scope_phone(rp: RelyingParty, ada: User) -> None:
    """Not offered: accounts have no telephone number; the scope is ignored, not refused."""
    assert "phone" not in (await rp.metadata())["scopes_supported"]
    assert await claims_with(rp, scope="openid phone") == {"sub": ada.id}


async def test_oidcc_scope_all(rp: RelyingParty, ada: User) -> None:
    said = await claims_with(rp, scope="openid profile email address phone")

    assert said == {"sub": ada.id, "email": "ada@example.com", "email_verified": True, **profile_of(ada)}


async def test_oidcc_ensure_other_scope_order_succeeds(rp: RelyingParty, ada: User) -> None:
    assert (await claims_with(rp, scope="email openid"))["email"] == ada.email


async def test_oidcc_display_page(rp: RelyingParty) -> None:
    await rp.sign_in(display="page")


async def test_oidcc_display_popup(rp: RelyingParty) -> None:
    await rp.sign_in(display="popup")


async def test_oidcc_prompt_login(rp: RelyingParty) -> None:
    """The second time the person signs in again, and `auth_time` is a later one."""
    with clock.frozen() as time:
        first = await auth_time_of(rp)
        time.advance(timedelta(seconds=2))

        again = await rp.ask(prompt="login")

        assert again.has_signed_in
        tokens = await rp.check_tokens(await rp.redeem(rp.check_success(again)["code"]), nonce="nonce-1")
    assert claims_of(tokens["id_token"])["auth_time"] == first + 2


async def test_oidcc_prompt_none_not_logged_in(rp: RelyingParty) -> None:
    visit = await rp.ask(prompt="none")

    assert rp.check_error(visit) in NEEDS_A_PAGE


async def test_oidcc_prompt_none_logged_in(rp: RelyingParty) -> None:
    first = claims_of((await rp.sign_in())["id_token"])

    second = claims_of((await rp.sign_in(prompt="none"))["id_token"])

    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


async def test_oidcc_max_age_1(rp: RelyingParty) -> None:
    with clock.frozen() as time:
        first = await auth_time_of(rp)
        time.advance(timedelta(seconds=3))

        visit = await rp.ask(max_age="1")

        assert visit.has_signed_in
        tokens = await rp.check_tokens(await rp.redeem(rp.check_success(visit)["code"]), nonce="nonce-1")
    assert claims_of(tokens["id_token"])["auth_time"] == first + 3


async def test_oidcc_max_age_10000(rp: RelyingParty) -> None:
    """Who signed in lately is not asked again; `auth_time` stays."""
    with clock.frozen() as time:
        first = await auth_time_of(rp)
        time.advance(timedelta(seconds=3))

        visit = await rp.ask(max_age="10000")

        assert not visit.has_signed_in
        tokens = await rp.check_tokens(await rp.redeem(rp.check_success(visit)["code"]), nonce="nonce-1")
    assert claims_of(tokens["id_token"])["auth_time"] == first


async def test_oidcc_ensure_request_with_unknown_parameter_succeeds(rp: RelyingParty) -> None:
    await rp.sign_in(extra="foobar")


async def test_oidcc_id_token_hint(rp: RelyingParty) -> None:
    first = await rp.sign_in()

    second = await rp.sign_in(prompt="none", id_token_hint=first["id_token"])

    assert claims_of(second["id_token"])["sub"] == claims_of(first["id_token"])["sub"]


async def test_oidcc_login_hint(rp: RelyingParty) -> None:
    visit = await rp.ask(login_hint="ada@example.com")

    assert visit.pages[0].forms["signin-form"].fields["identifier"] == "ada@example.com"
    assert rp.check_success(visit)["code"]


async def test_oidcc_ui_locales(rp: RelyingParty) -> None:
    visit = await rp.ask(ui_locales="se de")

    assert visit.pages[0].response.headers["content-language"] == "de"
    assert rp.check_success(visit)["code"]


async def test_oidcc_claims_locales(rp: RelyingParty) -> None:
    await rp.sign_in(claims_locales="se")


async def test_oidcc_ensure_request_with_acr_values_succeeds(rp: RelyingParty) -> None:
    """Classes that we do not know are wishes; one that is offered is met."""
    assert "acr" in claims_of((await rp.sign_in(acr_values="1 2"))["id_token"])
    assert claims_of((await rp.sign_in(acr_values="pwd"))["id_token"])["acr"] == "pwd"


async def test_oidcc_codereuse(rp: RelyingParty) -> None:
    code = rp.check_success(await rp.ask())["code"]
    await rp.check_tokens(await rp.redeem(code), nonce="nonce-1")

    again = await rp.redeem(code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_oidcc_codereuse_30seconds(rp: RelyingParty) -> None:
    """Also half a minute later; and what the code gave is revoked (RFC 6749 §4.1.2)."""
    with clock.frozen() as time:
        code = rp.check_success(await rp.ask())["code"]
        tokens = await rp.check_tokens(await rp.redeem(code), nonce="nonce-1")
        time.advance(timedelta(seconds=30))

        again = await rp.redeem(code)

        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
        assert (await rp.userinfo(tokens["access_token"])).status_code == 401


async def test_oidcc_ensure_registered_redirect_uri(rp: RelyingParty) -> None:
    visit = await rp.ask(redirect_uri="https://app.example.com/callback/unregistered")

    assert not visit.has_left
    assert visit.last.status == 400
    assert "not registered" in visit.last.texts["error"]


async def test_oidcc_ensure_post_request_succeeds(rp: RelyingParty) -> None:
    answer = await rp.agent.client.post("/oauth2/authorize", data=rp.params())

    code = rp.check_success(await rp.agent.walk(answer))["code"]

    await rp.check_tokens(await rp.redeem(code), nonce="nonce-1")


async def test_oidcc_server_client_secret_post(agent: Agent, rp: RelyingParty) -> None:
    poster = await make_relying_party(
        agent, response_mode=rp.response_mode, token_endpoint_auth_method="client_secret_post"
    )
    code = poster.check_success(await poster.ask())["code"]
    proof = {"client_id": poster.client.id, "client_secret": poster.secret}

    answer = await poster.post(
        "/oauth2/token",
        {"grant_type": "authorization_code", "code": code, "redirect_uri": poster.params()["redirect_uri"], **proof},
        headers={},
    )

    await poster.check_tokens(answer, nonce="nonce-1")


async def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    rp: RelyingParty, publisher: Publisher
) -> None:
    """Fetched from where it is registered; what is in it counts."""
    uri = f"{publisher.base}/request.jwt#{b64url(b'something else')}"
    await commit(update_client(SYSTEM, rp.client.id, ClientChanges(request_uris=(uri,))))
    publisher.publish_request("/request.jwt", unsigned(rp.params(state="inside", nonce="inside")))

    visit = await rp.ask(request_uri=uri, state=None)

    assert visit.params["state"] == "inside"
    await rp.check_tokens(await rp.redeem(visit.params["code"]), nonce="inside")


async def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(rp: RelyingParty) -> None:
    """Rejected as unsupported: this client did not register for requests by value without a signature."""
    assert "none" in (await rp.metadata())["request_object_signing_alg_values_supported"]

    visit = await rp.ask(request=unsigned(rp.params(state="inside", nonce="inside")))

    assert rp.check_error(visit) == "request_not_supported"


async def test_oidcc_claims_essential(rp: RelyingParty, ada: User) -> None:
    wish = orjson.dumps({"userinfo": {"name": {"essential": True}}}).decode()

    assert await claims_with(rp, scope="openid", claims=wish) == {"sub": ada.id, "name": "Ada Lovelace"}


async def test_oidcc_ensure_request_object_with_redirect_uri(rp: RelyingParty) -> None:
    """Without a signature it counts only for who registered that; the address beside it is refused on a page."""
    inside = rp.params()

    visit = await rp.ask(request=unsigned(inside), redirect_uri="https://other.example/callback")

    assert not visit.has_left
    assert visit.last.status == 400


async def test_oidcc_refresh_token(agent: Agent, rp: RelyingParty) -> None:
    """Rotated tokens keep the subject; another client cannot use one."""
    other = await make_relying_party(agent)
    tokens = await rp.sign_in(scope="openid offline_access", prompt="consent")
    first = claims_of(tokens["id_token"])

    stolen = await other.refresh(tokens["refresh_token"])
    renewed = await rp.check_tokens(await rp.refresh(tokens["refresh_token"]))

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    second = claims_of(renewed["id_token"])
    for name in ("iss", "sub", "aud", "auth_time"):
        assert second[name] == first[name]
    assert renewed["access_token"] != tokens["access_token"]
    assert tokens["refresh_token"].isprintable()
    assert (await rp.userinfo(renewed["access_token"])).status_code == 200


async def test_oidcc_ensure_request_with_valid_pkce_succeeds(rp: RelyingParty) -> None:
    visit = await rp.ask(code_challenge=CHALLENGE, code_challenge_method="S256")
    code = rp.check_success(visit)["code"]

    assert (await rp.redeem(code)).json()["error"] == "invalid_grant"
    await rp.check_tokens(await rp.redeem(code, code_verifier=VERIFIER), nonce="nonce-1")


def profile_of(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "preferred_username": user.username,
        "picture": user.picture,
        "locale": user.locale,
        "zoneinfo": user.zoneinfo,
        "updated_at": int(user.updated_at.timestamp()),
    }


def unsigned(params: dict[str, str]) -> str:
    """A request object without a signature (`alg: none`)."""
    return f"{b64url(orjson.dumps({'alg': 'none'}))}.{b64url(orjson.dumps(params))}."
