"""Whoever holds a key and makes DPoP proofs with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

from app.kit import clock
from app.kit.crypto import b64url, new_token
from app.oidc.dpop.nonces import make_nonce
from app.signing.carried import find_thumbprint
from tests.oidc.machines import KeyPair
from tests.oidc.support import CALLBACK, VERIFIER, Party
from tests.support import ISSUER

TOKEN = "/oauth2/token"
USERINFO = "/oauth2/userinfo"
TYP = "dpop+jwt"


@dataclass
class Prover:
    """A key, and proofs made with it."""

    key: KeyPair = field(default_factory=KeyPair)

    @property
    def public(self) -> dict[str, str]:
        """The key as proofs carry it."""
        return {name: value for name, value in self.key.jwk.items() if name not in {"kid", "use", "alg"}}

    @property
    def jkt(self) -> str:
        return find_thumbprint(self.public)

    def claims(
        self, path: str = TOKEN, method: str = "POST", token: str | None = None, **changes: Any
    ) -> dict[str, Any]:
        """Claims of a good proof; None leaves one out."""
        claims: dict[str, Any] = {
            "jti": new_token("jti"),
            "htm": method,
            "htu": ISSUER + path,
            "iat": clock.timestamp(),
            "nonce": make_nonce(),
            "ath": None if token is None else b64url(sha256(token.encode()).digest()),
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def proof(self, path: str = TOKEN, method: str = "POST", token: str | None = None, **changes: Any) -> str:
        """A good proof, but for the claims that change."""
        return self.sign(self.claims(path, method, token, **changes))

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """A proof with this header; None leaves a member of it out."""
        return self.key.sign(claims, **{"kid": None, "typ": TYP, "jwk": self.public, **header})

    def shows(self, token: str, path: str = USERINFO, method: str = "GET", **changes: Any) -> dict[str, str]:
        """Headers that show a bound token."""
        return {"authorization": f"DPoP {token}", "dpop": self.proof(path, method, token, **changes)}


async def post_proved(
    party: Party, proof: str | None, form: dict[str, str | None], path: str = TOKEN
) -> httpx.Response:
    """A call of the client with its own authentication and a proof; None sends none."""
    headers = {} if proof is None else {"dpop": proof}
    auth = None if party.secret is None else (party.client.id, party.secret)
    return await party.post(path, form, headers=headers, auth=auth)


async def redeem_proved(party: Party, prover: Prover, code: str, **form: str | None) -> httpx.Response:
    """Redeem a code with a proof."""
    fields: dict[str, str | None] = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER, **form,
    }  # fmt: skip
    return await post_proved(party, prover.proof(), fields)


async def bound_tokens(party: Party, prover: Prover, **params: str | None) -> dict[str, Any]:
    """Tokens for who is signed in, bound to the key."""
    answer = await redeem_proved(party, prover, await party.code(**params))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
