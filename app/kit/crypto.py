"""Secrets: made, hashed, sealed, signed.

One root secret (`AUTHER_SECRET`) gives every key by HKDF-SHA256 (RFC 5869) with a purpose as
`info`, so a value sealed for one purpose never opens under another. Former secrets still open
and verify; only the current one seals and signs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kit.errors import Unavailable

TOKEN_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID_BYTES = 4
_KEY_BYTES = 32
_VERSION = b"\x01"
_B64URL = re.compile(r"[A-Za-z0-9_-]*")


def new_token(prefix: str) -> str:
    """A random 256-bit secret behind a prefix that secret scanners can look for."""
    return f"{prefix}_{secrets.token_urlsafe(TOKEN_BYTES)}"


def hash_token(token: str) -> bytes:
    """SHA-256 of a random secret: what we store instead of it (32 bytes)."""
    return hashlib.sha256(token.encode()).digest()


def is_same(left: str | bytes, right: str | bytes) -> bool:
    """Compare two secrets without telling by the time taken where they differ."""
    return hmac.compare_digest(_as_bytes(left), _as_bytes(right))


def b64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64url_decode(text: str) -> bytes:
    """The reverse of `b64url`.

    Raises:
        ValueError: when the text is not base64url without padding.
    """
    if not _B64URL.fullmatch(text):
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


class Keyring:
    """Seals, opens, signs and verifies with keys derived from the root secrets.

    Args:
        current: the secret that seals and signs, at least 32 bytes.
        previous: former secrets, still accepted for opening and verifying.
    """

    def __init__(self, current: str, previous: tuple[str, ...] = ()) -> None:
        self._roots = (current.encode(), *(secret.encode() for secret in previous))
        self._derive = lru_cache(maxsize=256)(_derive_key)

    def __repr__(self) -> str:
        return f"Keyring({len(self._roots)} secrets)"

    def seal(self, plaintext: bytes, *, purpose: str) -> bytes:
        """Encrypt with AES-256-GCM: version ‖ key id (4) ‖ nonce (12) ‖ ciphertext and tag."""
        key = self._derive(self._roots[0], purpose)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        header = _VERSION + _key_id(key)
        return header + nonce + AESGCM(key).encrypt(nonce, plaintext, header + purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            Unavailable: `kit_secret_unknown`, the value was sealed under a secret that is not
                configured any more, or it was changed.
        """
        header, rest = sealed[: 1 + _KEY_ID_BYTES], sealed[1 + _KEY_ID_BYTES :]
        for root in self._roots:
            key = self._derive(root, purpose)
            if header != _VERSION + _key_id(key):
                continue
            try:
                return AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header + purpose.encode())
            except (InvalidTag, ValueError):
                break
        raise Unavailable(
            "kit_secret_unknown",
            "A stored secret cannot be opened. Put the former AUTHER_SECRET into AUTHER_SECRET_PREVIOUS.",
            detail=f"purpose={purpose}",
        )

    def is_sealed_by_current(self, sealed: bytes, *, purpose: str) -> bool:
        """False when the value should be sealed again because the secret was rotated."""
        return sealed[: 1 + _KEY_ID_BYTES] == _VERSION + _key_id(self._derive(self._roots[0], purpose))

    def sign(self, data: bytes, *, purpose: str) -> bytes:
        """HMAC-SHA256 under the current secret (32 bytes)."""
        return hmac.digest(self._derive(self._roots[0], purpose), data, "sha256")

    def verify(self, data: bytes, signature: bytes, *, purpose: str) -> bool:
        """Whether any of our secrets signed the data."""
        return any(
            hmac.compare_digest(hmac.digest(self._derive(root, purpose), data, "sha256"), signature)
            for root in self._roots
        )


def _as_bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _derive_key(root: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=b"auther", info=purpose.encode()).derive(root)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id" + key).digest()[:_KEY_ID_BYTES]
