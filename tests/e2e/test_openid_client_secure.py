"""openid-client (npm) with what high security asks for: pushed and signed requests, a key instead of a secret, DPoP."""

from __future__ import annotations

import json

import pytest
from joserfc.jwk import ECKey

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.clients import make_client
from tests.e2e.forms import FormBrowser
from tests.e2e.processes import Flow
from tests.e2e.server import ServerProcess

CALLBACK = "http://localhost:3993/cb"
SCOPE = "openid email offline_access"


@pytest.mark.parametrize("mode", ["pushed", "signed", "both"])
def test_pushed_and_signed_requests_and_bound_tokens(server: ServerProcess, mode: str) -> None:
    key = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
    client_id, secret = make_client(
        server,
        "WEB",
        name="Bank",
        redirectUris=[CALLBACK],
        tokenEndpointAuthMethod="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
        dpopBoundAccessTokens=True,
        requirePushedAuthorizationRequests=mode != "signed",
        requireSignedRequestObject=mode != "pushed",
    )
    private = json.dumps(key.as_dict(private=True))
    with Flow("openid_client_secure.mjs", server.url, client_id, private, CALLBACK, SCOPE, mode) as party:
        browser = FormBrowser(server.url).open(party.read()["authorize"]).sign_in("ada", DEMO_PASSWORD)
        assert "Bank" in browser.text
        browser.submit("allow")
        assert browser.left_for is not None
        result = party.ask(browser.left_for)

    assert secret == ""
    assert result["tokenType"].lower() == "dpop"
    assert result["userinfo"]["email"] == "ada@example.com"
    assert result["userinfo"]["sub"] == result["sub"]
    assert result["asBearer"] == 401
    assert result["seen"]["active"] is True
    assert result["seen"]["cnf"] == {"jkt": result["thumbprint"]}
    assert result["after"] == {"active": False}
