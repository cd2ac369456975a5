"""How the client wants the user to be met."""

from __future__ import annotations

from datetime import timedelta

from app.kit.runtime import settings
from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode
from app.oidc.rules import offers_sign_up
from app.oidc.types import Prompt

# Ten years; a longer one means nothing, and a very long one would overflow.
MAX_MAX_AGE_SECONDS = 315_360_000


async def read_prompt(attempt: Attempt) -> None:
    """Read `prompt`, `max_age` and `acr_values` (OIDC Core §3.1.2.1); what is absent is as registered (RFC 7591 §2)."""
    attempt.prompt = _read_words(attempt)
    attempt.max_age = _read_max_age(attempt)
    asked = attempt.params.get("acr_values")
    attempt.acr_values = attempt.client.default_acr_values if asked is None else tuple(asked.split())


def _read_words(attempt: Attempt) -> frozenset[Prompt]:
    words = frozenset((attempt.params.get("prompt") or "").split())
    # Initiating User Registration §4.1: where nobody can sign up, `create` is no value that is offered.
    is_closed = Prompt.CREATE in words and not offers_sign_up(settings().signup_policy)
    if not words <= set(Prompt) or is_closed:
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "prompt has a value that is not offered.")
    if Prompt.NONE in words and len(words) > 1:
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "prompt=none stands alone.")
    return frozenset(Prompt(word) for word in words)


def _read_max_age(attempt: Attempt) -> timedelta | None:
    text = attempt.params.get("max_age")
    if text is None:
        default = attempt.client.default_max_age
        return None if default is None else timedelta(seconds=default)
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_MAX_AGE_SECONDS)):
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "max_age is not a number of seconds.")
    return timedelta(seconds=min(int(text), MAX_MAX_AGE_SECONDS))
