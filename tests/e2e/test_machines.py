"""Machines on libraries that we did not write: openid-client (npm) and Authlib (PyPI)."""

from __future__ import annotations

import json
import subprocess
import warnings
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from tests.e2e.clients import make_client
from tests.e2e.server import ServerProcess

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from authlib.integrations.httpx_client import OAuth2Client
    from authlib.oauth2.rfc7523 import PrivateKeyJWT

FLOW = Path(__file__).parent / "flows" / "machine.mjs"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def make_machine(server: ServerProcess, **values: Any) -> tuple[str, str]:
    return make_client(server, "MACHINE", scopes=["read", "write"], **values)


@pytest.mark.parametrize("alg", ["ES256", "PS256"])
def test_openid_client_proves_itself_by_a_key_trades_and_introspects(server: ServerProcess, alg: str) -> None:
    parameters = {"kid": "one", "alg": alg, "use": "sig"}
    key = (
        ECKey.generate_key("P-256", parameters) if alg == "ES256" else RSAKey.generate_key(2048, parameters)
    )  # fmt: skip
    machine_id, secret = make_machine(
        server,
        grantTypes=["client_credentials", EXCHANGE],
        tokenEndpointAuthMethod="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
    )

    done = subprocess.run(
        ["node", str(FLOW), server.url, machine_id, json.dumps(key.as_dict(private=True))],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert secret == ""
    assert result["scope"] == "read write"
    assert result["seen"]["active"] is True
    assert (result["seen"]["sub"], result["seen"]["scope"]) == (machine_id, "read")
    assert result["after"] == {"active": False}


def test_authlib_with_a_secret(server: ServerProcess) -> None:
    machine_id, secret = make_machine(server)
    endpoint = f"{server.url}/oauth2/token"

    with OAuth2Client(machine_id, secret, scope="read", token_endpoint=endpoint) as client:
        token = client.fetch_token(grant_type="client_credentials")

    assert (token["token_type"], token["scope"]) == ("Bearer", "read")


def test_authlib_proves_itself_by_a_key(server: ServerProcess) -> None:
    key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
    machine_id, _ = make_machine(
        server, tokenEndpointAuthMethod="private_key_jwt", jwks={"keys": [key.as_dict(private=False)]}
    )
    endpoint = f"{server.url}/oauth2/token"
    pem = key.as_pem(private=True).decode()

    with OAuth2Client(
        machine_id, pem, scope="read", token_endpoint=endpoint, token_endpoint_auth_method="private_key_jwt"
    ) as client:
        client.register_client_auth_method(PrivateKeyJWT(endpoint, headers={"kid": "two"}))
        first = client.fetch_token(grant_type="client_credentials")
        second = client.fetch_token(grant_type="client_credentials")

    assert first["access_token"] != second["access_token"]
    answer = httpx.get(f"{server.url}/oauth2/userinfo", headers={"authorization": f"Bearer {first['access_token']}"})
    assert answer.status_code == 401
