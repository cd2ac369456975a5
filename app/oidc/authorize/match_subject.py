"""The user who is signed in must be the one that the client named."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode


async def match_subject(attempt: Attempt) -> None:
    """Never answer for another user than the one asked for (OIDC Core §3.1.2.2, §5.5.1)."""
    if attempt.subject not in {None, attempt.session.user.id}:
        raise attempt.refuse(ErrorCode.LOGIN_REQUIRED, "Another user than the one asked for is signed in.")
