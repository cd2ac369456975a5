"""Whom the client believes to be signed in."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode
from app.oidc.hints import read_id_token_hint


async def read_hint(attempt: Attempt) -> None:
    """An `id_token_hint` must be an ID token that we gave this client; it may be expired (OIDC Core §3.1.2.1)."""
    token = attempt.params.get("id_token_hint")
    if token is None:
        return
    hint = await read_id_token_hint(token)
    if hint is None or hint.client_id != attempt.client.id:
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "id_token_hint is not an ID token of this client.")
    if attempt.subject not in {None, hint.subject}:
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "claims and id_token_hint name different subjects.")
    attempt.subject = hint.subject
