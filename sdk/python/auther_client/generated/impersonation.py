"""Results of the documents in `graphql/impersonation`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from auther_client.generated.fragments import PersonFields, UserErrorFields
from auther_client.models import Result


class ImpersonationStartResult(Result):
    """An impersonation about to begin."""

    path: str | None
    """The page, on the host that was asked, where the caller's browser begins. It works once, soon, and only in the session that asked."""
    expires_at: datetime | None
    """Until when it can be begun."""
    user: PersonFields | None
    """As whom; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ImpersonationStartData(Result):
    """The whole answer."""

    impersonation_start: ImpersonationStartResult
    """Ask to act as a user in the browser of the caller, in a session of the last ten minutes, with a second factor where there is one; else `factors_step_up_required`. Nobody acts as somebody who may do more on the platform. Programs exchange a token instead (RFC 8693)."""


class ImpersonationStopResult(Result):
    """The outcome of stopping to act as a user."""

    user: PersonFields | None
    """Whom the caller acted as; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ImpersonationStopData(Result):
    """The whole answer."""

    impersonation_stop: ImpersonationStopResult
    """Stop to act as a user: the session and all that grew from it end, the caller's own goes on."""
