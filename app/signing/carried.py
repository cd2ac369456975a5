"""JWTs that bring the public key of whoever signed them (DPoP proofs): the key is judged, then nothing else is trusted.

The header has `typ`, `alg` and `jwk`; the key is public, and of a type that fits the algorithm. Members that choose
another key or change what the token means are refused, others ignored (RFC 7515 §4). Such a token proves only that
its sender holds the key; what the key means is the caller's to know.

Source: RFC 9449 §4.2 and §4.3, RFC 7515 §4.1.3, RFC 7638.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

import orjson

from app.kit.crypto import b64url
from app.signing import jws
from app.signing.errors import TokenInvalid
from app.signing.foreign import PRIVATE_MEMBERS, find_verifier, read_public_key
from app.signing.types import Claims

# Asymmetric ones only, without RSA's older padding (FAPI 2.0 Security Profile §5.4.1).
CARRIED_ALGORITHMS: Final = ("ES256", "PS256", "EdDSA", "Ed25519")
MAX_CARRIED_BYTES: Final = 8_192
# An RSA key of 4096 bits takes some 1,000.
_MAX_HEADER_CHARACTERS = 2_048
# A client sends the same header with each proof. Some 3 KB each.
_MAX_REMEMBERED = 2_048
_REQUIRED = frozenset({"typ", "alg", "jwk"})
_REFUSED = frozenset({"crit", "b64", "jku", "x5u", "x5c", "x5t", "x5t#S256", "enc", "zip"})
# RFC 7638 §3.2, in the order in which they are hashed.
_THUMBPRINT_MEMBERS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x")}


@dataclass(frozen=True, slots=True)
class Carried:
    """A token under the key that it brought.

    Attributes:
        jkt: the key's SHA-256 thumbprint (RFC 7638) in base64url.
    """

    claims: Claims
    jkt: str


@dataclass(frozen=True, slots=True)
class _Signer:
    jkt: str
    verify: jws.Verify


def read_carried(token: str, *, typ: str) -> Carried:
    """The claims of a token under the key in its header. Times and everything else is the caller's to check.

    Raises:
        TokenInvalid: too large, not compact JWS, another `typ`, a key that is private, weak, symmetric or does not
            fit the algorithm, or a wrong signature.
    """
    if len(token) > MAX_CARRIED_BYTES or not token.isascii():
        raise TokenInvalid("too large, or not ASCII")
    data, dot, signature = token.rpartition(".")
    header, middle, payload = data.partition(".")
    if not (dot and middle) or "." in payload or len(header) > _MAX_HEADER_CHARACTERS:
        raise TokenInvalid("not three parts")
    signer = _read_signer(header, typ)
    if not signer.verify(jws.decode_segment(signature), data.encode()):
        raise TokenInvalid("wrong signature")
    return Carried(jws.read_payload(payload), signer.jkt)


@lru_cache(maxsize=_MAX_REMEMBERED)
def _read_signer(segment: str, typ: str) -> _Signer:
    header = jws.load_json(jws.decode_segment(segment))
    if not isinstance(header, dict) or not header.keys() >= _REQUIRED or _REFUSED & header.keys():
        raise TokenInvalid("header lacks typ, alg or jwk, or has members that name another key")
    alg, jwk = header["alg"], header["jwk"]
    if header["typ"] != typ:
        raise TokenInvalid(f"typ is not {typ}")
    if alg not in CARRIED_ALGORITHMS or not isinstance(jwk, dict) or PRIVATE_MEMBERS & jwk.keys():
        raise TokenInvalid("an algorithm that we do not take, or not a public key")
    key = read_public_key(jwk)
    if key is None or alg not in key.algorithms:
        raise TokenInvalid("this key is of no use with this algorithm")
    return _Signer(find_thumbprint(key.jwk), find_verifier(alg, orjson.dumps(dict(key.jwk))))


def find_thumbprint(jwk: Mapping[str, str]) -> str:
    """The SHA-256 thumbprint of a public key, RSA, EC or OKP, in base64url (RFC 7638 §3)."""
    members = {name: jwk[name] for name in _THUMBPRINT_MEMBERS[jwk["kty"]]}
    return b64url(sha256(orjson.dumps(members)).digest())
