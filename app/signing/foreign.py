"""JWTs that others sign (client assertions): public keys read strictly, signatures verified with nothing else.

A key is used only with the algorithms of its type; what a header brings to choose a key (`jku`, `jwk`, `x5u`,
`x5c`) or to change the meaning of the token (`crit`, `b64`) makes the token a refused one.

Source: RFC 7515, RFC 7517, RFC 7518 §3.1, RFC 8037 §3.1, RFC 8725.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.signing import jws
from app.signing.errors import KeySetInvalid, TokenInvalid
from app.signing.types import Claims

# RFC 9864: `Ed25519` is the newer name of what `EdDSA` meant with such a key.
FOREIGN_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
# RFC 7518 §3.6: the algorithm of what nobody signed. It is no algorithm of a key.
UNSIGNED = "none"
MAX_KEYS = 20
MAX_KEY_SET_BYTES = 65_536
MAX_FOREIGN_BYTES = 8_192
_MAX_HEADER_CHARACTERS = 1_024
_MAX_KID = 255
_PARTS_AFTER_HEADER = 2
_RSA_BITS = (2_048, 4_096)
# Verifying costs as much as the exponent is long; those in use have 17 bits.
_EXPONENT_BITS = 32
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_HEADER_NAMES = frozenset({"alg", "kid", "typ"})
_ALGORITHMS_OF = {"RSA": ("RS256", "PS256"), "EC": ("ES256",), "OKP": ("EdDSA", "Ed25519")}
_KINDS: Mapping[str, Callable[[Any], RSAKey | ECKey | OKPKey]] = {
    "RSA": RSAKey.import_key,
    "EC": ECKey.import_key,
    "OKP": OKPKey.import_key,
}
_PSS = PSS(MGF1(SHA256()), SHA256.digest_size)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A public key of somebody else. `algorithms` are those that it may be used with."""

    kid: str | None
    algorithms: tuple[str, ...]
    jwk: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ForeignToken:
    """A token of somebody else, taken apart: nothing of it is proved before `read_foreign`."""

    kid: str | None
    alg: str
    typ: str
    claims: Claims
    signing_input: bytes
    signature: bytes


def find_key_set_problem(document: object) -> str | None:
    """Why this is not a set of public signing keys, every one of which we can use; None when it is.

    Source: RFC 7517 §5, RFC 7591 §2.
    """
    keys = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(keys, list | tuple) or not keys:
        return "A JWK Set is an object whose keys is a list of public keys."
    if len(keys) > MAX_KEYS:
        return f"A JWK Set has at most {MAX_KEYS} keys."
    if any(isinstance(key, Mapping) and PRIVATE_MEMBERS & key.keys() for key in keys):
        return "A JWK Set holds public keys only: never register a private or symmetric one."
    read = [read_public_key(key) for key in keys]
    if None in read:
        return "Each key is RSA of 2048 to 4096 bits, EC P-256 or OKP Ed25519, for signatures."
    kids = [key.kid for key in read if key is not None]
    return "Several keys need a kid each, all different." if len(kids) > 1 and _has_repeats(kids) else None


@lru_cache(maxsize=512)
def read_key_set(text: str | bytes) -> tuple[ForeignKey, ...]:
    """The usable keys of a JWK Set; others in it (for encryption, of unknown types) are passed over.

    Raises:
        KeySetInvalid: `signing_key_set_invalid`, it is no JWK Set, too large, or holds a private key.
    """
    if len(text) > MAX_KEY_SET_BYTES:
        raise KeySetInvalid("too large")
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise KeySetInvalid("not JSON") from None
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise KeySetInvalid("keys is no list")
    if any(isinstance(key, dict) and PRIVATE_MEMBERS & key.keys() for key in keys):
        raise KeySetInvalid("holds a private key")
    return tuple(read for key in keys[:MAX_KEYS] if (read := read_public_key(key)) is not None)


def parse_foreign(token: str) -> ForeignToken:
    """Take a token apart, trusting nothing in it.

    Raises:
        TokenInvalid: too large, not compact JWS, an algorithm that we do not take, or other header members than
            `alg`, `kid` and `typ`.
    """
    if len(token) > MAX_FOREIGN_BYTES or not token.isascii():
        raise TokenInvalid("too large, or not ASCII")
    data, dot, signature = token.rpartition(".")
    header, middle, payload = data.partition(".")
    if not (dot and middle) or "." in payload or len(header) > _MAX_HEADER_CHARACTERS:
        raise TokenInvalid("not three parts")
    kid, alg, typ = _read_header(header)
    return ForeignToken(kid, alg, typ, jws.read_payload(payload), data.encode(), jws.decode_segment(signature))


def is_unsigned(token: str) -> bool:
    """Whether a token says of itself that nobody signed it (`alg: none`)."""
    header = token[: _MAX_HEADER_CHARACTERS + 1].partition(".")[0]
    try:
        members = jws.load_json(jws.decode_segment(header))
    except TokenInvalid:
        return False
    return isinstance(members, dict) and members.get("alg") == UNSIGNED


