"""The key that the code will be bound to (RFC 9449 §10)."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode
from app.oidc.rules import is_challenge


async def read_key(attempt: Attempt) -> None:
    """Note `dpop_jkt`, the SHA-256 thumbprint of a key in base64url."""
    jkt = attempt.params.get("dpop_jkt")
    if jkt is not None and not is_challenge(jkt):
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "dpop_jkt is not the thumbprint of a key.")
    attempt.jkt = jkt
