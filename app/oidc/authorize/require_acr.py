"""How strongly the user has to be authenticated."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode

# Authentication classes that we know, weakest first; others in `acr_values` are wishes that we cannot judge.
LEVELS = ("pwd", "mfa")


async def require_acr(attempt: Attempt) -> None:
    """The weakest known class asked for must be met (Core §3.1.2.1, Unmet Authentication Requirements 1.0)."""
    wanted = [LEVELS.index(value) for value in attempt.acr_values if value in LEVELS]
    acr = attempt.session.session.acr
    if wanted and (acr not in LEVELS or LEVELS.index(acr) < min(wanted)):
        raise attempt.refuse(
            ErrorCode.UNMET_AUTHENTICATION_REQUIREMENTS, "The user cannot be authenticated as strongly as asked."
        )