def parse_unsigned(token: str) -> ForeignToken:
    """Take a token apart that nobody signed: whoever takes it must know by other means where it comes from.

    Raises:
        TokenInvalid: too large, not compact JWS, signed after all, or other header members than `alg`, `kid` and `typ`.

    Source: RFC 7519 §6.
    """
    if len(token) > MAX_FOREIGN_BYTES or not token.isascii():
        raise TokenInvalid("too large, or not ASCII")
    header, *rest = token.split(".")
    if len(rest) != _PARTS_AFTER_HEADER or rest[1] or len(header) > _MAX_HEADER_CHARACTERS:
        raise TokenInvalid("not three parts, or signed")
    kid, alg, typ = _read_header(header, (UNSIGNED,))
    return ForeignToken(kid, alg, typ, jws.read_payload(rest[0]), token.encode(), b"")


def read_foreign(token: ForeignToken, keys: Iterable[ForeignKey]) -> Claims:
    """The claims of a token that one of these keys signed. Times and everything else is the caller's to check.

    Raises:
        TokenInvalid: `signing_token_invalid`.
    """
    for key in pick_keys(token, keys):
        if find_verifier(token.alg, orjson.dumps(dict(key.jwk)))(token.signature, token.signing_input):
            return token.claims
    raise TokenInvalid("unknown key or wrong signature")


def pick_keys(token: ForeignToken, keys: Iterable[ForeignKey]) -> Sequence[ForeignKey]:
    """The keys that may have signed a token: its `kid` names one; without `kid`, the only one of its algorithm."""
    fitting = [key for key in keys if token.alg in key.algorithms]
    if token.kid is not None:
        return [key for key in fitting if key.kid == token.kid][:1]
    return fitting if len(fitting) == 1 else []


class _Ps256:
    """RSASSA-PSS with SHA-256 (RFC 7518 §3.5)."""

    def verifier(self, jwk: Mapping[str, str]) -> jws.Verify:
        public = RSAKey.import_key(dict(jwk)).public_key
        assert isinstance(public, RSAPublicKey)

        def verify(signature: bytes, data: bytes) -> bool:
            return jws.passes(lambda: public.verify(signature, data, _PSS, SHA256()))

        return verify


@lru_cache(maxsize=512)
def find_verifier(alg: str, jwk: bytes) -> jws.Verify:
    """Tells whether a signature under one of `FOREIGN_ALGORITHMS` is of this public JWK, given as JSON."""
    maker = _Ps256() if alg == "PS256" else jws.ALGORITHMS["EdDSA" if alg == "Ed25519" else alg]
    return maker.verifier(orjson.loads(jwk))


def _read_header(segment: str, algorithms: Sequence[str] = FOREIGN_ALGORITHMS) -> tuple[str | None, str, str]:
    header = jws.load_json(jws.decode_segment(segment))
    if not isinstance(header, dict) or not header.keys() <= _HEADER_NAMES:
        raise TokenInvalid("header has other members than alg, kid, typ")
    kid, alg, typ = header.get("kid"), header.get("alg"), header.get("typ", "JWT")
    if not isinstance(alg, str) or alg not in algorithms or not isinstance(typ, str):
        raise TokenInvalid("alg not allowed")
    if kid is not None and not _is_kid(kid):
        raise TokenInvalid("kid malformed")
    return kid, alg, typ


def read_public_key(jwk: object) -> ForeignKey | None:
    """A public key that signatures can be checked with; None for any other, and for what is no JWK."""
    if not isinstance(jwk, Mapping) or jwk.get("use", "sig") != "sig" or not _may_verify(jwk.get("key_ops")):
        return None
    algorithms = _ALGORITHMS_OF.get(str(jwk.get("kty")), ())
    if (alg := jwk.get("alg")) is not None:
        algorithms = algorithms if alg in _ALGORITHMS_OF["OKP"] else tuple(each for each in algorithms if each == alg)
    kid = jwk.get("kid")
    if not algorithms or not (kid is None or _is_kid(kid)) or not _is_usable(jwk):
        return None
    public = {name: str(jwk[name]) for name in ("kty", "n", "e", "crv", "x", "y") if name in jwk}
    return ForeignKey(kid, algorithms, public)


def _is_usable(jwk: Mapping[str, object]) -> bool:
    try:
        public = _KINDS[str(jwk["kty"])](dict(jwk)).public_key
    except (JoseError, ValueError, KeyError, TypeError):
        return False
    if isinstance(public, RSAPublicKey):
        is_cheap = public.public_numbers().e.bit_length() <= _EXPONENT_BITS
        return is_cheap and _RSA_BITS[0] <= public.key_size <= _RSA_BITS[1]
    return (
        isinstance(public.curve, SECP256R1) if isinstance(public, EllipticCurvePublicKey) else jwk["crv"] == "Ed25519"
    )


def _may_verify(operations: object) -> bool:
    return operations is None or (isinstance(operations, list | tuple) and "verify" in operations)


def _is_kid(kid: object) -> bool:
    return isinstance(kid, str) and 0 < len(kid) <= _MAX_KID


def _has_repeats(kids: Sequence[str | None]) -> bool:
    return None in kids or len(set(kids)) < len(kids)
