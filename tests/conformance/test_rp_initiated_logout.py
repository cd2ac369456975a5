"""RP-Initiated Logout OP: 11 modules."""

from __future__ import annotations

import httpx
import orjson
import pytest

from app.kit.crypto import b64url
from app.kit.runtime import override
from app.users.types import User
from tests.conformance.browser import Agent, Visit
from tests.conformance.support import NEEDS_A_PAGE, RelyingParty, make_relying_party, read_metadata
from tests.oidc.machines import KeyPair
from tests.oidc.support import AFTER_LOGOUT, claims_of

STATE = "s%C3%A4 &=+~" * 10 + "12345678"


@pytest.fixture
async def rp(agent: Agent, ada: User) -> RelyingParty:
    return await make_relying_party(agent, post_logout_redirect_uris=(AFTER_LOGOUT,))


async def log_out(rp: RelyingParty, **params: str | None) -> Visit:
    """Sign in, then go to the end session endpoint, and confirm if asked; None leaves a parameter out."""
    tokens = await rp.sign_in()
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": AFTER_LOGOUT,
        "state": STATE,
        **params,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return await rp.agent.visit(str(httpx.URL("/oauth2/logout", params=given)))


async def assert_signed_out(rp: RelyingParty) -> None:
    assert rp.check_error(await rp.ask(prompt="none"), prompt="none") in NEEDS_A_PAGE


def assert_led_back(visit: Visit, **params: str) -> None:
    assert (visit.method, visit.address, visit.params) == ("GET", AFTER_LOGOUT, params)
    assert visit.pages == []


def assert_asked_and_kept(visit: Visit) -> None:
    """The person was asked, and was not sent to any application."""
    assert [list(page.texts).count("confirm") for page in visit.pages] == [1, 0]
    assert not visit.has_left
    assert "signed-out" in visit.last.texts


async def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(agent: Agent, keys: None) -> None:
    with override(public_url="https://id.example.com"):
        document = await read_metadata(agent)

    assert document["end_session_endpoint"] == "https://id.example.com/oauth2/logout"


async def test_oidcc_rp_initiated_logout(rp: RelyingParty) -> None:
    assert_led_back(await log_out(rp), state=STATE)

    await assert_signed_out(rp)


async def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(rp: RelyingParty) -> None:
    visit = await log_out(rp, post_logout_redirect_uri="https://app.example.com/other")

    assert_asked_and_kept(visit)


async def test_oidcc_rp_initiated_logout_modified_id_token_hint(rp: RelyingParty) -> None:
    """The suite takes the signature away and says `alg: none`."""
    tokens = await rp.sign_in()
    unsigned = f"{b64url(orjson.dumps({'alg': 'none'}))}.{tokens['id_token'].split('.')[1]}."

    visit = await log_out(rp, id_token_hint=unsigned)

    assert_asked_and_kept(visit)


async def test_oidcc_rp_initiated_logout_no_id_token_hint(rp: RelyingParty) -> None:
    assert_asked_and_kept(await log_out(rp, id_token_hint=None))


async def test_oidcc_rp_initiated_logout_no_params(rp: RelyingParty) -> None:
    """The person confirms, and is signed out."""
    visit = await log_out(rp, id_token_hint=None, post_logout_redirect_uri=None, state=None)

    assert_asked_and_kept(visit)
    await assert_signed_out(rp)


async def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(rp: RelyingParty) -> None:
    visit = await log_out(rp, post_logout_redirect_uri=None)

    assert not visit.has_left
    assert "signed-out" in visit.last.texts
    await assert_signed_out(rp)


async def test_oidcc_rp_initiated_logout_no_state(rp: RelyingParty) -> None:
    assert_led_back(await log_out(rp, state=None))

    await assert_signed_out(rp)


async def test_oidcc_rp_initiated_logout_only_state(rp: RelyingParty) -> None:
    visit = await log_out(rp, id_token_hint=None, post_logout_redirect_uri=None)

    assert_asked_and_kept(visit)
    await assert_signed_out(rp)


async def test_oidcc_rp_initiated_logout_query_added_to_post_logout_redirect_uri(rp: RelyingParty) -> None:
    assert_asked_and_kept(await log_out(rp, post_logout_redirect_uri=f"{AFTER_LOGOUT}?foo=bar"))


async def test_oidcc_rp_initiated_logout_bad_id_token_hint(rp: RelyingParty) -> None:
    """The suite signs a token of its own, with the right claims."""
    claims = claims_of((await rp.sign_in())["id_token"])

    visit = await log_out(rp, id_token_hint=KeyPair("RS256").sign(claims))

    assert_asked_and_kept(visit)
