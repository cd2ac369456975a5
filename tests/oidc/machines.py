"""Clients that act for themselves, and the keys that they prove themselves with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA256

from app.authz.service.models import save_model
from app.authz.service.tuples import write_tuples
from app.authz.types import RelationTuple, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.writes import TupleWrite
from app.clients.service import create_client
from app.clients.types import CLIENT_CREDENTIALS, TOKEN_EXCHANGE, Client, ClientKind, NewClient
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.crypto import b64url, new_token
from app.signing import jws
from tests.oidc.support import Party
from tests.support import ISSUER, commit

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
MODEL = """
model
  schema 1.1
type user
type client
type document
  relations
    define owner: [user, client]
    define viewer: [user, client] or owner
  permissions
    define read: viewer
    define share: owner
"""
USER_ID_TYPE = "urn:auther:params:oauth:token-type:user-id"


# Algorithms that share a kind of key with one that we sign with ourselves.
_KINDS = {"PS256": "RS256", "Ed25519": "EdDSA"}


@dataclass
class KeyPair:
    """A key of a client, with the name that it goes by."""

    alg: str = "ES256"
    kid: str = "key-1"
    private: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.private = self.private or jws.ALGORITHMS[_KINDS.get(self.alg, self.alg)].generate()

    @property
    def jwk(self) -> dict[str, str]:
        return {**jws.to_public_jwk(self.alg, self.private), "kid": self.kid}

    def _sign(self, data: bytes) -> bytes:
        if self.alg == "PS256":
            return bytes(self.private.sign(data, PSS(MGF1(SHA256()), SHA256.digest_size), SHA256()))
        return jws.ALGORITHMS[_KINDS.get(self.alg, self.alg)].signer(self.private)(data)

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """A JWT under this key; None leaves a member of the header out."""
        members = {"alg": self.alg, "kid": self.kid, **header}
        parts = [{name: value for name, value in members.items() if value is not None}, claims]
        data = ".".join(b64url(orjson.dumps(part)) for part in parts)
        return f"{data}.{b64url(self._sign(data.encode()))}"


@dataclass
class Machine(Party):
    """A confidential client that acts for itself."""

    key: KeyPair = field(default_factory=KeyPair)

    def assertion_claims(self, **changes: Any) -> dict[str, Any]:
        """Claims of an assertion that is good; None leaves one out."""
        now = clock.timestamp()
        claims: dict[str, Any] = {
            "iss": self.client.id, "sub": self.client.id, "aud": ISSUER, "jti": new_token("jti"), "iat": now,
            "exp": now + 60, **changes,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def assertion(self, **changes: Any) -> str:
        return self.key.sign(self.assertion_claims(**changes))

    async def prove(self, assertion: str, **form: str | None) -> httpx.Response:
        """Ask for a token of its own with an assertion as proof."""
        fields = {
            "grant_type": CLIENT_CREDENTIALS,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            **form,
        }
        return await self.post("/oauth2/token", fields, headers={})

    async def ask(self, **form: str | None) -> httpx.Response:
        """Ask for a token of its own with the secret."""
        return await self.post("/oauth2/token", {"grant_type": CLIENT_CREDENTIALS, **form})

    async def token(self, **form: str | None) -> str:
        answer = await self.ask(**form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def trade(self, token: str, **form: str | None) -> httpx.Response:
        """Exchange a token; None leaves a parameter out."""
        fields: dict[str, str | None] = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": token,
            "subject_token_type": ACCESS_TOKEN_TYPE,
            **form,
        }
        return await self.post("/oauth2/token", fields)

    async def introspect(self, token: str) -> dict[str, Any]:
        answer = await self.post("/oauth2/introspect", {"token": token})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def give_document(client: Client, subject_type: str, subject_id: str, relation: str = "owner") -> None:
    """Let a subject have the document `1` of a client."""
    await commit(save_model(SYSTEM, ModelDraft(client.id, MODEL)))
    key = TupleKey(f"{client.id}:document", "1", relation, subject_type, subject_id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))


async def make_machine(browser: httpx.AsyncClient, **changes: Any) -> Machine:
    """A committed machine client with a secret."""
    values: dict[str, Any] = {
        "name": "Backend",
        "kind": ClientKind.MACHINE,
        "grant_types": (CLIENT_CREDENTIALS, TOKEN_EXCHANGE),
        **changes,
    }
    created = await commit(create_client(SYSTEM, NewClient(**values)))
    return Machine(created.client, created.secret, browser)


async def make_signer(browser: httpx.AsyncClient, key: KeyPair | None = None, **changes: Any) -> Machine:
    """A committed machine client that proves itself by a key."""
    key = key or KeyPair()
    keys = {} if "jwks_uri" in changes else {"jwks": {"keys": [key.jwk]}}
    machine = await make_machine(browser, token_endpoint_auth_method="private_key_jwt", **keys, **changes)
    return Machine(machine.client, machine.secret, browser, key=key)
