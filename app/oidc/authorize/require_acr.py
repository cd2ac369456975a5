"""How strongly the user has to be authenticated."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.authorize.interactions import send_to_sign_in
from app.oidc.authorize.strength import MFA, is_met
from app.oidc.errors import ErrorCode
from app.oidc.types import Visit


async def require_acr(attempt: Attempt) -> Visit | None:
    """Let pass who is authenticated as strongly as wanted; else ask for the second factor, or `login_required`.

    Source: Unmet Authentication Requirements 1.0, RFC 9470 §5.
    """
    session = attempt.session.session
    if is_met(session.acr, attempt):
        return None
    if not is_met(MFA, attempt) or attempt.asked.finished_by == session.id:
        raise attempt.refuse(
            ErrorCode.UNMET_AUTHENTICATION_REQUIREMENTS, "The user cannot be authenticated as strongly as asked."
        )
    if attempt.is_silent:
        raise attempt.refuse(ErrorCode.LOGIN_REQUIRED, "The user has to prove a second factor.")
    return await send_to_sign_in(attempt)
