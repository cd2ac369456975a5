"""An application as the suite plays it: what it asks, and what it checks of every answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256, sha512
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.crypto import b64url
from tests.conformance.browser import Agent, Visit
from tests.oidc.support import CALLBACK, Party
from tests.support import ISSUER, commit

METADATA = "/.well-known/openid-configuration"
SCOPES = ("openid", "profile", "email", "offline_access")
# Errors that say that a page would have had to be shown (OIDC Core §3.1.2.6).
NEEDS_A_PAGE = {"interaction_required", "login_required", "account_selection_required", "consent_required"}


@dataclass
class RelyingParty(Party):
    """A client of somebody else, registered for the suite. Basic OP sends no PKCE unless a module says so."""

    agent: Agent = field(kw_only=True)
    response_mode: str | None = None

    def params(self, **changes: str | None) -> dict[str, str]:
        basic = {"code_challenge": None, "code_challenge_method": None, "response_mode": self.response_mode}
        return super().params(**{**basic, **changes})

    async def ask(self, *, decision: str = "allow", **changes: str | None) -> Visit:
        """Send the browser to the authorization endpoint, and see where it ends."""
        url = httpx.URL("/oauth2/authorize", params=self.params(**changes))
        return await self.agent.visit(str(url), decision=decision)

    async def redeem(self, code: str, **changes: str | None) -> httpx.Response:
        return await super().redeem(code, **{"code_verifier": None, **changes})

    async def sign_in(self, **changes: str | None) -> dict[str, Any]:
        """The whole code flow, with what the suite checks in each module; the token answer."""
        visit = await self.ask(**changes)
        answer = await self.redeem(self.check_success(visit, **changes)["code"])
        return await self.check_tokens(answer, nonce=self.params(**changes).get("nonce"))

    def check_success(self, visit: Visit, **changes: str | None) -> dict[str, str]:
        """The application got a code, in the way that it asked for, with its state and our name (RFC 9207)."""
        params = self.check_arrival(visit, **changes)
        assert set(params) == {"code", "iss"} | ({"state"} & set(self.params(**changes))), params
        return params

    def check_error(self, visit: Visit, **changes: str | None) -> str:
        """The application got an error, in the way that it asked for (RFC 6749 §4.1.2.1); its code."""
        params = self.check_arrival(visit, **changes)
        assert "code" not in params
        assert params["error_description"].isprintable()
        return params["error"]

    def check_arrival(self, visit: Visit, **changes: str | None) -> dict[str, str]:
        sent = self.params(**changes)
        assert visit.has_left, visit.last.html
        assert (visit.method, visit.address) == (
            "POST" if sent.get("response_mode") == "form_post" else "GET",
            sent.get("redirect_uri", CALLBACK),
        )
        assert visit.params.get("state") == sent.get("state")
        assert visit.params["iss"] == ISSUER
        return visit.params

    async def check_tokens(self, answer: httpx.Response, *, nonce: str | None = None) -> dict[str, Any]:
        """A token answer and its ID token are as RFC 6749 §5.1 and OIDC Core §3.1.3 want them."""
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        tokens: dict[str, Any] = answer.json()
        assert tokens["token_type"] in {"Bearer", "DPoP"}
        assert tokens["expires_in"] > 0
        if "id_token" in tokens:
            await self.check_id_token(tokens["id_token"], tokens["access_token"], nonce=nonce)
        return tokens

    async def check_id_token(self, token: str, access_token: str, *, nonce: str | None) -> dict[str, Any]:
        """Signed by a published key, ours, for this client, fresh, bound to the request and the access token."""
        header, claims = await read_jwt(self.agent, token)
        now = clock.timestamp()
        assert header["alg"] != "none"
        assert claims["iss"] == ISSUER
        assert claims["aud"] == self.client.id
        assert 0 < len(claims["sub"]) <= 255
        assert claims["iat"] <= now < claims["exp"]
        assert claims.get("nonce") == nonce
        digest = (sha512 if header["alg"] == "EdDSA" else sha256)(access_token.encode()).digest()
        assert claims["at_hash"] == b64url(digest[: len(digest) // 2])
        return claims

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request of the application itself: without the browser's cookies."""
        transport = self.agent.client._transport
        async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as machine:
            return await machine.request(method, path, **options)

    async def userinfo(self, token: str) -> httpx.Response:
        return await self.call("GET", "/oauth2/userinfo", headers={"authorization": f"Bearer {token}"})

    async def metadata(self) -> dict[str, Any]:
        return await read_metadata(self.agent)


async def make_relying_party(agent: Agent, *, response_mode: str | None = None, **changes: Any) -> RelyingParty:
    """A committed confidential client of somebody else, that does not have to use PKCE."""
    values: dict[str, Any] = {
        "name": "Suite",
        "kind": ClientKind.WEB,
        "redirect_uris": (CALLBACK,),
        "scopes": SCOPES,
        "require_pkce": False,
        **changes,
    }
    created = await commit(create_client(SYSTEM, NewClient(**values)))
    return RelyingParty(created.client, created.secret, agent.client, agent=agent, response_mode=response_mode)


async def read_metadata(agent: Agent) -> dict[str, Any]:
    return dict((await agent.client.get(METADATA)).json())


async def read_jwt(agent: Agent, token: str) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """Header and claims of a token that one of the published keys signed, checked by a library of its own."""
    keys = KeySet.import_key_set((await agent.client.get("/oauth2/jwks")).json())
    decoded = jwt.decode(token, keys, algorithms=["RS256", "ES256", "PS256", "EdDSA", "Ed25519"])
    return decoded.header, decoded.claims
