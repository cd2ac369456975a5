"""An OpenID provider and a service of GitHub's shape, on loopback. They say what a test wants them to say."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.kit import clock
from app.kit.actor import SYSTEM
from app.upstream.service import create_provider
from app.upstream.types import NewProvider, Provider, ProviderKind
from tests.login.support import Page, Visitor
from tests.serving import served
from tests.support import commit

CLIENT_ID, CLIENT_SECRET = "auther-there", "s3cr3t:of/the provider".replace(" ", "+")
ADA = {"sub": "1815", "email": "ada@example.com", "email_verified": True, "name": "Ada Lovelace"}


@dataclass
class Upstream:
    """What it says, and what it was asked."""

    person: dict[str, Any] = field(default_factory=lambda: dict(ADA))
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    emails: list[dict[str, Any]] = field(default_factory=list)
    token_answer: dict[str, Any] | None = None
    signs_with: ECKey | None = None
    status: int = 200
    port: int = 0
    asked: list[str] = field(default_factory=list)
    redeemed: list[dict[str, str]] = field(default_factory=list)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "there"}))
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def target(self) -> str:
        return f"localhost:{self.port}"

    def consent(self, url: str, **changes: str) -> str:
        """Somebody consents at the authorization URL: the callback's path and query."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_hex(8)
        self._codes[code] = asked
        answer = {"code": code, "state": asked["state"], **changes}
        query = "&".join(f"{name}={value}" for name, value in answer.items() if value)
        return f"{urlsplit(asked['redirect_uri']).path}?{query}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Upstream]:
        routes = [
            Route("/.well-known/openid-configuration", self._metadata),
            Route("/keys", self._keys),
            Route("/token", self._token, methods=["POST"]),
            Route("/user", self._user),
            Route("/emails", self._emails),
        ]
        async with served(Starlette(routes=routes)) as self.port:
            yield self

    async def _metadata(self, request: Request) -> Response:
        self.asked.append("metadata")
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=one",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/user",
        }
        return JSONResponse({**found, **self.metadata}, status_code=self.status)

    async def _keys(self, request: Request) -> Response:
        self.asked.append("keys")
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _token(self, request: Request) -> Response:
        self.asked.append("token")
        form = {name: str(value) for name, value in (await request.form()).items()}
        form["authorization"] = request.headers.get("authorization", "")
        self.redeemed.append(form)
        if self.token_answer is not None:
            return JSONResponse(self.token_answer)
        asked = self._codes.pop(form["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or challenge.decode() != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked.get("nonce"),
            "auth_time": now if "max_age" in asked else None, **self.person, **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "ES256", "kid": "there", **self.header}
        token = jwt.encode(header, claims, self.signs_with or self.key)
        return JSONResponse({"access_token": "at-there", "token_type": "Bearer", "id_token": token})

    async def _user(self, request: Request) -> Response:
        self.asked.append("user")
        assert request.headers["authorization"] == "Bearer at-there"
        return JSONResponse(self.person if self.userinfo is None else self.userinfo)

    async def _emails(self, request: Request) -> Response:
        self.asked.append("emails")
        return JSONResponse(self.emails)


async def make_provider(upstream: Upstream, **fields: Any) -> Provider:
    """The OpenID provider, as an operator sets it up."""
    values: dict[str, Any] = {
        "slug": "there", "name": "There", "kind": ProviderKind.OIDC, "issuer": upstream.url, "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET, "trusts_email": True, "can_sign_up": True,
    }  # fmt: skip
    return await commit(create_provider(SYSTEM, NewProvider(**{**values, **fields})))


async def make_hub(upstream: Upstream, **fields: Any) -> Provider:
    """The service of GitHub's shape."""
    values: dict[str, Any] = {
        "slug": "hub", "name": "Hub", "kind": ProviderKind.OAUTH2, "issuer": None,
        "authorization_endpoint": f"{upstream.url}/authorize", "token_endpoint": f"{upstream.url}/token",
        "userinfo_endpoint": f"{upstream.url}/user", "emails_endpoint": f"{upstream.url}/emails",
        "token_endpoint_auth_method": "client_secret_post", "scopes": ("read:user", "user:email"),
        "claims": {"sub": "id", "picture": "avatar_url"},
    }  # fmt: skip
    return await make_provider(upstream, **{**values, **fields})


async def go(visitor: Visitor, slug: str = "there", **query: str) -> str:
    """Where the provider's button leads: the authorization URL."""
    text = "&".join(f"{name}={value}" for name, value in query.items())
    page = await visitor.get(f"/signin/with/{slug}{'?' + text if text else ''}")
    assert page.status == 303, page.html
    return page.response.headers["location"]


async def sign_in(visitor: Visitor, upstream: Upstream, slug: str = "there", **changes: str) -> Page:
    """To the provider and back; the answer is not followed."""
    return await visitor.get(upstream.consent(await go(visitor, slug), **changes))
