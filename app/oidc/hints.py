"""ID tokens that come back to us as a hint."""

from __future__ import annotations

from dataclasses import dataclass

from app.kit.errors import AppError, Unavailable
from app.oidc.types import ID_TOKEN_TYP
from app.signing.service import verify_jwt


@dataclass(frozen=True, slots=True)
class Hint:
    """Whom an ID token of ours speaks of, and which client got it."""

    subject: str
    client_id: str
    session_id: str | None


async def read_id_token_hint(token: str) -> Hint | None:
    """What the token says, even when it is expired; None when it is not an ID token of ours.

    Raises:
        Unavailable: the keys cannot be read now.
    """
    try:
        claims = await verify_jwt(token, typ=ID_TOKEN_TYP, check_expiry=False)
    except Unavailable:
        raise
    except AppError:
        return None
    subject, audience, session = claims.get("sub"), claims.get("aud"), claims.get("sid")
    if not isinstance(subject, str) or not isinstance(audience, str):
        return None
    return Hint(subject, audience, session if isinstance(session, str) else None)
