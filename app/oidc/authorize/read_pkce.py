"""Proof Key for Code Exchange (RFC 7636)."""

from __future__ import annotations

from app.clients.types import Client
from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode
from app.oidc.rules import is_challenge


async def read_pkce(attempt: Attempt) -> None:
    """S256 only; required of public clients (RFC 9700 §2.1.1), of those that push, and of all that are not exempt."""
    challenge = attempt.params.get("code_challenge")
    method = attempt.params.get("code_challenge_method")
    if challenge is None:
        if method is not None or _is_required(attempt.client):
            raise attempt.refuse(ErrorCode.INVALID_REQUEST, "code_challenge is missing (PKCE is required).")
        return
    # RFC 7636 §4.3: without a method `plain` is meant.
    if method != "S256":
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "code_challenge_method must be S256.")
    if not is_challenge(challenge):
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "code_challenge is not an S256 challenge.")
    attempt.code_challenge = challenge


def _is_required(client: Client) -> bool:
    # FAPI 2.0 Security Profile §5.3.2.2: whoever pushes requests proves itself by PKCE, too.
    return client.is_public or client.require_pkce or client.require_pushed_authorization_requests
