"""A client as FAPI 2.0 wants it: it pushes its requests, proves itself by a key, and holds tokens bound to another."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx
import orjson

from app.clients.service import create_client
from app.clients.types import ClientKind, NewClient
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.crypto import b64url, new_token
from tests.conformance.browser import Agent, Visit
from tests.conformance.support import SCOPES, RelyingParty
from tests.oidc.machines import ASSERTION_TYPE, KeyPair
from tests.oidc.support import CALLBACK, CHALLENGE, VERIFIER
from tests.support import ISSUER, commit

PAR, TOKEN, USERINFO = "/oauth2/par", "/oauth2/token", "/oauth2/userinfo"
# RFC 9126 §2.3 and RFC 9101 §6.2: how a pushed request is refused for what is in it.
BAD_REQUEST = {"invalid_request", "invalid_request_object"}
# A proof that is missing or of another key may be told in any of these words (RFC 9449 §5, §10.1).
BAD_PROOF = {"invalid_request", "invalid_grant", "invalid_dpop_proof"}
BAD_CLIENT = {"invalid_client", "invalid_request"}
BAD_REQUEST_URI = {"invalid_request_uri"}


@dataclass
class FapiClient(RelyingParty):
    """One of the suite's two clients. `key` signs its assertions, `holder` its proofs of possession."""

    key: KeyPair = field(default_factory=KeyPair)
    holder: KeyPair = field(default_factory=KeyPair)
    redirect_uri: str = CALLBACK
    nonce: str | None = None

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request of the application itself, which remembers the nonce that it was given last (RFC 9449 §8)."""
        answer = await super().call(method, path, **options)
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer

    async def learn_nonce(self) -> None:
        """Send a proof without a nonce, and get one."""
        proof = self.proof("POST", TOKEN)
        refused = await self.call("POST", TOKEN, data={"grant_type": "none"}, headers={"dpop": proof})
        assert (refused.status_code, refused.json()["error"]) == (400, "use_dpop_nonce")

    def params(self, **changes: str | None) -> dict[str, str]:
        ours = {
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "redirect_uri": self.redirect_uri,
        }
        return super().params(**{**ours, **changes})

    def assertion(self, **changes: Any) -> dict[str, str]:
        """Form fields that prove the client; None leaves a claim out."""
        now = clock.timestamp()
        claims = {
            "iss": self.client.id, "sub": self.client.id, "aud": ISSUER, "jti": new_token("jti"), "iat": now,
            "exp": now + 60, **changes,
        }  # fmt: skip
        given = {name: value for name, value in claims.items() if value is not None}
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": self.key.sign(given)}

    def proof_claims(self, method: str, path: str, token: str | None = None, **changes: Any) -> dict[str, Any]:
        """Claims of a proof of possession (RFC 9449 §4.2); None leaves one out."""
        claims: dict[str, Any] = {
            "jti": new_token("jti"), "htm": method, "htu": f"{ISSUER}{path}", "iat": clock.timestamp(),
            "nonce": self.nonce, "ath": None if token is None else b64url(sha256(token.encode()).digest()), **changes,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def proof(self, method: str, path: str, token: str | None = None, **changes: Any) -> str:
        return self.sign_proof(self.proof_claims(method, path, token, **changes))

    def sign_proof(self, claims: dict[str, Any], **header: Any) -> str:
        """A proof with these claims; None leaves a member of the header out."""
        return self.holder.sign(claims, **{"typ": "dpop+jwt", "kid": None, "jwk": public_jwk(self.holder), **header})

    async def push(
        self, *, proof: str | None = None, assertion: dict[str, str] | None = None, **changes: str | None
    ) -> httpx.Response:
        """Send a request to authorize ahead of the browser (RFC 9126)."""
        form = {**self.params(**changes), **(assertion or self.assertion())}
        return await self.call("POST", PAR, data=form, headers={} if proof is None else {"dpop": proof})

    async def pushed(self, *, proof: str | None = None, **changes: str | None) -> str:
        """The `request_uri` of a request that was taken."""
        return check_pushed(await self.push(proof=proof, **changes))

    async def refused_push(self, **changes: str | None) -> str:
        """The error of a request that was not taken."""
        answer = await self.push(**changes)
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"])

    async def go(self, request_uri: str, *, decision: str = "allow", **outside: str) -> Visit:
        """Take the browser to a request that was pushed."""
        query = {"client_id": self.client.id, "request_uri": request_uri, **outside}
        return await self.agent.visit(str(httpx.URL("/oauth2/authorize", params=query)), decision=decision)

    async def ask(self, *, decision: str = "allow", **changes: str | None) -> Visit:
        return await self.go(await self.pushed(**changes), decision=decision)

    async def code(self, **changes: str | None) -> str:
        return self.check_success(await self.ask(**changes), **changes)["code"]

    async def redeem(
        self, code: str, *, proof: str | None = None, assertion: dict[str, str] | None = None, **changes: str | None
    ) -> httpx.Response:
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": VERIFIER,
            **changes,
        }
        return await self.ask_token(form, proof=proof, assertion=assertion)

    async def refresh(
        self, token: str, *, proof: str | None = None, assertion: dict[str, str] | None = None, **changes: str | None
    ) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, **changes}
        return await self.ask_token(form, proof=proof, assertion=assertion)

    async def ask_token(
        self, form: dict[str, str | None], *, proof: str | None, assertion: dict[str, str] | None
    ) -> httpx.Response:
        """Call the token endpoint; an empty `proof` or `assertion` leaves it out."""
        given = {name: value for name, value in form.items() if value is not None}
        proof = self.proof("POST", TOKEN) if proof is None else proof
        fields = {**given, **(self.assertion() if assertion is None else assertion)}
        return await self.call("POST", TOKEN, data=fields, headers={"dpop": proof} if proof else {})

    async def sign_in(self, **changes: str | None) -> dict[str, Any]:
        answer = await self.redeem(await self.code(**changes))
        tokens = await self.check_tokens(answer, nonce=self.params(**changes).get("nonce"))
        assert tokens["token_type"] == "DPoP"
        return tokens

    async def userinfo(
        self, token: str, *, scheme: str = "DPoP", proof: str | None = None, headers: tuple[tuple[str, str], ...] = ()
    ) -> httpx.Response:
        """Call the protected resource; `headers` replace the proof's."""
        proof = self.proof("GET", USERINFO, token) if proof is None else proof
        sent = headers or (("dpop", proof),)
        return await self.call("GET", USERINFO, headers=[("authorization", f"{scheme} {token}"), *sent])


