"""How strongly a user has to be authenticated for a request. Pure but for the settings."""

from __future__ import annotations

from typing import Final

from app.kit.runtime import settings
from app.oidc.authorize.attempt import Attempt

PASSWORD: Final = "pwd"
MFA: Final = "mfa"
# Authentication classes that we know, weakest first; others in `acr_values` are wishes that we cannot judge.
LEVELS: Final = (PASSWORD, MFA)


def is_met(acr: str, attempt: Attempt) -> bool:
    """Whether this class is what the request, the client and the platform want.

    One of the classes that are a must, whatever they are, and the weakest known one that is a wish.

    Source: OIDC Core §5.5.1.1, RFC 9470 §5.
    """
    wishes = tuple(value for value in attempt.acr_values if value in LEVELS)
    # Not what the client asks for, but what operators want of it, and of what its tokens shall be for.
    requires_mfa = attempt.client.require_mfa or attempt.targets.requires_mfa or settings().require_mfa
    rules = (MFA,) if requires_mfa else ()
    return all(
        any(_meets(acr, value) for value in wanted) for wanted in (attempt.required_acr, wishes, rules) if wanted
    )


def needs_mfa(attempt: Attempt) -> bool:
    """Whether a password alone does not do, and a second factor helps."""
    return not is_met(PASSWORD, attempt) and is_met(MFA, attempt)


def _meets(acr: str, wanted: str) -> bool:
    """A stronger class that we know will do for a weaker one."""
    return acr == wanted or (acr in LEVELS and wanted in LEVELS and LEVELS.index(acr) > LEVELS.index(wanted))
