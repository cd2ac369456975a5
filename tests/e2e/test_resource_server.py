"""jose (npm) in a resource server: access tokens are verified with the published keys and nothing else."""

from __future__ import annotations

import httpx

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.clients import make_client
from tests.e2e.flow import REDIRECT_URI, Authorization, redeem
from tests.e2e.forms import FormBrowser
from tests.e2e.processes import Flow
from tests.e2e.server import ServerProcess


def test_only_access_tokens_of_ours_open_the_door(server: ServerProcess) -> None:
    client_id, _ = make_client(server, "NATIVE", redirectUris=[REDIRECT_URI], isFirstParty=True)
    flow = Authorization(server.url, client_id)
    browser = FormBrowser(server.url).open(flow.url).sign_in("alan@example.com", DEMO_PASSWORD)
    tokens = redeem(flow, flow.code_from(browser.left_for)).json()
    access = tokens["access_token"]
    head, body, signature = access.split(".")

    with Flow("resource_server.mjs", server.url, server.url) as door:
        url = f"http://127.0.0.1:{door.read()['port']}/"
        seen = httpx.get(url, headers={"authorization": f"Bearer {access}"})
        refused = {
            name: httpx.get(url, headers={"authorization": f"Bearer {token}"}).text
            for name, token in {
                "an ID token": tokens["id_token"],
                "changed claims": f"{head}.{body[:-4]}AAAA.{signature}",
                "no signature": f"{head}.{body}.",
            }.items()
        }

    assert seen.status_code == 200, seen.text
    assert seen.json()["protectedHeader"]["typ"] == "at+jwt"
    assert seen.json()["payload"]["client_id"] == client_id
    assert refused["an ID token"] == "ERR_JWT_CLAIM_VALIDATION_FAILED"
    assert refused["changed claims"] in {"ERR_JWS_SIGNATURE_VERIFICATION_FAILED", "ERR_JWT_INVALID"}
    assert refused["no signature"] == "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"
