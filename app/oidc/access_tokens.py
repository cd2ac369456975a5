"""Access tokens of ours that come back: at userinfo, at the API, at the live check, at the revocation endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.clients.service import find_client
from app.kit.errors import AppError, Unavailable
from app.kit.recall import Memory
from app.kit.runtime import settings
from app.oidc.acting import may_operator_go_on
from app.oidc.queries import grants
from app.oidc.queries.grants import StoredGrant
from app.oidc.rules import is_strong_enough
from app.oidc.subjects import user_of
from app.oidc.types import ACCESS_TOKEN_TYP
from app.signing.service import verify_jwt
from app.signing.types import Claims
from app.users.types import User

# Some 3 KB each, and more with many permissions.
MAX_REMEMBERED: Final = 4_096


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A live access token: what it says, whose it is, and the grant behind it.

    Attributes:
        impersonator_id: the operator who acts as the user.
    """

    claims: Claims
    user: User
    stored: StoredGrant
    scope: tuple[str, ...]
    scopes: frozenset[str]
    impersonator_id: str | None = None


_remembered: Memory[AccessToken] = Memory(MAX_REMEMBERED)


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
    """The live access token; None when it, its grant or its session was ended, its user banned or its client disabled.

    Also None where a second factor is required by now, and its user had signed in without one, and where an operator
    acts as the user who may not any more.

    In one statement, or in none while it is remembered, and a few for an operator's rights. Signature, expiry and
    audience count each time.

    Raises:
        Unavailable: keys or database cannot be read now.
    """
    claims = await read_claims(token)
    return await find_user_token(claims) if claims is not None else None


async def find_user_token(claims: Claims) -> AccessToken | None:
    """The same from the claims that `read_claims` found."""
    if "grant_id" not in claims:
        return None
    access = _remembered.recall(claims["jti"]) or await _read(claims)
    if access is None or not _is_strong_enough(access.stored):
        return None
    return access if await _may_go_on(access) else None


async def _may_go_on(access: AccessToken) -> bool:
    """Whether whoever acts as the user may still do so: asked each time, and of nobody else's tokens."""
    operator_id = access.impersonator_id
    return operator_id is None or await may_operator_go_on(operator_id, access.stored.grant.approval, access.user)


def _is_strong_enough(stored: StoredGrant) -> bool:
    """Whether the sign-in that the grant came of would do now: rules on second factors hold for what is given too."""
    requires_mfa = settings().require_mfa or stored.requires_mfa
    return is_strong_enough(stored.grant.approval.acr, requires_mfa=requires_mfa)


async def _read(claims: Claims) -> AccessToken | None:
    begun = _remembered.begin()
    # Who exchanged a token is another client than the one that the grant was given to.
    stored = await grants.find(claims["grant_id"], claims["jti"], claims["client_id"])
    if stored is None or stored.is_revoked or not stored.holder.may_go_on:
        return None
    scope = tuple(claims["scope"].split())
    impersonator_id = await _find_impersonator(claims)
    access = AccessToken(claims, stored.holder.user, stored, scope, frozenset(scope), impersonator_id)
    approval = stored.grant.approval
    clients = (approval.client_id, claims["client_id"])
    rows = (claims["jti"], stored.grant.id, approval.user_id, approval.session_id, *clients)
    _remembered.keep(begun, claims["jti"], access, rows)
    return access


async def _find_impersonator(claims: Claims) -> str | None:
    """The operator's id, whatever the client knows operators by."""
    named: str | None = claims.get("impersonator")
    if named is None:
        return None
    client = await find_client(claims["client_id"])
    return named if client is None else await user_of(client, named) or named
