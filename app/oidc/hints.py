"""ID tokens that come back to us as a hint."""

from __future__ import annotations

from dataclasses import dataclass

from app.clients.service import find_client
from app.kit.errors import AppError, Unavailable
from app.oidc.subjects import NOBODY, session_of, user_of
from app.oidc.types import ID_TOKEN_TYP
from app.signing.service import verify_jwt


@dataclass(frozen=True, slots=True)
class Hint:
    """Whom an ID token of ours speaks of, and which client got it.

    Attributes:
        subject: the user's id, whatever the client knows the user by; `NOBODY` when that cannot be told any more.
        session_id: the session's id, whatever the client knows the session by.
    """

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
    # What userinfo signs has the same type, and never expires.
    if not isinstance(subject, str) or not isinstance(audience, str) or "exp" not in claims:
        return None
    client = await find_client(audience)
    user_id = subject if client is None else await user_of(client, subject)
    if not isinstance(session, str):
        return Hint(user_id or NOBODY, audience, None)
    return Hint(user_id or NOBODY, audience, session if client is None else await session_of(client, session))
