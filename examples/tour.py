"""Sign in to a running Auther and look at the tokens: `python examples/tour.py CLIENT_ID [ISSUER]`.

A native app as RFC 8252 describes it: authorization code with PKCE in the person's own browser, and a
redirect to a port of this machine. The client must have `http://127.0.0.1/callback` registered.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
import urllib.request
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

ALGORITHMS = ["RS256", "ES256", "Ed25519", "EdDSA"]


class Callback(BaseHTTPRequestHandler):
    """Takes the one redirect that ends the sign-in."""

    answer: dict[str, str] = {}

    def do_GET(self) -> None:
        Callback.answer = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write("You are signed in. Go back to the terminal.".encode())

    def log_message(self, *arguments: object) -> None:
        pass


def fetch(url: str, form: dict[str, str] | None = None, token: str | None = None) -> dict:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = urlencode(form).encode() if form else None
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as response:
        return json.load(response)


def show(title: str, value: dict) -> None:
    print(f"\n{title}\n{json.dumps(value, indent=2)}")


def main(client_id: str, issuer: str) -> None:
    metadata = fetch(f"{issuer}/.well-known/openid-configuration")
    server = HTTPServer(("127.0.0.1", 0), Callback)
    redirect_uri = f"http://127.0.0.1:{server.server_port}/callback"
    verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": "openid profile email offline_access",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    url = f"{metadata['authorization_endpoint']}?{urlencode(query)}"
    print(f"Open this page and sign in:\n\n  {url}\n", flush=True)
    webbrowser.open(url)
    server.handle_request()

    answer = Callback.answer
    if "error" in answer:
        sys.exit(f"{answer['error']}: {answer.get('error_description', '')}")
    assert answer["state"] == state and answer["iss"] == metadata["issuer"], "this answer is not for us"
    code = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": redirect_uri}
    tokens = fetch(metadata["token_endpoint"], {**code, "client_id": client_id, "code_verifier": verifier})

    keys = KeySet.import_key_set(fetch(metadata["jwks_uri"]))
    identity = jwt.decode(tokens["id_token"], keys, algorithms=ALGORITHMS)
    access = jwt.decode(tokens["access_token"], keys, algorithms=ALGORITHMS)
    assert identity.claims["nonce"] == nonce and identity.claims["aud"] == client_id
    show("ID token, signature verified against the JWKS", identity.claims)
    show("Access token (RFC 9068)", access.claims)
    show("UserInfo", fetch(metadata["userinfo_endpoint"], token=tokens["access_token"]))

    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": client_id}
    renewed = fetch(metadata["token_endpoint"], refresh)
    print(f"\nRefreshed: a new access token for {renewed['expires_in']} seconds, and the refresh token was rotated.")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "http://localhost:8000")
