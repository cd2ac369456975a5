"""Authlib's client (PyPI) signs a person in, verifies, refreshes, and revokes."""

from __future__ import annotations

import json
import warnings
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from authlib.common.security import generate_token
    from authlib.integrations.httpx_client import OAuth2Client, OAuthError

CALLBACK = "http://localhost:3997/cb"


def test_code_flow_refresh_and_revocation(server: ServerProcess) -> None:
    made = json.loads(
        server.run("clients", "create", "Authlib app", "--redirect-uri", CALLBACK, "--first-party", "--json")
    )
    metadata = httpx.get(f"{server.url}/.well-known/openid-configuration").json()
    verifier, nonce = generate_token(48), generate_token(20)
    with OAuth2Client(
        made["id"],
        made["clientSecret"],
        scope="openid profile email offline_access",
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint=metadata["token_endpoint"],
    ) as client:
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        browser = FormBrowser(server.url).open(url).sign_in("katherine", DEMO_PASSWORD)
        assert browser.left_for is not None
        assert parse_qs(urlsplit(browser.left_for).query)["state"] == [state]
        token = client.fetch_token(authorization_response=browser.left_for, code_verifier=verifier)

        keys = KeySet.import_key_set(httpx.get(metadata["jwks_uri"]).json())
        claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
        assert claims["nonce"] == nonce
        assert claims["aud"] == made["id"]
        assert client.get(metadata["userinfo_endpoint"]).json()["sub"] == claims["sub"]

        refreshed = client.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"])
        assert refreshed["refresh_token"] != token["refresh_token"]
        assert client.revoke_token(metadata["revocation_endpoint"], token=refreshed["refresh_token"]).status_code == 200
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token(metadata["token_endpoint"], refresh_token=refreshed["refresh_token"])
