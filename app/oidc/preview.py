"""What tokens of a user for a client would hold, made by the code that makes them, without any sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.clients.types import Client
from app.kit import clock
from app.oidc.subjects import subject_for
from app.oidc.tokens import Issue, access_claims, id_claims, permission_claims
from app.oidc.types import Approval, Grant, RequestedClaims, Scope
from app.users.types import User

# Claims that only a sign-in gives a value: which session, when, how, which token.
OF_A_SIGN_IN: Final = frozenset(
    ("jti", "sid", "auth_time", "acr", "amr", "grant_id", "at_hash", "nonce")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PreviewedClaims:
    """Claims of tokens, apart from `OF_A_SIGN_IN`. There is no ID token without the scope `openid`."""

    access_token: Mapping[str, object]
    id_token: Mapping[str, object] | None


async def preview_claims(user: User, client: Client, scope: tuple[str, ...]) -> PreviewedClaims:
    """The claims of tokens as they would be made now. No guard: behind one for the user and the client.

    Args:
        scope: what the client would ask for and get.
    """
    subject = await subject_for(client, user.id)
    issue = Issue(grant=_grant(user, client, scope), user=user, client=client, subject=subject, sid="", scope=scope)
    access = access_claims(issue, client.access_token_ttl) | await permission_claims(issue)
    has_id_token = Scope.OPENID in scope
    identity = id_claims(issue, "", client.id_token_signed_response_alg) if has_id_token else None
    return PreviewedClaims(_known(access), identity and _known(identity))


def _known(claims: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in claims.items() if name not in OF_A_SIGN_IN}


def _grant(user: User, client: Client, scope: tuple[str, ...]) -> Grant:
    now = clock.now()
    approval = Approval(
        client_id=client.id,
        user_id=user.id,
        session_id="",
        scope=scope,
        claims=RequestedClaims(),
        auth_time=now,
        acr="",
        amr=(),
    )
    return Grant(id="", approval=approval, created_at=now, expires_at=now)
