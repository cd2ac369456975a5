"""Dynamic OP: 23 modules, each with a client that registered itself."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest

from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.crypto import b64url, new_token
from app.kit.runtime import override
from app.signing.service import rotate_keys
from app.users.types import User
from tests.conformance.browser import Agent, Visit
from tests.conformance.dynamic import DynamicClient, call_register, register, suite_key
from tests.conformance.publishing import Publisher
from tests.conformance.support import METADATA, read_jwt
from tests.conformance.test_basic import unsigned
from tests.conformance.test_config import PUBLIC, check_endpoints, check_keys, check_metadata
from tests.oidc.machines import KeyPair
from tests.oidc.support import CALLBACK, claims_of, header_of
from tests.support import ISSUER, commit

pytestmark = pytest.mark.usefixtures("ada")
WITH_QUERY = f"{CALLBACK}?foo=bar"


def check_page(visit: Visit) -> None:
    """A page says what is wrong; no application is called."""
    assert not visit.has_left
    assert visit.last.status == 400
    assert visit.last.texts["error"]


async def first_page(rp: DynamicClient) -> Visit:
    """The sign-in page that a request leads to, before anybody signs in."""
    visit = Visit()
    answer = await rp.agent.client.get("/oauth2/authorize", params=rp.params())
    visit.pages.append(await rp.agent.get(answer.headers["location"]))
    assert "signin-form" in visit.last.forms
    return visit


async def test_oidcc_idtoken_rs256(agent: Agent) -> None:
    rp = await register(agent, id_token_signed_response_alg="RS256")

    assert header_of((await rp.sign_in())["id_token"])["alg"] == "RS256"


async def test_oidcc_idtoken_unsigned(agent: Agent) -> None:
    """Not offered: ID tokens without a signature; who registers for them is refused."""
    refused = await call_register(agent, id_token_signed_response_alg="none")

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")


async def test_oidcc_userinfo_rs256(agent: Agent, ada: User) -> None:
    rp = await register(agent, userinfo_signed_response_alg="RS256")
    assert "RS256" in (await rp.metadata())["userinfo_signing_alg_values_supported"]

    answer = await rp.userinfo((await rp.sign_in())["access_token"])

    assert answer.headers["content-type"] == "application/jwt"
    header, claims = await read_jwt(agent, answer.text)
    assert header["alg"] == "RS256"
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, rp.client.id, ada.id)
    assert "nonce" not in claims


async def test_oidcc_ensure_redirect_uri_in_authorization_request(agent: Agent) -> None:
    rp = await register(agent)

    check_page(await rp.ask(redirect_uri=None))


async def test_oidcc_redirect_uri_query_OK(agent: Agent) -> None:
    rp = await register(agent, redirect_uris=[WITH_QUERY])

    visit = await rp.ask(redirect_uri=WITH_QUERY)

    assert visit.address == CALLBACK
    assert set(visit.params) == {"foo", "code", "state", "iss"}
    assert visit.params["foo"] == "bar"
    await rp.check_tokens(await rp.redeem(visit.params["code"], redirect_uri=WITH_QUERY), nonce="nonce-1")


async def test_oidcc_redirect_uri_query_mismatch(agent: Agent) -> None:
    rp = await register(agent, redirect_uris=[WITH_QUERY])

    check_page(await rp.ask(redirect_uri=f"{CALLBACK}?bar=foo"))


async def test_oidcc_redirect_uri_query_added(agent: Agent) -> None:
    rp = await register(agent)

    check_page(await rp.ask(redirect_uri=WITH_QUERY))


async def test_oidcc_redirect_uri_regfrag(agent: Agent) -> None:
    refused = await call_register(agent, redirect_uris=[f"{CALLBACK}#foobar"])

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_redirect_uri")


async def test_oidcc_discovery_endpoint_verification(agent: Agent) -> None:
    """As in Config OP, with an endpoint to register at."""
    with override(public_url=PUBLIC):
        document = (await agent.client.get(METADATA)).json()

    check_metadata(document)
    check_endpoints(document)
    await check_keys(agent)
    assert document["registration_endpoint"] == f"{PUBLIC}/oauth2/register"
    assert "refresh_token" in document["grant_types_supported"]


async def test_oidcc_server(agent: Agent, ada: User) -> None:
    """The client registers, signs somebody in, and takes itself off again (RFC 7592)."""
    rp = await register(agent)
    tokens = await rp.sign_in()
    assert (await rp.userinfo(tokens["access_token"])).json()["sub"] == ada.id
    place = rp.registered["registration_client_uri"].removeprefix(ISSUER)
    bearer = {"authorization": f"Bearer {rp.registered['registration_access_token']}"}

    removed = await rp.call("DELETE", place, headers=bearer)

    assert removed.status_code == 204
    assert (await rp.call("GET", place, headers=bearer)).status_code == 401


async def test_oidcc_registration_logo_uri(agent: Agent) -> None:
    rp = await register(agent, logo_uri="https://app.example.com/logo.png")

    visit = await first_page(rp)

    assert 'id="logo" src="https://app.example.com/logo.png"' in visit.last.html
    assert "img-src 'self' data: https:;" in visit.last.response.headers["content-security-policy"]


async def test_oidcc_registration_policy_uri(agent: Agent) -> None:
    rp = await register(agent, policy_uri="https://app.example.com/policy")

    assert (await first_page(rp)).last.links["policy"] == "https://app.example.com/policy"


async def test_oidcc_registration_tos_uri(agent: Agent) -> None:
    rp = await register(agent, tos_uri="https://app.example.com/tos")

    assert (await first_page(rp)).last.links["terms"] == "https://app.example.com/tos"


async def test_oidcc_registration_jwks_uri(agent: Agent, publisher: Publisher) -> None:
    publisher.publish("/jwks", {"keys": [suite_key().jwk]})

    rp = await register(agent, jwks_uri=f"{publisher.base}/jwks")

    await rp.sign_in()
    assert publisher.asked == ["/jwks"]


async def test_oidcc_registration_sector_uri(agent: Agent, publisher: Publisher, ada: User) -> None:
    """The sector's document names the redirect URI: the client gets subjects of its own."""
    publisher.publish("/redirect_uris.json", [CALLBACK])

    rp = await register(agent, subject_type="pairwise", sector_identifier_uri=f"{publisher.base}/redirect_uris.json")

    assert "pairwise" in (await rp.metadata())["subject_types_supported"]
    tokens = await rp.sign_in()
    subject = claims_of(tokens["id_token"])["sub"]
    assert subject != ada.id
    assert (await rp.userinfo(tokens["access_token"])).json()["sub"] == subject


