"""Access and ID tokens: which claims they carry, and their signing.

An ID token repeats the claims that its scopes carry at userinfo, so that applications which never
call userinfo still know whom they greet; userinfo has the present values (OIDC Core §5.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256, sha512

from app.authz.service.permissions import resolve_permissions
from app.authz.types import SubjectRef
from app.clients.types import Client
from app.kit import clock
from app.kit.actor import ActorKind
from app.kit.crypto import b64url
from app.kit.ids import new_id
from app.kit.runtime import settings
from app.oidc.claims import released
from app.oidc.targets import Targets
from app.oidc.types import ACCESS_TOKEN_TYP, BEARER, DPOP, ID_TOKEN_TYP, TOKEN_ID_PREFIX, Grant, Scope
from app.signing.service import sign_jwt
from app.users.types import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What tokens are made of. `scope` may be narrower than the grant's; `nonce` is only there the first time.

    Attributes:
        subject: what the client knows the user by.
        sid: what the client knows the session by.
        jkt: the key that the access token is bound to.
        acting: what tells of an operator who acts as the user.
        ends_at: when nothing of it is worth anything any more, however young.
    """

    grant: Grant
    user: User
    client: Client
    subject: str
    sid: str
    scope: tuple[str, ...]
    targets: Targets = field(default_factory=Targets)
    nonce: str | None = None
    jkt: str | None = None
    acting: Mapping[str, object] = field(default_factory=dict)
    ends_at: datetime | None = None

    def lifetime(self, ttl: timedelta) -> int:
        """So many seconds a token of this issue lives that otherwise lives for `ttl`."""
        rest = ttl if self.ends_at is None else min(ttl, self.ends_at - clock.now())
        return max(0, int(rest.total_seconds()))


async def issue_tokens(issue: Issue, refresh_token: str | None) -> dict[str, object]:
    """The token endpoint's answer (RFC 6749 §5.1, OIDC Core §3.1.3.3)."""
    ttl = issue.client.access_token_ttl
    claims = access_claims(issue, ttl) | await permission_claims(issue)
    access_token = await sign_jwt(claims, typ=ACCESS_TOKEN_TYP, alg=settings().access_token_alg)
    answer: dict[str, object] = {
        "access_token": access_token,
        "token_type": token_type(issue.jkt),
        "expires_in": issue.lifetime(ttl),
        "scope": " ".join(issue.scope),
    }
    if refresh_token is not None:
        answer["refresh_token"] = refresh_token
    if Scope.OPENID in issue.scope:
        alg = issue.client.id_token_signed_response_alg
        answer["id_token"] = await sign_jwt(id_claims(issue, access_token, alg), typ=ID_TOKEN_TYP, alg=alg)
    return answer


def access_claims(issue: Issue, ttl: timedelta) -> dict[str, object]:
    """Claims of an access token (RFC 9068 §2.2). The audience is Auther's own API, and what the client asked for.

    `grant_id` names what it grew from, so that userinfo sees when that was revoked.
    """
    return {
        **_common_claims(issue, ttl),
        "aud": issue.targets.claim,
        "client_id": issue.client.id,
        "scope": " ".join(issue.scope),
        "grant_id": issue.grant.id,
        **confirmation(issue.jkt),
    }


def confirmation(jkt: str | None) -> Mapping[str, object]:
    """`cnf` of a token that is bound to a key, nothing for another (RFC 9449 §6.1)."""
    return {} if jkt is None else {"cnf": {"jkt": jkt}}


def token_type(jkt: str | None) -> str:
    """How a token is to be shown: as its key's holder, or by whoever bears it (RFC 9449 §5)."""
    return BEARER if jkt is None else DPOP


async def permission_claims(issue: Issue) -> dict[str, object]:
    """What the user may do where the token is for, else in the client that gets it: `permissions_of`."""
    readers = issue.targets.readers(issue.client.id)
    return await permissions_of(SubjectRef(ActorKind.USER, issue.user.id), readers, issue.scope)


