"""JWTs that clients prove themselves with (private_key_jwt): signed, for us, short, used once.

Source: RFC 7521 §4.2, RFC 7523 §3, OpenID Connect Core §9, FAPI 2.0 Security Profile §5.3.2.1.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, TypeGuard

from app.clients.types import Client
from app.kit import clock
from app.kit.actor import Origin
from app.kit.errors import AppError, Unavailable
from app.kit.runtime import settings
from app.oidc.client_keys import find_keys
from app.oidc.errors import EndpointError
from app.oidc.profiles import algorithms_of, is_fapi
from app.oidc.queries import assertions
from app.signing.foreign import ForeignToken, parse_foreign, read_foreign
from app.signing.types import Claims

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Libraries make them for a minute to an hour; what was used is remembered so long.
MAX_LIFE: Final = timedelta(hours=1)
# How far a client's clock may be ahead of ours.
LEEWAY: Final = timedelta(seconds=30)
# RFC 9101 §10.8: what was signed for another purpose is no proof. The second one is of RFC 7523's successor.
TYPES: Final = frozenset({"jwt", "client-authentication+jwt"})
_MAX_JTI = 255
_TAKERS: Final = ("token", "par", "revoke", "introspect", "device_authorization")


def read_assertion(text: str) -> ForeignToken | None:
    """The assertion, of which nothing is proved yet; None when it is not one."""
    try:
        return parse_foreign(text)
    except Unavailable:
        raise
    except AppError:
        return None


def issuer_of(assertion: ForeignToken) -> str | None:
    """The client that an assertion says to be of: `iss` and `sub` are its id, both (RFC 7523 §3)."""
    issuer = assertion.claims.get("iss")
    return issuer if isinstance(issuer, str) and assertion.claims.get("sub") == issuer else None


async def is_assertion_good(client: Client, assertion: ForeignToken, origin: Origin) -> bool:
    """Whether this client signed it, for us, for now; then it is used up, in a statement of its own.

    Not inside a unit of work: what was used stays used whatever becomes of the request, and the client's keys may
    have to be fetched.

    Raises:
        EndpointError: `temporarily_unavailable`: they have to, and too many were.
    """
    if client.token_endpoint_auth_signing_alg not in {None, assertion.alg}:
        return False
    if assertion.typ.lower() not in TYPES or assertion.alg not in algorithms_of(client):
        return False
    if issuer_of(assertion) != client.id:
        return False
    try:
        claims = read_foreign(assertion, await find_keys(client, assertion, origin))
    except (EndpointError, Unavailable):
        raise
    except AppError:
        return False
    expires_at = _read_expiry(claims)
    return expires_at is not None and _is_for_us(client, claims) and await _spend(client, claims, expires_at)


async def _spend(client: Client, claims: Claims, expires_at: datetime) -> bool:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MAX_JTI:
        return False
    digest = sha256(f"{client.id}\0{jti}".encode(errors="surrogatepass")).hexdigest()
    # A clock that steps back must not bring a swept one to life again.
    return await assertions.spend(digest, expires_at + MAX_LIFE)


def _is_for_us(client: Client, claims: Claims) -> bool:
    """The issuer, or an endpoint that takes assertions (RFC 7523 §3, RFC 9126 §2); under FAPI the issuer alone."""
    issuer, audience = settings().issuer, claims.get("aud")
    if is_fapi(client):
        return audience == issuer
    ours = {issuer, *(f"{issuer}/oauth2/{name}" for name in _TAKERS)}
    named = audience if isinstance(audience, list) else [audience]
    return bool(named) and all(isinstance(each, str) and each in ours for each in named)


def _read_expiry(claims: Claims) -> datetime | None:
    now = clock.now().timestamp()
    expiry, latest = claims.get("exp"), now + MAX_LIFE.total_seconds() + LEEWAY.total_seconds()
    if not _is_number(expiry) or not now < expiry <= latest:
        return None
    for name in ("iat", "nbf"):
        moment = claims.get(name)
        if moment is not None and (not _is_number(moment) or moment > now + LEEWAY.total_seconds()):
            return None
    return datetime.fromtimestamp(expiry, UTC)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