async def test_oidcc_registration_sector_bad(agent: Agent, publisher: Publisher) -> None:
    publisher.publish("/redirect_uris.json", ["https://app.example.com/other"])

    refused = await call_register(
        agent,
        subject_type="pairwise",
        sector_identifier_uri=f"{publisher.base}/redirect_uris.json",
    )

    assert refused.headers["content-type"] == "application/json"
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")


async def test_oidcc_server_rotate_keys(agent: Agent) -> None:
    before = {key["kid"] for key in (await agent.client.get("/oauth2/jwks")).json()["keys"]}

    await commit(rotate_keys(SYSTEM, "RS256"))

    await check_keys(agent)
    keys = (await agent.client.get("/oauth2/jwks")).json()["keys"]
    assert before < {key["kid"] for key in keys}
    assert [key["alg"] for key in keys if key["kid"] not in before] == ["RS256"]


async def test_oidcc_refresh_token_rp_key_rotation(agent: Agent, publisher: Publisher) -> None:
    """The client publishes a new key, and proves itself by it a minute later."""
    old, new = suite_key(), KeyPair("RS256", kid="new")
    publisher.publish("/jwks", {"keys": [old.jwk]})
    grants = ["authorization_code", "refresh_token"]
    rp = await register(agent, jwks_uri=f"{publisher.base}/jwks", grant_types=grants)
    with clock.frozen() as time:
        tokens = await rp.sign_in(scope="openid offline_access", prompt="consent")
        publisher.publish("/jwks", {"keys": [new.jwk]})
        time.advance(timedelta(seconds=60))
        rp.key = new

        renewed = await rp.check_tokens(await rp.refresh(tokens["refresh_token"]))

        assert (await rp.userinfo(renewed["access_token"])).status_code == 200


