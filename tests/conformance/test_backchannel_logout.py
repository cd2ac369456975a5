"""Back-Channel Logout OP: 2 modules."""

from __future__ import annotations

import httpx

from app.jobs.service import run_pending
from app.kit.runtime import override
from app.users.types import User
from tests.conformance.browser import Agent
from tests.conformance.support import NEEDS_A_PAGE, make_relying_party, read_metadata
from tests.oidc.receiver import EVENT, Receiver
from tests.oidc.support import AFTER_LOGOUT, claims_of, header_of
from tests.support import ISSUER


async def test_oidcc_backchannel_logout_discovery_endpoint_verification(agent: Agent, keys: None) -> None:
    document = await read_metadata(agent)

    assert document["backchannel_logout_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
    assert document["end_session_endpoint"] == f"{ISSUER}/oauth2/logout"


async def test_oidcc_backchannel_rp_initiated_logout(agent: Agent, ada: User) -> None:
    """Signing out sends the application a logout token, and the browser back to it."""
    async with Receiver().serving() as receiver:
        with override(outbound_allow=(receiver.target,)):
            rp = await make_relying_party(
                agent,
                post_logout_redirect_uris=(AFTER_LOGOUT,),
                backchannel_logout_uri=receiver.uri,
                backchannel_logout_session_required=True,
            )
            hint = (await rp.sign_in())["id_token"]
            params = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT, "state": "s" * 128}

            visit = await agent.visit(str(httpx.URL("/oauth2/logout", params=params)))
            await run_pending()

    assert (visit.address, visit.params) == (AFTER_LOGOUT, {"state": "s" * 128})
    [claims] = receiver.read((await rp.call("GET", "/oauth2/jwks")).json())
    signed_in = claims_of(hint)
    assert header_of(receiver.tokens[0])["alg"] == header_of(hint)["alg"]
    assert {name: claims[name] for name in ("iss", "aud", "sub", "sid")} == {
        name: signed_in[name] for name in ("iss", "aud", "sub", "sid")
    }
    assert claims["events"] == {EVENT: {}}
    assert {"iat", "jti", "exp"} < set(claims)
    assert "nonce" not in claims
    assert rp.check_error(await rp.ask(prompt="none")) in NEEDS_A_PAGE
