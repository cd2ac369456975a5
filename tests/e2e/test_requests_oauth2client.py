"""requests-oauth2client (PyPI): a machine, an exchange of tokens, a web application and a device."""

from __future__ import annotations

from typing import Any

import pytest
from jwskate import Jwk
from requests_oauth2client import (
    BaseClientAuthenticationMethod,
    BearerToken,
    ClientSecretBasic,
    DPoPToken,
    InvalidGrant,
    OAuth2Client,
    PrivateKeyJwt,
    PublicApp,
    UnauthorizedClient,
)

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.clients import make_client
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

CALLBACK = "http://localhost:3994/cb"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"


def connect(server: ServerProcess, proof: BaseClientAuthenticationMethod, **options: Any) -> OAuth2Client:
    """The client as discovery describes it; `testing` only lets it call http on this machine."""
    endpoint = f"{server.url}/oauth2/device_authorization"
    return OAuth2Client.from_discovery_endpoint(
        issuer=server.url, auth=proof, testing=True, device_authorization_endpoint=endpoint, **options
    )


def test_a_machine_with_a_secret(server: ServerProcess) -> None:
    client = connect(server, ClientSecretBasic(*make_client(server, "MACHINE", scopes=["read", "write"])))

    token = client.client_credentials(scope="read")

    assert isinstance(token, BearerToken)
    assert (token.scope, token.expires_in) == ("read", 900)
    assert client.introspect_token(token)["active"] is True
    assert client.revoke_access_token(token) is True
    assert client.introspect_token(token) == {"active": False}


@pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA"])
def test_a_machine_proves_itself_by_a_key_and_trades_its_token(server: ServerProcess, alg: str) -> None:
    key = Jwk.generate(alg=alg).with_kid_thumbprint()
    client_id, _ = make_client(
        server,
        "MACHINE",
        scopes=["read", "write"],
        grantTypes=["client_credentials", EXCHANGE],
        tokenEndpointAuthMethod="private_key_jwt",
        jwks={"keys": [key.public_jwk().to_dict()]},
    )
    client = connect(server, PrivateKeyJwt(client_id, private_jwk=key))

    own = client.client_credentials(scope="read write")
    traded = client.token_exchange(subject_token=own, subject_token_type=ACCESS_TOKEN, scope="read")

    assert client.introspect_token(traded)["scope"] == "read"
    with pytest.raises(UnauthorizedClient):
        client.refresh_token("art_none")


def test_a_web_application_signs_a_person_in(server: ServerProcess) -> None:
    client_id, secret = make_client(server, "WEB", name="Ledger", redirectUris=[CALLBACK])
    client = connect(server, ClientSecretBasic(client_id, secret), redirect_uri=CALLBACK)

    request = client.authorization_request(scope="openid email offline_access")
    browser = FormBrowser(server.url).open(str(request)).sign_in("katherine", DEMO_PASSWORD)
    browser.submit("allow")
    assert browser.left_for is not None
    token = client.authorization_code(request.validate_callback(browser.left_for), validate=True)

    assert token.id_token is not None
    assert token.id_token.claims["aud"] == client_id
    assert client.userinfo(token)["email"] == "katherine@example.com"
    renewed = client.refresh_token(token)
    assert renewed.refresh_token != token.refresh_token
    assert client.revoke_refresh_token(renewed) is True
    with pytest.raises(InvalidGrant):
        client.refresh_token(renewed)


def test_a_pushed_request_and_tokens_bound_to_a_key(server: ServerProcess) -> None:
    client_id, secret = make_client(
        server, "WEB", name="Vault", redirectUris=[CALLBACK], isFirstParty=True, dpopBoundAccessTokens=True
    )
    client = connect(server, ClientSecretBasic(client_id, secret), redirect_uri=CALLBACK)

    request = client.authorization_request(scope="openid email", dpop=True)
    pushed = client.pushed_authorization_request(request)
    browser = FormBrowser(server.url).open(str(pushed)).sign_in("alan@example.com", DEMO_PASSWORD)
    assert browser.left_for is not None
    token = client.authorization_code(request.validate_callback(browser.left_for), validate=False)

    assert isinstance(token, DPoPToken)
    assert client.userinfo(token)["email"] == "alan@example.com"
    assert client.introspect_token(token)["cnf"] == {"jkt": token.dpop_key.dpop_jkt}
    renewed = client.refresh_token(token)
    assert isinstance(renewed, DPoPToken)


def test_a_device_that_a_person_lets_in(server: ServerProcess) -> None:
    client_id, _ = make_client(server, "DEVICE", name="Printer")
    client = connect(server, PublicApp(client_id))

    codes = client.authorize_device(scope="openid email")
    browser = FormBrowser(server.url).open(codes.verification_uri_complete).sign_in("grace", DEMO_PASSWORD)
    browser.submit(user_code=codes.user_code)
    browser.submit("allow")
    assert "is signed in" in browser.text
    token = client.device_code(codes)

    assert client.userinfo(token)["email"] == "grace@example.com"
