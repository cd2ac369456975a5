"""Access tokens of ours that come back: at userinfo, at the API, at the revocation endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from app.kit.errors import AppError, Unavailable
from app.kit.runtime import settings
from app.oidc.queries import grants
from app.oidc.queries.grants import StoredGrant
from app.oidc.types import ACCESS_TOKEN_TYP
from app.signing.service import verify_jwt
from app.signing.types import Claims
from app.users.types import User


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A live access token: what it says, whose it is, and the grant behind it."""

    claims: Claims
    user: User
    stored: StoredGrant

    @property
    def scope(self) -> tuple[str, ...]:
        return tuple(self.claims["scope"].split())


async def read_claims(token: str) -> Claims | None:
    """Claims of an access token that we signed and that is not expired; None for anything else.

    Raises:
        Unavailable: the keys cannot be read now.
    """
    try:
        claims = await verify_jwt(token, typ=ACCESS_TOKEN_TYP, audience=settings().issuer)
    except Unavailable:
        raise
    except AppError:
        return None
    return claims if claims.get("iss") == settings().issuer else None


async def find_access_token(token: str) -> AccessToken | None:
    """The live access token, in one statement; None when it, its grant or its session was ended, or the user banned.

    Raises:
        Unavailable: keys or database cannot be read now.
    """
    claims = await read_claims(token)
    if claims is None or "grant_id" not in claims:
        return None
    stored = await grants.find(claims["grant_id"], claims["jti"])
    if stored is None or stored.is_revoked or not stored.holder.may_go_on:
        return None
    return AccessToken(claims, stored.holder.user, stored)
