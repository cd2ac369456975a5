"""A command line tool that signs a person in: `python examples/cli_app.py [--device] CLIENT_ID [ISSUER]`.

Kinds `native` (register `http://127.0.0.1/callback`) and `device`, both without a secret, on requests-oauth2client.
On a desktop the person's browser comes back to a port of this machine; where there is none, the person types a code
on another screen. Either way the tool then holds a refresh token, which is replaced at each use.
"""

from __future__ import annotations

import json
import sys
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer

from requests_oauth2client import BearerToken, DeviceAuthorizationPollingJob, OAuth2Client, PublicApp

SCOPE = "openid email offline_access"


class Callback(BaseHTTPRequestHandler):
    """Takes the one redirect that ends the sign-in."""

    address = ""

    def do_GET(self) -> None:
        Callback.address = f"http://{self.headers['host']}{self.path}"
        self.send_response(200)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"You are signed in. Go back to the terminal.")

    def log_message(self, *arguments: object) -> None:
        pass


def by_browser(client: OAuth2Client) -> BearerToken:
    """The code flow, with PKCE, to a port that is free now (RFC 8252 §7.3)."""
    with HTTPServer(("127.0.0.1", 0), Callback) as server:
        request = client.authorization_request(
            scope=SCOPE, redirect_uri=f"http://127.0.0.1:{server.server_port}/callback"
        )
        print(f"Opening your browser. If it does not, go to\n  {request}", flush=True)
        webbrowser.open(str(request))
        while "?" not in Callback.address:
            server.handle_request()
    return client.authorization_code(request.validate_callback(Callback.address), validate=True)


def by_device(client: OAuth2Client) -> BearerToken:
    """A code to type on another screen (RFC 8628)."""
    codes = client.authorize_device(scope=SCOPE)
    print(f"Open {codes.verification_uri} and type {codes.user_code}, or go to\n  {codes.verification_uri_complete}")
    sys.stdout.flush()
    job = DeviceAuthorizationPollingJob(client, codes)
    while (token := job()) is None:
        pass
    return token


def main(client_id: str, issuer: str, *, is_device: bool) -> None:
    client = OAuth2Client.from_discovery_endpoint(
        issuer=issuer,
        auth=PublicApp(client_id),
        testing=issuer.startswith("http://localhost"),
        device_authorization_endpoint=f"{issuer}/oauth2/device_authorization",
    )
    token = by_device(client) if is_device else by_browser(client)
    who = client.userinfo(token)
    renewed = client.refresh_token(token)
    told = {"email": who["email"], "rotated": renewed.refresh_token != token.refresh_token}
    client.revoke_refresh_token(renewed)
    print(json.dumps(told))


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--device"]
    if not words:
        sys.exit(f"usage: python {sys.argv[0]} [--device] CLIENT_ID [ISSUER]")
    main(words[0], words[1] if len(words) > 1 else "http://localhost:8000", is_device="--device" in sys.argv)