def check_pushed(answer: httpx.Response) -> str:
    """RFC 9126 §2.2, FAPI 2.0 §5.3.2.2: kept, for less than ten minutes."""
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"request_uri", "expires_in"}
    assert body["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert 5 <= body["expires_in"] < 600
    return str(body["request_uri"])


def check_refused(answer: httpx.Response, errors: set[str]) -> None:
    """A token endpoint's error (RFC 6749 §5.2)."""
    error = answer.json()["error"]
    assert error in errors, answer.text
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["error_description"].isprintable()


def public_jwk(key: KeyPair) -> dict[str, str]:
    return {name: key.jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in key.jwk}


def thumbprint(key: KeyPair) -> str:
    """The SHA-256 thumbprint of a key (RFC 7638)."""
    return b64url(sha256(orjson.dumps(public_jwk(key), option=orjson.OPT_SORT_KEYS)).digest())


async def make_fapi_client(agent: Agent, key: KeyPair | None = None, **changes: Any) -> FapiClient:
    """A committed client that must push its requests and hold its tokens."""
    key = key or KeyPair()
    values: dict[str, Any] = {
        "name": "Bank",
        "kind": ClientKind.WEB,
        "redirect_uris": (CALLBACK,),
        "scopes": SCOPES,
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [key.jwk]},
        "id_token_signed_response_alg": "ES256",
        "require_pushed_authorization_requests": True,
        "dpop_bound_access_tokens": True,
        **changes,
    }
    created = await commit(create_client(SYSTEM, NewClient(**values)))
    client = FapiClient(
        created.client, None, agent.client, agent=agent, key=key, redirect_uri=values["redirect_uris"][0]
    )
    await client.learn_nonce()
    return client
