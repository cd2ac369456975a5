"""Public keys and JWTs of others."""

from __future__ import annotations

import warnings
from typing import Any

import orjson
import pytest
from joserfc import jws as joserfc_jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from app.kit.crypto import b64url
from app.signing.errors import KeySetInvalid, TokenInvalid
from app.signing.foreign import (
    FOREIGN_ALGORITHMS,
    MAX_FOREIGN_BYTES,
    MAX_KEY_SET_BYTES,
    MAX_KEYS,
    find_key_set_problem,
    is_unsigned,
    parse_foreign,
    parse_unsigned,
    read_foreign,
    read_key_set,
    read_public_key,
)

CLAIMS = {"iss": "somebody", "n": 1}


def make_key(alg: str, kid: str | None = "k1") -> RSAKey | ECKey | OKPKey:
    parameters: dict[str, Any] = {} if kid is None else {"kid": kid}
    if alg in {"RS256", "PS256"}:
        return RSAKey.generate_key(2048, parameters)
    return ECKey.generate_key("P-256", parameters) if alg == "ES256" else OKPKey.generate_key("Ed25519", parameters)


def sign(key: Any, alg: str, **header: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)
        return joserfc_jws.serialize_compact(
            {"alg": alg, **header}, orjson.dumps(CLAIMS), key, algorithms=[alg]
        )  # fmt: skip


def public(*keys: Any, **extra: object) -> dict[str, Any]:
    return {"keys": [{**key.as_dict(private=False), **extra} for key in keys]}


@pytest.mark.parametrize("alg", FOREIGN_ALGORITHMS)
def test_what_another_library_signs_is_read(alg: str) -> None:
    key, other = make_key(alg), make_key(alg)
    keys, foreign = (read_key_set(orjson.dumps(public(each))) for each in (key, other))

    token = parse_foreign(sign(key, alg, kid="k1"))

    assert dict(read_foreign(token, keys)) == CLAIMS
    with pytest.raises(TokenInvalid):
        read_foreign(token, foreign)
    with pytest.raises(TokenInvalid):
        read_foreign(token, ())


def test_a_key_serves_only_algorithms_of_its_kind_and_its_own() -> None:
    key = make_key("RS256")
    token = parse_foreign(sign(key, "PS256", kid="k1"))

    assert dict(read_foreign(token, read_key_set(orjson.dumps(public(key))))) == CLAIMS
    assert dict(read_foreign(token, read_key_set(orjson.dumps(public(key, alg="PS256"))))) == CLAIMS
    with pytest.raises(TokenInvalid):
        read_foreign(token, read_key_set(orjson.dumps(public(key, alg="RS256"))))


def test_without_a_kid_only_a_single_key_counts() -> None:
    first, second = make_key("ES256", "a"), make_key("ES256", "b")
    token = parse_foreign(sign(first, "ES256"))

    assert dict(read_foreign(token, read_key_set(orjson.dumps(public(first))))) == CLAIMS
    with pytest.raises(TokenInvalid):
        read_foreign(token, read_key_set(orjson.dumps(public(first, second))))


@pytest.mark.parametrize("header", [{"crit": ["b64"]}, {"cty": "JWT"}, {"kid": ""}, {"typ": 7}, {"alg": "ES384"}])
def test_other_headers_are_refused(header: dict[str, Any]) -> None:
    data = orjson.dumps({"alg": "ES256", **header})

    with pytest.raises(TokenInvalid):
        parse_foreign(f"{b64url(data)}.{b64url(b'{}')}.AAAA")


