"""Parameters as such: each once, and none that we would have to obey but cannot."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode

# OIDC Core §6 and §7.2.1: what is not supported is refused, never skipped over.
_UNSUPPORTED = {
    "request": ErrorCode.REQUEST_NOT_SUPPORTED,
    "request_uri": ErrorCode.REQUEST_URI_NOT_SUPPORTED,
    "registration": ErrorCode.REGISTRATION_NOT_SUPPORTED,
}


async def check_parameters(attempt: Attempt) -> None:
    """Refuse a parameter that came twice (RFC 6749 §3.1) or that is not supported."""
    if attempt.params.repeated:
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "A parameter came more than once.")
    for name, error in _UNSUPPORTED.items():
        if attempt.params.get(name) is not None:
            raise attempt.refuse(error, f"The parameter {name} is not supported.")
