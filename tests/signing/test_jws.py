"""Compact JWS: what we write others read, and we read only what we would write."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from app.kit.crypto import b64url
from app.signing import jws
from app.signing.errors import TokenInvalid

ALGS = ("RS256", "ES256", "EdDSA")
CLAIMS = {"iss": "https://id.example.com", "sub": "usr_1", "exp": 1_900_000_000, "name": "Zoë ✓"}
KID = "a" * 43

KEYS = {alg: jws.ALGORITHMS[alg].generate() for alg in ALGS}
JWKS = {alg: jws.to_public_jwk(alg, key) for alg, key in KEYS.items()}


def make_token(alg: str, typ: str = "at+jwt", claims: dict[str, Any] | None = None) -> str:
    header = jws.encode_header(alg=alg, kid=JWKS[alg]["kid"], typ=typ)
    return jws.assemble(header, orjson.dumps(claims or CLAIMS), jws.ALGORITHMS[alg].signer(KEYS[alg]))


def raw_token(header: object, payload: bytes = b"{}", signature: bytes = b"s" * 64) -> str:
    encoded = header if isinstance(header, bytes) else orjson.dumps(header)
    return ".".join(b64url(part) for part in (encoded, payload, signature))


def without_warning(work: Callable[[], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return work()


@pytest.mark.parametrize("alg", ALGS)
def test_joserfc_verifies_what_we_sign(alg: str) -> None:
    token = make_token(alg)

    read = without_warning(lambda: jwt.decode(token, import_key(dict(JWKS[alg])), algorithms=[alg]))

    assert read.claims == CLAIMS
    assert read.header == {"alg": alg, "kid": JWKS[alg]["kid"], "typ": "at+jwt"}


@pytest.mark.parametrize("alg", ALGS)
def test_we_verify_what_joserfc_signs(alg: str) -> None:
    importer: Any = {"RS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey}[alg]
    header = {"alg": alg, "kid": JWKS[alg]["kid"], "typ": "at+jwt"}
    key = importer.import_key(KEYS[alg])
    token = without_warning(lambda: jwt.encode(header, CLAIMS, key, algorithms=[alg]))

    parts = jws.parse(token, typ="at+jwt")

    assert (parts.alg, parts.kid) == (alg, JWKS[alg]["kid"])
    assert jws.ALGORITHMS[alg].verifier(JWKS[alg])(parts.signature, parts.signing_input)
    assert jws.read_payload(parts.payload) == CLAIMS


@pytest.mark.parametrize("alg", ALGS)
def test_rfc7518_every_flipped_bit_of_the_signature_is_noticed(alg: str) -> None:
    parts = jws.parse(make_token(alg), typ="at+jwt")
    verify = jws.ALGORITHMS[alg].verifier(JWKS[alg])

    forged = [
        bytes((*parts.signature[:n], byte ^ 1, *parts.signature[n + 1 :])) for n, byte in enumerate(parts.signature)
    ]

    assert not any(verify(signature, parts.signing_input) for signature in forged)
    assert not verify(parts.signature, parts.signing_input + b"A")
    assert not verify(b"", parts.signing_input)
    assert not verify(parts.signature + b"\0", parts.signing_input)


def test_rfc7518_section_3_4_es256_signatures_are_64_bytes_also_when_a_half_is_short() -> None:
    sign, verify = jws.ALGORITHMS["ES256"].signer(KEYS["ES256"]), jws.ALGORITHMS["ES256"].verifier(JWKS["ES256"])

    signatures = [(sign(bytes([n % 256, n // 256])), bytes([n % 256, n // 256])) for n in range(3_000)]

    assert {len(signature) for signature, _ in signatures} == {64}
    assert any(signature[0] == 0 or signature[32] == 0 for signature, _ in signatures)
    assert all(verify(signature, data) for signature, data in signatures)


def test_rfc7518_a_der_signature_is_refused() -> None:
    der = bytes.fromhex("3006020101020101")

    assert not jws.ALGORITHMS["ES256"].verifier(JWKS["ES256"])(der, b"data")


@pytest.mark.parametrize("alg", ALGS)
def test_public_jwk_is_public_and_named_by_its_thumbprint(alg: str) -> None:
    jwk = JWKS[alg]

    private_members = {"d", "p", "q", "dp", "dq", "qi", "k"}
    assert not private_members & jwk.keys()
    assert (jwk["use"], jwk["alg"]) == ("sig", alg)
    assert jwk["kid"] == import_key({name: value for name, value in jwk.items() if name != "kid"}).thumbprint()


@pytest.mark.parametrize(
    "extra",
    [
        {"crit": ["exp"]},
        {"crit": []},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"jwk": {"kty": "EC"}},
        {"x5c": ["MIIB"]},
        {"b64": False},
        {"zip": "DEF"},
        {"cty": "JWT"},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_rfc8725_section_3_a_header_with_anything_more_is_refused(extra: dict[str, Any]) -> None:
    with pytest.raises(TokenInvalid, match="not valid") as caught:
        jws.parse(raw_token({"alg": "ES256", "kid": KID, "typ": "at+jwt", **extra}), typ="at+jwt")

    assert caught.value.detail == "header has other members than alg, kid, typ"


@pytest.mark.parametrize(
    "kid",
    ["", "../../etc/passwd", "' OR 1=1 --", "a" * 42, "a" * 44, "a" * 42 + "/", "a" * 42 + "\n", 7, None, ["a" * 43]],
)
def test_kid_that_is_no_thumbprint_is_refused(kid: object) -> None:
    with pytest.raises(TokenInvalid) as caught:
        jws.parse(raw_token({"alg": "ES256", "kid": kid, "typ": "at+jwt"}), typ="at+jwt")

    assert caught.value.detail == "kid or alg malformed"


@pytest.mark.parametrize("typ", ["JWT", "at+JWT", "AT+jwt", "application/at+jwt", "", None, 1])
def test_rfc8725_section_3_11_typ_is_exact(typ: object) -> None:
    with pytest.raises(TokenInvalid) as caught:
        jws.parse(raw_token({"alg": "ES256", "kid": KID, "typ": typ}), typ="at+jwt")

    assert caught.value.detail == "typ is not at+jwt"


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "a.b.c.d.e",
        "é.b.c",
        " a.b.c",
        raw_token(b"[]"),
        raw_token(b"null"),
        raw_token(b"not json"),
        raw_token(b"[" * 300),
        raw_token({"alg": "ES256", "kid": KID, "typ": "at+jwt", "x": "y" * 600}),
        raw_token({"alg": None, "kid": KID, "typ": "at+jwt"}),
    ],
)
def test_what_is_no_compact_jws_is_refused(token: str) -> None:
    with pytest.raises(TokenInvalid):
        jws.parse(token, typ="at+jwt")


def test_a_token_over_16_kib_is_refused_unread() -> None:
    with pytest.raises(TokenInvalid) as caught:
        jws.parse("a" * 10_000_000, typ="at+jwt")

    assert caught.value.detail == "too large, or not ASCII"


@pytest.mark.parametrize("payload", [b"[]", b'"text"', b"7", b"{", b"[" * 5_000])
def test_claims_that_are_no_object_are_refused(payload: bytes) -> None:
    with pytest.raises(TokenInvalid):
        jws.read_payload(b64url(payload))


def test_rfc7515_section_2_a_signature_has_one_spelling() -> None:
    token = make_token("ES256")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same_bytes = alphabet[alphabet.index(token[-1]) ^ 1]

    for spelling in (
        token[:-1] + same_bytes,
        token + "=",
        token + "==",
        token.replace("-", "+").replace("_", "/") + "+",
    ):
        with pytest.raises(TokenInvalid):
            jws.parse(spelling, typ="at+jwt")
    assert jws.parse(token, typ="at+jwt").alg == "ES256"
