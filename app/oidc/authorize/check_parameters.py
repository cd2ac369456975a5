"""Parameters as such: each once, and none that we would have to obey but cannot."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode


async def check_parameters(attempt: Attempt) -> None:
    """Refuse a parameter that came twice (RFC 6749 §3.1) or that is not supported."""
    if attempt.params.repeated:
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "A parameter came more than once.")
    # OIDC Core §7.2.1: what is not supported is refused, never skipped over.
    if attempt.params.get("registration") is not None:
        raise attempt.refuse(ErrorCode.REGISTRATION_NOT_SUPPORTED, "The parameter registration is not supported.")
