"""What ties an ID token to the session of the client (OIDC Core §3.1.2.1)."""

from __future__ import annotations

from typing import Final

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode

# It comes back in the ID token, which browsers and servers have to carry.
MAX_NONCE: Final = 1_024


async def read_nonce(attempt: Attempt) -> None:
    """Refuse a `nonce` that no ID token has room for."""
    if len(attempt.params.get("nonce") or "") > MAX_NONCE:
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, f"nonce is longer than {MAX_NONCE} characters.")