async def register_request_uri(agent: Agent, publisher: Publisher, **metadata: Any) -> tuple[DynamicClient, str, str]:
    """A client with one address for requests, that address, and the path of it.

    The suite names the hash of something else in the fragment: it does not know yet what it will publish.
    """
    path = f"/requesturi/{new_token('suite')}"
    uri = f"{publisher.base}{path}#{b64url(sha256(path.encode()).digest())}"
    rp = await register(agent, request_uris=[uri], **metadata)
    assert rp.registered["request_uris"] == [uri]
    assert (await rp.metadata())["request_uri_parameter_supported"] is True
    return rp, uri, path


async def ask_by_reference(rp: DynamicClient, uri: str) -> Visit:
    """Send the browser there with what OAuth wants beside the object, and no state."""
    beside = {name: rp.params()[name] for name in ("client_id", "redirect_uri", "response_type", "scope")}
    return await rp.agent.visit(str(httpx.URL("/oauth2/authorize", params={**beside, "request_uri": uri})))


async def test_oidcc_request_uri_unsigned(agent: Agent, publisher: Publisher) -> None:
    """The object has no signature, and holds the parameters and nothing else; no algorithm was registered for it."""
    rp, uri, path = await register_request_uri(agent, publisher)
    assert "none" in (await rp.metadata())["request_object_signing_alg_values_supported"]
    publisher.publish_request(path, unsigned(rp.params()))

    visit = await ask_by_reference(rp, uri)

    await rp.check_tokens(await rp.redeem(rp.check_success(visit)["code"]), nonce="nonce-1")
    assert publisher.asked == [path]


async def test_oidcc_request_uri_signed_rs256(agent: Agent, publisher: Publisher) -> None:
    """Signed by the key in `jwks`, with `iss` and `aud`, but no moments and no type of its own."""
    rp, uri, path = await register_request_uri(agent, publisher, request_object_signing_alg="RS256")
    assert "RS256" in (await rp.metadata())["request_object_signing_alg_values_supported"]
    publisher.publish_request(path, rp.sign({**rp.params(), "iss": rp.client.id, "aud": ISSUER}))

    visit = await ask_by_reference(rp, uri)

    await rp.check_tokens(await rp.redeem(rp.check_success(visit)["code"]), nonce="nonce-1")
    assert publisher.asked == [path]


async def test_oidcc_ensure_request_object_with_redirect_uri(agent: Agent) -> None:
    """Without a signature it counts only for who registered that; the address beside it is refused on a page."""
    rp = await register(agent)

    visit = await rp.ask(request=unsigned(rp.params()), redirect_uri="https://other.example/callback")

    check_page(visit)


async def test_oidcc_refresh_token(agent: Agent) -> None:
    """A refresh token keeps its subject, and is of use to nobody else."""
    grants = ["authorization_code", "refresh_token"]
    rp, other = await register(agent, grant_types=grants), await register(agent, grant_types=grants)
    tokens = await rp.sign_in(scope="openid offline_access", prompt="consent")

    stolen = await other.refresh(tokens["refresh_token"])
    renewed = await rp.check_tokens(await rp.refresh(tokens["refresh_token"]))

    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert claims_of(renewed["id_token"])["sub"] == claims_of(tokens["id_token"])["sub"]


async def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(agent: Agent) -> None:
    rp = await register(agent)
    code = rp.check_success(await rp.ask())["code"]

    answer = await rp.redeem(code, **rp.assertion(aud=ISSUER))

    await rp.check_tokens(answer, nonce="nonce-1")
