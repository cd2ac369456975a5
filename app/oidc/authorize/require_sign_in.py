"""Somebody has to be signed in, lately enough, and as whom the client wants."""

from __future__ import annotations

from app.kit import clock
from app.oidc.authorize.attempt import Attempt
from app.oidc.authorize.interactions import send_to_sign_in
from app.oidc.errors import ErrorCode
from app.oidc.types import Prompt, Visit

# What a session that was there before cannot satisfy.
_FRESH_PROMPTS = frozenset({Prompt.LOGIN, Prompt.SELECT_ACCOUNT, Prompt.CREATE})


async def require_sign_in(attempt: Attempt) -> Visit | None:
    """Let pass who is signed in as asked; else show the sign-in pages, or `login_required` when silent."""
    if attempt.asked.session is not None and _is_as_asked(attempt):
        return None
    if attempt.is_silent:
        raise attempt.refuse(ErrorCode.LOGIN_REQUIRED, "The user has to sign in.")
    return await send_to_sign_in(attempt)


def _is_as_asked(attempt: Attempt) -> bool:
    if _has_come_back(attempt):
        return _is_fresh(attempt) or not _needs_fresh(attempt)
    if attempt.prompt & _FRESH_PROMPTS or not _is_expected(attempt):
        return False
    return attempt.max_age is None or attempt.has_signed_in_since(clock.now() - attempt.max_age)


def _has_come_back(attempt: Attempt) -> bool:
    """Whether this very session completed the sign-in that the request waited for."""
    return attempt.asked.finished_by is not None and attempt.asked.finished_by == attempt.session.session.id


def _needs_fresh(attempt: Attempt) -> bool:
    return attempt.max_age is not None or Prompt.LOGIN in attempt.prompt


def _is_fresh(attempt: Attempt) -> bool:
    resumed = attempt.asked.resumed
    return resumed is not None and attempt.has_signed_in_since(resumed.created_at)


def _is_expected(attempt: Attempt) -> bool:
    return attempt.subject in {None, attempt.session.user.id}
