"""Clients that push or sign their requests to authorize."""

from __future__ import annotations

from typing import Any

import httpx

from app.clients.types import ClientKind
from app.kit import clock
from app.kit.crypto import new_token
from tests.oidc.machines import KeyPair, Machine
from tests.oidc.support import Party, make_party
from tests.support import ISSUER

TYP = "oauth-authz-req+jwt"
PREFIX = "urn:ietf:params:oauth:request_uri:"


async def push(party: Party, **changes: str | None) -> httpx.Response:
    """Push a request; None leaves a parameter out."""
    return await party.post("/oauth2/par", dict(party.params(**changes)))


async def pushed_uri(party: Party, **changes: str | None) -> str:
    """The name of a request that was pushed."""
    answer = await push(party, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["request_uri"])


async def follow(party: Party, uri: str, **more: str) -> httpx.Response:
    """Go to the authorization endpoint with a pushed request."""
    params = {"client_id": party.client.id, "request_uri": uri, **more}
    return await party.browser.get("/oauth2/authorize", params=params)


class Signer(Machine):
    """A web application with keys that it signs its requests with."""

    def request_claims(self, **changes: Any) -> dict[str, Any]:
        """Claims of a request object that is good; None leaves one out."""
        now = clock.timestamp()
        claims: dict[str, Any] = {
            **self.params(), "iss": self.client.id, "aud": ISSUER, "iat": now, "nbf": now, "exp": now + 300,
            "jti": new_token("jti"), **changes,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def request_object(self, **changes: Any) -> str:
        return self.key.sign(self.request_claims(**changes), typ=TYP)

    async def ask(self, request: str, **more: str) -> httpx.Response:  # type: ignore[override]
        """Go to the authorization endpoint with a request object, and what has to be beside it."""
        params = {"client_id": self.client.id, "request": request, **more}
        return await self.browser.get("/oauth2/authorize", params=params)

    async def refusal(self, request: str, **more: str) -> httpx.Response:
        """The same, with an address beside it that a refusal may go to."""
        return await self.ask(request, redirect_uri=self.params()["redirect_uri"], **more)


async def make_signing_party(browser: httpx.AsyncClient, key: KeyPair | None = None, **changes: Any) -> Signer:
    """A committed web client with keys of its own."""
    key = key or KeyPair()
    keys = {} if "jwks_uri" in changes else {"jwks": {"keys": [key.jwk]}}
    party = await make_party(browser, kind=ClientKind.WEB, **{**keys, **changes})
    return Signer(party.client, party.secret, browser, key=key)
