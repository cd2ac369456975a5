"""The userinfo endpoint (OIDC Core §5.3), guarded by a bearer token (RFC 6750)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.kit import clock
from app.kit.runtime import settings
from app.oidc.access_tokens import find_access_token
from app.oidc.claims import released
from app.oidc.dpop.possession import check_possession
from app.oidc.dpop.proofs import SentProofs
from app.oidc.errors import BearerError, ErrorCode
from app.oidc.params import Params
from app.oidc.shown import ShownToken, not_live, read_authorization
from app.oidc.types import USERINFO_TYP, Scope
from app.signing.service import sign_jwt

# Whoever greets the user shall know that it is an operator.
_ACTING: Final = ("act", "impersonator")


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Claims about a user, and how the client that asks wants them: signed by `alg`, or plain."""

    claims: Mapping[str, object]
    client_id: str
    alg: str | None


async def describe_user(shown: ShownToken, sent: SentProofs) -> UserInfo:
    """Claims about the user behind an access token, as they are now.

    Args:
        sent: the proofs that came with it.

    Raises:
        BearerError: `invalid_token` for anything but a live access token of ours, `insufficient_scope`.
        PossessionError: also `invalid_dpop_proof`, `use_dpop_nonce`.
    """
    access = await find_access_token(shown.token)
    if access is None:
        raise not_live(shown)
    await check_possession(access.claims, shown, sent)
    if Scope.OPENID not in access.scope:
        raise BearerError(ErrorCode.INSUFFICIENT_SCOPE, "This needs the scope openid.")
    approval = access.stored.grant.approval
    # Claims asked for one by one are for the client that the user allowed them, not for one that exchanged its token.
    requested = approval.claims.userinfo if access.claims["client_id"] == approval.client_id else ()
    acting = {name: access.claims[name] for name in _ACTING} if "impersonator" in access.claims else {}
    claims = {"sub": access.claims["sub"], **acting, **released(access.user, access.scope, requested)}
    return UserInfo(claims, access.claims["client_id"], access.stored.userinfo_alg)


async def sign_userinfo(info: UserInfo, alg: str) -> str:
    """The same as a JWT for the client that asks (§5.3.2). Without `exp`, which an ID token has.

    Raises:
        Unavailable: there is nothing to sign with now.
    """
    claims = {"iss": settings().issuer, "aud": info.client_id, "iat": clock.timestamp(), **info.claims}
    return await sign_jwt(claims, typ=USERINFO_TYP, alg=alg)


def find_token(authorization: Sequence[str], form: Params | None) -> ShownToken:
    """The token in the header or in the form, never in the query (RFC 6750 §2, RFC 9700 §4.3.2).

    Raises:
        BearerError: none, or two at once.
    """
    posted = form.get("access_token") if form else None
    if posted is None:
        return read_authorization(authorization)
    if authorization:
        raise BearerError(ErrorCode.INVALID_REQUEST, "Two access tokens came at once.")
    return ShownToken(posted)
