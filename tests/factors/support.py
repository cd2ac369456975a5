"""An authenticator made of software, an app that shows codes, and people who have them."""

from __future__ import annotations

import base64
import json
import secrets
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.factors.service import begin_passkey, begin_totp, confirm_totp, register_passkey
from app.kit import clock, db
from app.kit.actor import Actor
from app.users.types import User
from tests.support import ISSUER, as_user, commit

RP_ID = "localhost"
NO_AAGUID = bytes(16)
PRESENT, VERIFIED, MAY_BE_COPIED, IS_COPIED, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
PLACE = "browser b|"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "===")


@dataclass
class Authenticator:
    """One passkey. What a test changes is a lie that it tells."""

    origin: str = ISSUER
    rp_id: str = RP_ID
    flags: int = PRESENT | VERIFIED
    sign_count: int = 0
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: bytes | None = None

    def make(self, options: str) -> str:
        """What `navigator.credentials.create` gives, JSON."""
        asked = json.loads(options)
        self.user_handle = unb64(asked["user"]["id"])
        attested = NO_AAGUID + struct.pack(">H", len(self.credential_id)) + self.credential_id + self._cose()
        data = self._authenticator_data(self.flags | ATTESTED) + attested
        response = {
            "clientDataJSON": b64(self._client_data("webauthn.create", asked["challenge"])),
            "attestationObject": b64(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return self._credential(response)

    def get(self, options: str, **changes: Any) -> str:
        """What `navigator.credentials.get` gives, JSON."""
        if self.counts:
            self.sign_count += 1
        client_data = self._client_data("webauthn.get", json.loads(options)["challenge"])
        data = self._authenticator_data(self.flags)
        signature = self.key.sign(data + sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": b64(client_data),
            "authenticatorData": b64(data),
            "signature": b64(signature),
            "userHandle": b64(self.user_handle) if self.user_handle else None,
        }
        return self._credential({**response, **changes})

    def _credential(self, response: dict[str, Any]) -> str:
        name = b64(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _authenticator_data(self, flags: int) -> bytes:
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.sign_count)

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or some steps of 30 seconds later."""
    return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + steps)


def fresh(user: User, acr: str = "pwd", **details: Any) -> Actor:
    """A user who signed in just now."""
    return as_user(user, session_id="ses_x", auth_time=clock.now(), acr=acr, **details)


async def give_app(user: User) -> tuple[str, tuple[str, ...]]:
    """Turn an app on for a user whose clock shows half a minute ago; its secret, and the recovery codes."""
    setup = begin_totp(user)
    codes = await commit(confirm_totp(as_user(user), user, setup.token, code_of(setup.secret, steps=-1)))
    return setup.secret, codes


async def give_passkey(user: User, authenticator: Authenticator | None = None, name: str = "Laptop") -> Authenticator:
    """Register a passkey for a user."""
    made = authenticator or Authenticator()
    answer = made.make(await begin_passkey(user, PLACE))
    await commit(register_passkey(as_user(user), user, PLACE, name=name, answer=answer))
    return made


async def rows(table: str) -> int:
    count: int = await db.fetch_value(f"SELECT count(*) FROM {table}")
    return count
