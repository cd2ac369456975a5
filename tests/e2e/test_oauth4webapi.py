"""oauth4webapi (npm) checks every answer by the letter of the standards."""

from __future__ import annotations

import pytest

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.clients import make_client
from tests.e2e.forms import FormBrowser
from tests.e2e.processes import Flow
from tests.e2e.server import ServerProcess

CALLBACK = "http://localhost:3995/cb"
SCOPE = "openid profile email offline_access"


@pytest.mark.parametrize("kind", ["WEB", "SPA"])
def test_sign_in_refresh_userinfo_introspection_and_revocation(server: ServerProcess, kind: str) -> None:
    client_id, secret = make_client(server, kind, redirectUris=[CALLBACK], isFirstParty=True)
    with Flow("oauth4webapi.mjs", server.url, client_id, secret, CALLBACK, SCOPE) as party:
        browser = FormBrowser(server.url).open(party.read()["authorize"]).sign_in("ada", DEMO_PASSWORD)
        assert browser.left_for is not None
        result = party.ask(browser.left_for)

    claims = result["claims"]
    assert claims["aud"] == client_id
    assert result["userinfo"]["email"] == "ada@example.com"
    assert result["access"]["sub"] == result["userinfo"]["sub"] == claims["sub"]
    assert result["access"]["client_id"] == client_id
    assert result["rotated"] is True
    assert result["refused"] == "invalid_grant"
    if kind == "WEB":
        assert (result["live"]["active"], result["live"]["client_id"]) == (True, client_id)
        assert result["dead"] == {"active": False}
