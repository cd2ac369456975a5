"""What tokens say."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha512

import httpx
import pytest

from app.kit import clock
from app.kit.crypto import b64url
from app.kit.errors import Unauthenticated
from app.kit.runtime import override
from app.sessions.types import Session
from app.signing.service import verify_jwt
from app.users.types import User
from tests.oidc.support import Party, claims_of, header_of, left_half, make_party
from tests.support import ISSUER


async def test_rfc9068_2_2_an_access_token(party: Party, session: Session, user: User) -> None:
    with clock.frozen():
        tokens = await party.tokens(scope="openid email")
        now = clock.timestamp()

    header, claims = header_of(tokens["access_token"]), claims_of(tokens["access_token"])
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert claims.pop("jti").startswith("tok_")
    assert claims.pop("grant_id").startswith("fam_")
    assert claims == {
        "iss": ISSUER,
        "sub": user.id,
        "aud": ISSUER,
        "client_id": party.client.id,
        "iat": now,
        "exp": now + 900,
        "scope": "openid email",
        "sid": session.id,
        "auth_time": int(session.auth_time.timestamp()),
        "acr": "pwd",
        "amr": ["pwd"],
        "permissions": {},
        "abac_required": {},
    }


async def test_oidc_core_2_an_id_token(party: Party, session: Session, user: User) -> None:
    with clock.frozen():
        tokens = await party.tokens(scope="openid profile email")
        now = clock.timestamp()

    claims = claims_of(tokens["id_token"])
    assert claims.pop("jti") != claims_of(tokens["access_token"])["jti"]
    assert claims == {
        "iss": ISSUER,
        "sub": user.id,
        "aud": party.client.id,
        "iat": now,
        "exp": now + 3600,
        "nonce": "nonce-1",
        "at_hash": left_half(tokens["access_token"]),
        "sid": session.id,
        "auth_time": int(session.auth_time.timestamp()),
        "acr": "pwd",
        "amr": ["pwd"],
        "name": "Ada Lovelace",
        "preferred_username": "ada",
        "updated_at": int(user.updated_at.timestamp()),
        "email": "ada@example.com",
        "email_verified": True,
    }


async def test_oidc_core_5_4_an_id_token_has_only_the_claims_of_its_scopes(party: Party, session: Session) -> None:
    claims = claims_of((await party.tokens(scope="openid"))["id_token"])

    assert not {"name", "preferred_username", "updated_at", "email", "email_verified"} & set(claims)


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
async def test_id_tokens_are_signed_as_the_client_wants(browser: httpx.AsyncClient, session: Session, alg: str) -> None:
    party = await make_party(browser, id_token_signed_response_alg=alg)

    tokens = await party.tokens()

    assert header_of(tokens["id_token"])["alg"] == alg
    assert (await verify_jwt(tokens["id_token"], typ="JWT", audience=party.client.id))["sub"] == session.user_id


async def test_at_hash_of_an_eddsa_token_is_half_of_sha512(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, id_token_signed_response_alg="EdDSA")

    tokens = await party.tokens()

    expected = b64url(sha512(tokens["access_token"].encode()).digest()[:32])
    assert claims_of(tokens["id_token"])["at_hash"] == expected


async def test_access_tokens_are_signed_as_the_settings_say(party: Party, session: Session) -> None:
    with override(access_token_alg="RS256"):
        tokens = await party.tokens()

    assert header_of(tokens["access_token"])["alg"] == "RS256"


async def test_a_client_may_have_its_own_life_of_access_tokens(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, access_token_ttl_seconds=300)

    tokens = await party.tokens()

    claims = claims_of(tokens["access_token"])
    assert tokens["expires_in"] == 300
    assert claims["exp"] - claims["iat"] == 300


async def test_an_id_token_is_no_access_token_and_the_reverse(party: Party, session: Session) -> None:
    tokens = await party.tokens()

    with pytest.raises(Unauthenticated):
        await verify_jwt(tokens["id_token"], typ="at+jwt")
    with pytest.raises(Unauthenticated):
        await verify_jwt(tokens["access_token"], typ="JWT")


async def test_every_token_has_an_id_of_its_own(party: Party, session: Session) -> None:
    first, second = await party.tokens(), await party.tokens()

    issued = [first["access_token"], first["id_token"], second["access_token"], second["id_token"]]
    assert len({claims_of(token)["jti"] for token in issued}) == 4


async def test_a_plain_oauth_request_gives_no_id_token(party: Party, session: Session) -> None:
    tokens = await party.tokens(scope="profile")

    assert "id_token" not in tokens


async def test_auth_time_is_when_the_user_signed_in_not_when_the_token_was_made(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        stopped.advance(timedelta(minutes=7))
        claims = claims_of((await party.tokens())["id_token"])

    assert claims["auth_time"] == int(session.auth_time.timestamp())
    assert claims["iat"] - claims["auth_time"] >= 420
