"""Compact JWS of ours, on `cryptography` alone: three algorithms, one strict reading (ADR 7).

The header of a token of ours is exactly `alg`, `kid`, `typ`. Whatever else a token brings
(`crit`, `jku`, `jwk`, `x5u`, `x5c`, `b64`, a fourth part) makes it a foreign one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.kit.crypto import b64url, b64url_decode
from app.signing.errors import TokenInvalid

MAX_TOKEN_BYTES = 16_384
_MAX_HEADER_CHARACTERS = 512
_RSA_BITS = 2_048
_RSA_EXPONENT = 65_537
_P256_BYTES = 32
_KID = re.compile(r"[A-Za-z0-9_-]{43}")
_SHA256 = SHA256()
_ECDSA = ECDSA(_SHA256)
_PKCS1 = PKCS1v15()
_HEADER_NAMES = {"alg", "kid", "typ"}

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey
Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], bool]


class Algorithm(Protocol):
    """One JWS algorithm (RFC 7518 §3.1, RFC 8037 §3.1)."""

    def generate(self) -> PrivateKey:
        """A fresh private key; takes up to half a second for RSA, so call it in a thread."""

    def signer(self, key: PrivateKey) -> Sign:
        """Signs bytes with this key."""

    def verifier(self, jwk: Mapping[str, str]) -> Verify:
        """Tells whether a signature over bytes (in that order) is of this public JWK."""


class _Rs256:
    def generate(self) -> PrivateKey:
        return generate_rsa_key(_RSA_EXPONENT, _RSA_BITS)

    def signer(self, key: PrivateKey) -> Sign:
        assert isinstance(key, RSAPrivateKey)
        return lambda data: key.sign(data, _PKCS1, _SHA256)

    def verifier(self, jwk: Mapping[str, str]) -> Verify:
        public = RSAKey.import_key(dict(jwk)).public_key
        assert isinstance(public, RSAPublicKey)

        def verify(signature: bytes, data: bytes) -> bool:
            return passes(lambda: public.verify(signature, data, _PKCS1, _SHA256))

        return verify


class _Es256:
    def generate(self) -> PrivateKey:
        return generate_private_key(SECP256R1())

    def signer(self, key: PrivateKey) -> Sign:
        assert isinstance(key, EllipticCurvePrivateKey)

        def sign(data: bytes) -> bytes:
            r, s = decode_dss_signature(key.sign(data, _ECDSA))
            return r.to_bytes(_P256_BYTES, "big") + s.to_bytes(_P256_BYTES, "big")

        return sign

    def verifier(self, jwk: Mapping[str, str]) -> Verify:
        public = ECKey.import_key(dict(jwk)).public_key
        assert isinstance(public, EllipticCurvePublicKey)

        def verify(signature: bytes, data: bytes) -> bool:
            if len(signature) != 2 * _P256_BYTES:
                return False
            r, s = (int.from_bytes(half, "big") for half in (signature[:_P256_BYTES], signature[_P256_BYTES:]))
            return passes(lambda: public.verify(encode_dss_signature(r, s), data, _ECDSA))

        return verify


class _EdDsa:
    def generate(self) -> PrivateKey:
        return Ed25519PrivateKey.generate()

    def signer(self, key: PrivateKey) -> Sign:
        assert isinstance(key, Ed25519PrivateKey)
        return key.sign

    def verifier(self, jwk: Mapping[str, str]) -> Verify:
        public = OKPKey.import_key(dict(jwk)).public_key
        assert isinstance(public, Ed25519PublicKey)

        def verify(signature: bytes, data: bytes) -> bool:
            return passes(lambda: public.verify(signature, data))

        return verify


ALGORITHMS: dict[str, Algorithm] = {"RS256": _Rs256(), "ES256": _Es256(), "EdDSA": _EdDsa()}


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token taken apart, of which nothing is proved yet."""

    kid: str
    alg: str
    signing_input: bytes
    signature: bytes
    payload: str


def to_public_jwk(alg: str, key: PrivateKey) -> dict[str, str]:
    """The published form of a key: `kid` is its RFC 7638 thumbprint."""
    jwk = _to_jwk(key)
    public = {name: str(value) for name, value in jwk.as_dict(private=False).items() if name != "kid"}
    return {**public, "use": "sig", "alg": alg, "kid": jwk.thumbprint()}


def _to_jwk(key: PrivateKey) -> RSAKey | ECKey | OKPKey:
    if isinstance(key, RSAPrivateKey):
        return RSAKey.import_key(key)
    return ECKey.import_key(key) if isinstance(key, EllipticCurvePrivateKey) else OKPKey.import_key(key)


def encode_header(*, alg: str, kid: str, typ: str) -> bytes:
    """The first part of a token and the dot after it."""
    return b64url(orjson.dumps({"alg": alg, "kid": kid, "typ": typ})).encode() + b"."


def assemble(header: bytes, payload: bytes, sign: Sign) -> str:
    """A signed token. `header` comes from `encode_header`."""
    data = header + b64url(payload).encode()
    return f"{data.decode()}.{b64url(sign(data))}"


def parse(token: str, *, typ: str) -> Unverified:
    """Take a token apart, trusting nothing in it.

    Raises:
        TokenInvalid: it is too large, not compact JWS, or its header is not one of ours for `typ`.
    """
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise TokenInvalid("too large, or not ASCII")
    data, dot, signature = token.rpartition(".")
    header, middle, payload = data.partition(".")
    if not (dot and middle) or "." in payload:
        raise TokenInvalid("not three parts")
    kid, alg = _read_header(header, typ)
    return Unverified(kid, alg, data.encode(), decode_segment(signature), payload)


def read_payload(payload: str) -> dict[str, object]:
    """The claims of a token whose signature is proved.

    Raises:
        TokenInvalid: they are not a JSON object.
    """
    claims = load_json(decode_segment(payload))
    if not isinstance(claims, dict):
        raise TokenInvalid("claims are no object")
    return claims


def _read_header(segment: str, typ: str) -> tuple[str, str]:
    if len(segment) > _MAX_HEADER_CHARACTERS:
        raise TokenInvalid("header too large")
    header = load_json(decode_segment(segment))
    if not isinstance(header, dict) or header.keys() != _HEADER_NAMES:
        raise TokenInvalid("header has other members than alg, kid, typ")
    kid, alg = header["kid"], header["alg"]
    if header["typ"] != typ:
        raise TokenInvalid(f"typ is not {typ}")
    if not isinstance(kid, str) or not isinstance(alg, str) or not _KID.fullmatch(kid):
        raise TokenInvalid("kid or alg malformed")
    return kid, alg


def decode_segment(segment: str) -> bytes:
    """The bytes of one part of a token.

    Raises:
        TokenInvalid: it is not base64url in its one canonical spelling.
    """
    try:
        data = b64url_decode(segment)
    except ValueError:
        raise TokenInvalid("not base64url") from None
    # One token has one spelling: no `+`, no padding, no stray low bits (RFC 7515 §2).
    if b64url(data) != segment:
        raise TokenInvalid("not canonical base64url")
    return data


def load_json(data: bytes) -> object:
    """The JSON value in a part of a token.

    Raises:
        TokenInvalid: it is none.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise TokenInvalid("not JSON") from None


def passes(check: Callable[[], object]) -> bool:
    """Whether a primitive of `cryptography` finds the signature right."""
    try:
        check()
    except InvalidSignature:
        return False
    return True