@pytest.mark.parametrize("kind", ["RS256", "ES256", "EdDSA"])
def test_public_keys_may_be_registered_and_private_ones_never(kind: str) -> None:
    key = make_key(kind)

    assert find_key_set_problem(public(key)) is None
    assert find_key_set_problem({"keys": [key.as_dict(private=True)]}) is not None
    with pytest.raises(KeySetInvalid):
        read_key_set(orjson.dumps({"keys": [key.as_dict(private=True)]}))


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"keys": []},
        {"keys": {}},
        {"keys": [7]},
        {"keys": [{}]},
        {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "OKP", "crv": "Ed25519"}]},
        {"keys": [OctKey.generate_key(256).as_dict(private=True)]},
        public(ECKey.generate_key("P-384")),
        public(ECKey.generate_key("secp256k1")),
        public(OKPKey.generate_key("X25519")),
        public(make_key("ES256"), use="enc"),
        public(make_key("ES256"), key_ops=["sign"]),
        public(make_key("ES256"), alg="ES384"),
        public(make_key("ES256"), kid="k" * 300),
        public(make_key("ES256"), make_key("ES256")),
        public(make_key("ES256", "a"), make_key("ES256", None)),
        public(*(make_key("ES256", str(n)) for n in range(MAX_KEYS + 1))),
    ],
)
def test_what_is_no_set_of_usable_public_keys_is_told(document: object) -> None:
    assert find_key_set_problem(document) is not None


@pytest.mark.parametrize("text", ["", "[]", "7", '{"keys": 7}', " " * (MAX_KEY_SET_BYTES + 1)])
def test_what_is_no_key_set_cannot_be_read(text: str) -> None:
    with pytest.raises(KeySetInvalid):
        read_key_set(text)


def test_keys_of_no_use_are_passed_over() -> None:
    good = make_key("ES256")
    document = {"keys": [{"kty": "AKP"}, *public(make_key("ES256", "x"), use="enc")["keys"], *public(good)["keys"]]}

    assert [key.kid for key in read_key_set(orjson.dumps(document))] == ["k1"]


@pytest.mark.parametrize("header", [{}, {"kid": "k1"}, {"typ": "oauth-authz-req+jwt"}])
def test_rfc7519_6_an_unsigned_token_is_taken_apart_by_who_asks_for_it(header: dict[str, Any]) -> None:
    token = f"{b64url(orjson.dumps({'alg': 'none', **header}))}.{b64url(orjson.dumps(CLAIMS))}."

    found = parse_unsigned(token)

    assert (dict(found.claims), found.alg, found.signature) == (CLAIMS, "none", b"")
    assert is_unsigned(token)
    with pytest.raises(TokenInvalid):
        parse_foreign(token)


@pytest.mark.parametrize(
    ("header", "rest"),
    [
        ({"alg": "none"}, ".e30.c2ln"),
        ({"alg": "none"}, ".e30"),
        ({"alg": "none"}, ".e30.."),
        ({"alg": "none"}, ".W10."),
        ({"alg": "none"}, f".{'A' * MAX_FOREIGN_BYTES}."),
        ({"alg": "ES256"}, ".e30."),
        ({"alg": "NONE"}, ".e30."),
        ({"alg": "none", "crit": ["exp"]}, ".e30."),
        ({"alg": "none", "jwk": {}}, ".e30."),
        ({"alg": "none", "kid": ""}, ".e30."),
        ({}, ".e30."),
    ],
)
def test_what_is_signed_odd_or_too_long_is_not_taken_as_unsigned(header: dict[str, Any], rest: str) -> None:
    with pytest.raises(TokenInvalid):
        parse_unsigned(f"{b64url(orjson.dumps(header))}{rest}")


@pytest.mark.parametrize(("exponent", "is_usable"), [(65537, True), (2**32 + 1, False), (2**2047 + 1, False)])
def test_an_rsa_key_whose_exponent_makes_verifying_dear_is_not_used(exponent: int, is_usable: bool) -> None:
    jwk = make_key("RS256").as_dict(private=False)
    dear = {**jwk, "e": b64url(exponent.to_bytes((exponent.bit_length() + 7) // 8))}

    assert (read_public_key(dear) is not None) is is_usable
