"""JWTs of ours: signed, verified, and everything that is not one of them refused."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import import_key

from app.kit import clock
from app.kit.clock import FrozenClock
from app.kit.crypto import b64url, b64url_decode
from app.signing import jws, verified
from app.signing.errors import KeyMissing, TokenExpired, TokenInvalid
from app.signing.service import ensure_keys, jwks, sign_jwt, verify_jwt
from tests.support import commit, counted_statements

ALGS = ("RS256", "ES256", "EdDSA")


@pytest.fixture(autouse=True)
async def time(database: None) -> AsyncIterator[FrozenClock]:
    with clock.frozen(datetime(2026, 6, 1, 12, tzinfo=UTC)) as stopped:
        await commit(ensure_keys())
        yield stopped


def claims(**changes: Any) -> dict[str, Any]:
    now = clock.timestamp()
    return {"iss": "http://localhost:8000", "sub": "usr_1", "aud": "api", "iat": now, "exp": now + 900, **changes}


def header_of(token: str) -> dict[str, Any]:
    header: dict[str, Any] = orjson.loads(b64url_decode(token.split(".")[0]))
    return header


def with_header(token: str, header: dict[str, Any], signature: bytes | None = None) -> str:
    _, payload, old = token.split(".")
    return f"{b64url(orjson.dumps(header))}.{payload}.{old if signature is None else b64url(signature)}"


async def published() -> dict[str, dict[str, str]]:
    return {key["alg"]: key for key in orjson.loads((await jwks()).document)["keys"]}


async def assert_invalid(token: str, **options: Any) -> None:
    with pytest.raises(TokenInvalid) as caught:
        await verify_jwt(token, typ="at+jwt", **options)
    assert caught.value.code == "signing_token_invalid"
    assert caught.value.message == "This token is not valid."


@pytest.mark.parametrize("alg", ALGS)
async def test_what_we_sign_we_verify(alg: str) -> None:
    given = claims(scope="openid", nested={"a": [1, None, "é"]})

    token = await sign_jwt(given, typ="at+jwt", alg=alg)

    assert header_of(token) == {"alg": alg, "kid": (await published())[alg]["kid"], "typ": "at+jwt"}
    assert await verify_jwt(token, typ="at+jwt", audience="api") == given


async def test_signing_and_verifying_again_need_no_statement() -> None:
    token = await sign_jwt(claims(), typ="at+jwt", alg="ES256")

    with counted_statements() as statements:
        await sign_jwt(claims(), typ="at+jwt", alg="RS256")
        await verify_jwt(token, typ="at+jwt")
        await jwks()

    assert statements == []


async def test_a_token_of_one_use_is_refused_for_every_other() -> None:
    id_token = await sign_jwt(claims(), typ="JWT", alg="RS256")
    invite = await sign_jwt(claims(), typ="invite+jwt", alg="ES256")

    await assert_invalid(id_token)
    await assert_invalid(invite)
    with pytest.raises(TokenInvalid):
        await verify_jwt(await sign_jwt(claims(), typ="at+jwt", alg="RS256"), typ="JWT")


async def test_rfc7519_section_4_1_4_a_token_ends_on_the_second(time: FrozenClock) -> None:
    token = await sign_jwt(claims(exp=clock.timestamp() + 60), typ="at+jwt", alg="ES256")
    time.advance(timedelta(seconds=59))
    assert (await verify_jwt(token, typ="at+jwt"))["sub"] == "usr_1"

    time.advance(timedelta(seconds=1))

    with pytest.raises(TokenExpired) as caught:
        await verify_jwt(token, typ="at+jwt")
    assert caught.value.code == "signing_token_expired"
    assert (await verify_jwt(token, typ="at+jwt", check_expiry=False))["sub"] == "usr_1"


async def test_a_token_without_an_end_is_refused() -> None:
    endless = claims()
    del endless["exp"]

    await assert_invalid(await sign_jwt(endless, typ="at+jwt", alg="ES256"))


async def test_rfc7519_section_4_1_3_another_audience_is_refused() -> None:
    token = await sign_jwt(claims(aud=["api", "other"]), typ="at+jwt", alg="ES256")

    assert (await verify_jwt(token, typ="at+jwt", audience="other"))["aud"] == ["api", "other"]
    await assert_invalid(token, audience="ap")


@pytest.mark.parametrize("none", ["none", "None", "NONE", "nOnE", ""])
async def test_rfc8725_section_3_1_alg_none_is_refused(none: str) -> None:
    token = await sign_jwt(claims(), typ="at+jwt", alg="ES256")

    await assert_invalid(with_header(token, {**header_of(token), "alg": none}, b""))
    await assert_invalid(with_header(token, {**header_of(token), "alg": none}))


@pytest.mark.parametrize("alg", ALGS)
async def test_rfc8725_section_2_1_hs256_under_our_public_key_is_refused(alg: str) -> None:
    token = await sign_jwt(claims(), typ="at+jwt", alg=alg)
    public = (await published())[alg]
    native: Any = import_key(dict(public))
    secrets = [
        orjson.dumps(public),
        native.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        native.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ]

    for secret in secrets:
        forged = with_header(token, {**header_of(token), "alg": "HS256"}, b"")
        mac = hmac.digest(secret, forged.rpartition(".")[0].encode(), hashlib.sha256)
        await assert_invalid(forged + b64url(mac))


async def test_rfc8725_section_3_1_the_key_not_the_header_names_the_algorithm() -> None:
    token = await sign_jwt(claims(), typ="at+jwt", alg="RS256")

    for alg in ("ES256", "EdDSA", "RS384", "PS256", "rs256"):
        await assert_invalid(with_header(token, {**header_of(token), "alg": alg}))


async def test_a_foreign_key_under_our_kid_is_refused() -> None:
    token = await sign_jwt(claims(), typ="at+jwt", alg="ES256")
    foreign = jws.ALGORITHMS["ES256"]
    header = token.split(".")[0].encode() + b"."

    await assert_invalid(jws.assemble(header, orjson.dumps(claims()), foreign.signer(foreign.generate())))


async def test_a_key_that_the_token_brings_along_is_refused() -> None:
    foreign = jws.ALGORITHMS["ES256"]
    key = foreign.generate()
    jwk = jws.to_public_jwk("ES256", key)
    header = {"alg": "ES256", "kid": jwk["kid"], "typ": "at+jwt"}
    sign = foreign.signer(key)

    for brought in (header, {**header, "jwk": jwk}, {**header, "jku": "https://evil.example/jwks"}):
        encoded = b64url(orjson.dumps(brought)).encode() + b"."
        await assert_invalid(jws.assemble(encoded, orjson.dumps(claims()), sign))


async def test_changed_claims_are_refused() -> None:
    header, _, signature = (await sign_jwt(claims(), typ="at+jwt", alg="EdDSA")).split(".")

    await assert_invalid(f"{header}.{b64url(orjson.dumps(claims(sub='usr_2')))}.{signature}")


async def test_a_duplicate_header_member_is_refused() -> None:
    token = await sign_jwt(claims(), typ="at+jwt", alg="ES256")
    kid = header_of(token)["kid"]
    doubled = f'{{"alg":"ES256","kid":"{kid}","typ":"at+jwt","alg":"none"}}'.encode()

    await assert_invalid(f"{b64url(doubled)}.{token.partition('.')[2]}")


async def test_hostile_kids_reach_no_database() -> None:
    token = await sign_jwt(claims(), typ="at+jwt", alg="ES256")

    with counted_statements() as statements:
        for kid in ("../../../etc/passwd", "x' OR '1'='1", "https://evil.example", ""):
            await assert_invalid(with_header(token, {**header_of(token), "kid": kid}))

    assert statements == []


async def test_ten_megabytes_and_deep_nesting_are_refused_without_a_statement() -> None:
    with counted_statements() as statements:
        await assert_invalid("e" * 10_000_000)
        await assert_invalid(f"{b64url(b'[' * 100_000)}.e30.e30")
        await assert_invalid("." * 16_000)

    assert statements == []


async def test_what_could_not_be_verified_again_is_not_signed() -> None:
    with pytest.raises(ValueError, match="could not be verified"):
        await sign_jwt(claims(permissions=["x" * 20_000]), typ="at+jwt", alg="ES256")
    with pytest.raises(TypeError):
        await sign_jwt(claims(exp=clock.now()), typ="at+jwt", alg="ES256")


async def test_of_many_verified_tokens_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "MAX_REMEMBERED", 2)
    verified._verified.clear()
    tokens = [await sign_jwt(claims(sub=f"usr_{n}"), typ="at+jwt", alg="ES256") for n in range(3)]

    for token in tokens:
        await verify_jwt(token, typ="at+jwt")

    assert [token for token, _ in verified._verified] == tokens[1:]
    assert (await verify_jwt(tokens[0], typ="at+jwt"))["sub"] == "usr_0"


async def test_an_algorithm_without_a_key_is_unavailable() -> None:
    with pytest.raises(KeyMissing) as caught:
        await sign_jwt(claims(), typ="at+jwt", alg="HS256")

    assert (caught.value.code, caught.value.status) == ("signing_key_missing", 503)
