"""How strongly the user has to be authenticated."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode

# Authentication classes that we know; others in `acr_values` are wishes that we cannot judge.
KNOWN_ACR = ("pwd", "mfa")


async def require_acr(attempt: Attempt) -> None:
    """One of the known classes asked for must be met (Core §3.1.2.1, Unmet Authentication Requirements 1.0)."""
    wanted = {value for value in attempt.acr_values if value in KNOWN_ACR}
    if wanted and attempt.session.session.acr not in wanted:
        raise attempt.refuse(
            ErrorCode.UNMET_AUTHENTICATION_REQUIREMENTS, "The user cannot be authenticated as strongly as asked."
        )
