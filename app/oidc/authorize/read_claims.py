"""Claims asked for one by one (OIDC Core §5.5)."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.claims import parse_claims, scopes_of
from app.oidc.errors import ErrorCode
from app.oidc.subjects import NOBODY, user_of
from app.oidc.types import RequestedClaims, Scope


async def read_claims(attempt: Attempt) -> None:
    """Keep those claims whose scope the client may use; note a required subject or strength."""
    text = attempt.params.get("claims")
    if text is None or Scope.OPENID not in attempt.scope:
        return
    request = parse_claims(text)
    if request is None:
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "claims is malformed or too long.")
    attempt.claims = RequestedClaims(
        _permitted(attempt, request.names.id_token), _permitted(attempt, request.names.userinfo)
    )
    if request.subject is not None:
        attempt.subject = await user_of(attempt.client, request.subject) or NOBODY
    attempt.required_acr = request.acr_values


def _permitted(attempt: Attempt, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if set(scopes_of((name,))) <= set(attempt.client.scopes))