async def permissions_of(subject: SubjectRef, readers: Sequence[str], scope: Iterable[str]) -> dict[str, object]:
    """What a subject may do in the clients that read the token, and on the platform if the scope asks for its API.

    `permissions` and `abac_required` map `type` (every entity of it) and `type:id` to actions. Absent: denied;
    present and not in `abac_required`: allowed; else the live check decides. `permissions_truncated`: grants on
    single entities are left out, and the live check answers for them.
    """
    room = settings().token_permissions_max_bytes // len(readers)
    found = [
        await resolve_permissions(
            subject, reader, with_platform=Scope.AUTHER_API in scope and place == 0, max_bytes=room
        )
        for place, reader in enumerate(readers)
    ]  # fmt: skip
    claims: dict[str, object] = {
        "permissions": {name: actions for granted in found for name, actions in granted.permissions.items()},
        "abac_required": {name: actions for granted in found for name, actions in granted.abac_required.items()},
    }
    return {**claims, "permissions_truncated": True} if any(granted.is_truncated for granted in found) else claims


def id_claims(issue: Issue, access_token: str, alg: str) -> dict[str, object]:
    """Claims of an ID token (OIDC Core §2, §3.1.3.6); after a refresh it has no nonce (§12.2)."""
    approval = issue.grant.approval
    claims: dict[str, object] = {
        **released(issue.user, issue.scope, approval.claims.id_token),
        **_common_claims(issue, settings().id_token_ttl),
        "aud": issue.client.id,
        "at_hash": half_hash(access_token, alg),
    }
    if issue.nonce is not None:
        claims["nonce"] = issue.nonce
    return claims


def half_hash(token: str, alg: str) -> str:
    """The left half of a token's hash, as `at_hash` wants it: SHA-256, for Ed25519 SHA-512."""
    digest = (sha512 if alg == "EdDSA" else sha256)(token.encode()).digest()
    return b64url(digest[: len(digest) // 2])


def _common_claims(issue: Issue, ttl: timedelta) -> Mapping[str, object]:
    now, approval = clock.timestamp(), issue.grant.approval
    return {
        "iss": settings().issuer,
        "sub": issue.subject,
        "iat": now,
        "exp": now + issue.lifetime(ttl),
        "jti": new_id(TOKEN_ID_PREFIX),
        "sid": issue.sid,
        "auth_time": int(approval.auth_time.timestamp()),
        "acr": approval.acr,
        "amr": approval.amr,
        **issue.acting,
    }


async def issue_client_token(
    client: Client, scope: tuple[str, ...], targets: Targets, *, jkt: str | None = None
) -> dict[str, object]:
    """The token endpoint's answer to a client that acts for itself (RFC 6749 §4.4.3, RFC 9068 §2.2).

    `sub_type` tells that the subject is a client: a user may have any id, also this one (RFC 9700 §4.15).

    Args:
        targets: who will read the token, else the client itself: their types are in the permissions.
        jkt: the key that the token is bound to.
    """
    now, ttl = clock.timestamp(), client.access_token_ttl
    claims: dict[str, object] = {
        "iss": settings().issuer,
        "sub": client.id,
        "sub_type": ActorKind.CLIENT,
        "aud": targets.claim,
        "iat": now,
        "exp": now + int(ttl.total_seconds()),
        "jti": new_id(TOKEN_ID_PREFIX),
        "client_id": client.id,
        "scope": " ".join(scope),
        **confirmation(jkt),
    }
    claims |= await permissions_of(SubjectRef(ActorKind.CLIENT, client.id), targets.readers(client.id), scope)
    return await sign_answer(claims)


async def sign_answer(claims: Mapping[str, object]) -> dict[str, object]:
    """An answer that is one access token with these claims (RFC 6749 §5.1), of the type that its `cnf` asks for."""
    kind = DPOP if "cnf" in claims else BEARER
    lifetime = int(str(claims["exp"])) - clock.timestamp()
    token = await sign_jwt(claims, typ=ACCESS_TOKEN_TYP, alg=settings().access_token_alg)
    return {"access_token": token, "token_type": kind, "expires_in": lifetime, "scope": claims["scope"]}
