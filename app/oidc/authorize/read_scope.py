"""What the client asks to do."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode
from app.oidc.rules import narrow_scope, split_scope
from app.oidc.types import Scope

_NOT_FOR_OPERATORS = frozenset({Scope.AUTHER_API, Scope.OFFLINE_ACCESS})


async def read_scope(attempt: Attempt) -> None:
    """Keep what the client is registered for; words that are not are ignored (OIDC Core §3.1.2.1).

    The token answer names what was given (RFC 6749 §3.3). Nothing left over is an error.
    """
    words = split_scope(attempt.params.get("scope") or "")
    if words is None:
        raise attempt.refuse(ErrorCode.INVALID_SCOPE, "scope is missing or malformed.")
    attempt.scope = narrow_scope(words, attempt.client.scopes)
    if attempt.asked.actor.impersonator_id is not None:
        # What an operator gets as the user ends with the session, and never opens our own API.
        attempt.scope = tuple(word for word in attempt.scope if word not in _NOT_FOR_OPERATORS)
    if not attempt.scope:
        raise attempt.refuse(ErrorCode.INVALID_SCOPE, "This client may use none of the scopes asked for.")
