"""The user has to agree to what a third party gets."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.authorize.interactions import send_to_consent
from app.oidc.errors import ErrorCode
from app.oidc.queries import consents
from app.oidc.types import Prompt, Scope, Visit


async def require_consent(attempt: Attempt) -> Visit | None:
    """Let pass what was agreed to; else show the consent page, or `consent_required` when silent."""
    if _was_given_now(attempt) or not await _must_ask(attempt):
        return None
    if attempt.is_silent:
        raise attempt.refuse(ErrorCode.CONSENT_REQUIRED, "The user has to consent.")
    return await send_to_consent(attempt)


def _was_given_now(attempt: Attempt) -> bool:
    """The client may have come to want more since: only what the user saw was agreed to."""
    resumed = attempt.asked.resumed
    if resumed is None or resumed.consented_by != attempt.session.user.id:
        return False
    return set(attempt.consent_scope) <= set(resumed.consented_scope)


async def _must_ask(attempt: Attempt) -> bool:
    if Prompt.CONSENT in attempt.prompt:
        return True
    if attempt.client.is_first_party:
        return False
    # OIDC Core §11: offline access is asked for each time.
    if Scope.OFFLINE_ACCESS in attempt.scope:
        return True
    agreed = await consents.hold_scope(attempt.session.user.id, attempt.client.id)
    return agreed is None or not set(attempt.consent_scope) <= set(agreed)
