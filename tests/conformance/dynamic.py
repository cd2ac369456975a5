"""A client that registers itself, as the suite does: private_key_jwt with RS256, a key without a name in `jwks`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx

from app.clients.registration.tokens import create_initial_token
from app.clients.registration.types import NewInitialToken
from app.clients.service import find_client
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.crypto import new_token
from tests.conformance.browser import Agent
from tests.conformance.support import RelyingParty
from tests.oidc.machines import ASSERTION_TYPE, KeyPair
from tests.oidc.support import CALLBACK
from tests.support import ISSUER, commit

REGISTER = "/oauth2/register"


@dataclass
class DynamicClient(RelyingParty):
    """What a registration gave, and the key that it proves itself by. Only keys that it publishes have names."""

    key: KeyPair = field(kw_only=True)
    is_named: bool = False
    registered: dict[str, Any] = field(default_factory=dict)

    def assertion(self, **changes: Any) -> dict[str, str | None]:
        now = clock.timestamp()
        claims = {
            "iss": self.client.id, "sub": self.client.id, "aud": f"{ISSUER}/oauth2/token", "jti": new_token("jti"),
            "iat": now, "exp": now + 60, **changes,
        }  # fmt: skip
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.sign(claims)}

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        return self.key.sign(claims, **{"kid": self.key.kid if self.is_named else None, **header})

    async def post(self, path: str, form: dict[str, str | None], **options: Any) -> httpx.Response:
        fields = {**self.assertion(), **form}
        data = {name: value for name, value in fields.items() if value is not None}
        return await self.call("POST", path, data=data, **options)


@cache
def suite_key() -> KeyPair:
    """One RSA key for all clients: to make one takes long."""
    return KeyPair("RS256")


def key_set() -> dict[str, Any]:
    return {"keys": [{name: value for name, value in suite_key().jwk.items() if name != "kid"}]}


async def call_register(agent: Agent, **metadata: Any) -> httpx.Response:
    """Register with a fresh initial access token; None leaves a field out."""
    new = NewInitialToken(name="Suite", require_pkce=False)
    created = await commit(create_initial_token(SYSTEM, new))
    asked = {
        "client_name": "Suite",
        "redirect_uris": [CALLBACK],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "private_key_jwt",
        "contacts": ["suite@example.com"],
        "jwks": None if "jwks_uri" in metadata else key_set(),
        **metadata,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    transport = agent.client._transport
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as machine:
        return await machine.post(REGISTER, json=given, headers={"authorization": f"Bearer {created.secret}"})


async def register(agent: Agent, key: KeyPair | None = None, **metadata: Any) -> DynamicClient:
    """A client that registered, and what the suite checks of the answer (RFC 7591 §3.2.1)."""
    answer = await call_register(agent, **metadata)
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["registration_client_uri"].startswith("http")
    assert body["registration_access_token"]
    assert body["redirect_uris"] == metadata.get("redirect_uris", [CALLBACK])
    client = await find_client(body["client_id"])
    assert client is not None
    return DynamicClient(
        client,
        body.get("client_secret"),
        agent.client,
        agent=agent,
        key=key or suite_key(),
        is_named="jwks_uri" in body,
        registered=body,
    )
