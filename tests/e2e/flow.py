"""The code flow by hand, for tests that interrupt it."""

from __future__ import annotations

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

REDIRECT_URI = "http://127.0.0.1:3996/callback"


class Authorization:
    """One authorization request of a public native client."""

    def __init__(
        self, issuer: str, client_id: str, scope: str = "openid offline_access", redirect_uri: str = REDIRECT_URI
    ) -> None:
        self.issuer, self.client_id = issuer, client_id
        self.verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        self.state = secrets.token_urlsafe(16)
        self.url = f"{issuer}/oauth2/authorize?" + urlencode(
            {
                "client_id": client_id,
                "response_type": "code",
                "redirect_uri": redirect_uri,
                "scope": scope,
                "state": self.state,
                "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
                "code_challenge_method": "S256",
            }
        )

    def code_from(self, callback: str | None) -> str:
        assert callback is not None
        query = parse_qs(urlsplit(callback).query)
        assert query["state"] == [self.state], callback
        return query["code"][0]


def redeem(flow: Authorization, code: str, redirect_uri: str = REDIRECT_URI) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": flow.client_id,
        "code_verifier": flow.verifier,
    }
    return httpx.post(f"{flow.issuer}/oauth2/token", data=form, timeout=30)


def refresh(flow: Authorization, refresh_token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": flow.client_id}
    return httpx.post(f"{flow.issuer}/oauth2/token", data=form, timeout=30)
