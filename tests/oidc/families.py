"""Token families, without the sign-in that they come from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.kit import clock
from app.kit.crypto import hash_token
from app.oidc.queries import grants
from app.oidc.types import GRANT_PREFIX, Approval, Grant, RequestedClaims

LIFE = timedelta(days=90)


def family_of(user_id: str) -> str:
    """The id of the family that `give_family` gives this user unless told otherwise."""
    return f"{GRANT_PREFIX}_{user_id.partition('_')[2]}"


async def give_family(user_id: str, client_id: str, session_id: str, **changes: Any) -> str:
    """Let a client have refresh tokens of a user, inside the caller's unit of work; its id."""
    now = clock.now()
    approval = Approval(
        client_id=client_id,
        user_id=user_id,
        session_id=session_id,
        scope=("openid", "offline_access"),
        claims=RequestedClaims(),
        auth_time=now,
        acr="pwd",
        amr=("pwd",),
    )
    values = {"id": family_of(user_id), "approval": approval, "created_at": now, "expires_at": now + LIFE, **changes}
    grant = Grant(**values)
    await grants.insert(grant, refresh_hash=hash_token(grant.id), refresh_expires_at=now + timedelta(days=14))
    return grant.id
