"""The userinfo endpoint (OIDC Core §5.3), guarded by a bearer token (RFC 6750)."""

from __future__ import annotations

from app.oidc.access_tokens import find_access_token
from app.oidc.claims import released
from app.oidc.errors import BearerError, ErrorCode
from app.oidc.params import Params
from app.oidc.types import Scope


async def describe_user(token: str) -> dict[str, object]:
    """Claims about the user behind an access token, as they are now.

    Raises:
        BearerError: `invalid_token` for anything but a live access token of ours, `insufficient_scope`.
    """
    access = await find_access_token(token)
    if access is None:
        raise BearerError(ErrorCode.INVALID_TOKEN, "The access token is not valid, expired, or was revoked.")
    if Scope.OPENID not in access.scope:
        raise BearerError(ErrorCode.INSUFFICIENT_SCOPE, "This needs the scope openid.")
    approval = access.stored.grant.approval
    # Claims asked for one by one are for the client that the user allowed them, not for one that exchanged its token.
    requested = approval.claims.userinfo if access.claims["client_id"] == approval.client_id else ()
    return {"sub": access.user.id, **released(access.user, access.scope, requested)}


def find_token(authorization: str | None, form: Params | None) -> str:
    """The token in the header or in the form, never in the query (RFC 6750 §2, RFC 9700 §4.3.2).

    Raises:
        BearerError: none, or two at once.
    """
    posted = form.get("access_token") if form else None
    if authorization is None and posted is None:
        raise BearerError(None, "Send an access token.")
    if posted is not None and authorization is not None:
        raise BearerError(ErrorCode.INVALID_REQUEST, "Two access tokens came at once.")
    if posted is not None:
        return posted
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BearerError(ErrorCode.INVALID_REQUEST, "Send the access token as a bearer token.")
    return token.strip()
