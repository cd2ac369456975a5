"""Proof Key for Code Exchange (RFC 7636)."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode
from app.oidc.rules import is_challenge


async def read_pkce(attempt: Attempt) -> None:
    """S256 only; required of public clients (RFC 9700 §2.1.1) and of all that are not exempt by registration."""
    challenge = attempt.params.get("code_challenge")
    method = attempt.params.get("code_challenge_method")
    if challenge is None:
        if method is not None or attempt.client.is_public or attempt.client.require_pkce:
            raise attempt.refuse(ErrorCode.INVALID_REQUEST, "code_challenge is missing (PKCE is required).")
        return
    # RFC 7636 §4.3: without a method `plain` is meant.
    if method != "S256":
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "code_challenge_method must be S256.")
    if not is_challenge(challenge):
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "code_challenge is not an S256 challenge.")
    attempt.code_challenge = challenge
