"""Exchanging an API key for a token that lives 15 minutes.

The token names the owner of the key in `sub`, the key in `api_key_id`, and carries the key's own permissions: what
the owner may do beyond them it does not open. It ends with the key, and with the secret that was shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.api_keys.service import resolve_key
from app.api_keys.types import SUBJECT_TYPE, ApiKey, KeyUse, OwnerKind, ResolvedKey
from app.authz.service.permissions import resolve_permissions
from app.authz.types import SubjectRef
from app.authz.types.granted import Granted
from app.clients.service import find_client
from app.clients.types import Client
from app.kit import clock
from app.kit.actor import Origin
from app.kit.ids import new_id
from app.kit.runtime import settings
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.key_tokens import KEY_CLAIM, VERSION_CLAIM
from app.oidc.rules import narrow_scope, split_scope
from app.oidc.subjects import subject_for
from app.oidc.targets import Targets, find_targets, invalid_target
from app.oidc.tokens import confirmation
from app.oidc.types import ACCESS_TOKEN_TYP, TOKEN_ID_PREFIX, Scope
from app.signing.service import sign_jwt

TOKEN_TTL: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedToken:
    """What the token shall be.

    Attributes:
        audiences: at most one client (`_may_name`) and Auther itself; none for the client that owns the key, or Auther.
        resources: resources that are that client, and Auther itself (RFC 8707).
        scope: less than the key may have, separated by spaces; None for all of it.
        client: who asks at the token endpoint; None for a bare key.
        jkt: the key that the token is bound to.
    """

    audiences: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scope: str | None = None
    client: Client | None = None
    jkt: str | None = None


@dataclass(frozen=True, slots=True)
class KeyTokenAnswer:
    """The signed token with its life and scope."""

    token: str = field(repr=False)
    expires_at: datetime
    expires_in: int
    scope: str


async def exchange_key(text: str, origin: Origin, wanted: WantedToken) -> KeyTokenAnswer:
    """A token for a key: one statement when nothing is remembered, none when it is; permissions are in memory.

    Raises:
        KeyRefusal: as `resolve_key` refuses the key.
        EndpointError: `invalid_target`, `invalid_scope`.
    """
    resolved = await resolve_key(text, origin, KeyUse.EXCHANGE)
    named = await find_targets(wanted.resources)
    audience = await _find_audience(resolved.key, wanted, named)
    names_issuer = settings().issuer in wanted.audiences
    targets = Targets(named.uris, () if audience is None else (audience,), names_issuer)
    scope = targets.limit(await _find_scope(resolved.key, wanted), _asking(resolved.key, wanted))
    granted = await _find_permissions(resolved.key, audience, scope)
    if audience is not None and not await _may_name(resolved.key, audience, wanted, granted):
        raise invalid_target()
    ends_at = _end_of(resolved)
    claims = {
        **_own_claims(resolved, wanted, targets, ends_at),
        "sub": await _name_owner(resolved.key, wanted, audience),
        "scope": " ".join(scope),
        **_permission_claims(granted),
    }
    token = await sign_jwt(claims, typ=ACCESS_TOKEN_TYP, alg=settings().access_token_alg)
    return KeyTokenAnswer(token, ends_at, int(ends_at.timestamp()) - clock.timestamp(), " ".join(scope))


def _asking(key: ApiKey, wanted: WantedToken) -> str | None:
    """The client that gets the token: who asks, else the one that owns the key."""
    own = key.owner.id if key.owner.kind is OwnerKind.CLIENT else None
    return wanted.client.id if wanted.client else own


async def _find_audience(key: ApiKey, wanted: WantedToken, named: Targets) -> str | None:
    """The one client that reads the token; None for Auther itself.

    What a key may do is told of one client, so that several targets cannot be served.
    """
    asked = {*named.client_ids, *wanted.audiences} - {settings().issuer}
    if len(asked) > 1:
        raise invalid_target()
    if not asked and settings().issuer in wanted.audiences:
        return None
    audience = next(iter(asked), None) or _asking(key, wanted)
    if audience is None:
        return None
    client = await find_client(audience)
    if client is None or not client.is_enabled:
        raise invalid_target()
    return audience


async def _may_name(key: ApiKey, audience: str, wanted: WantedToken, granted: Granted) -> bool:
    """Whether a key may name a client as audience: its owner, one that lets its owner, or where it may do something.

    What a client asks for was settled with that client (`trade.delegate.find_trade_targets`).
    """
    if wanted.client is not None or key.owner.id == audience:
        return True
    target = await find_client(audience)
    if target is not None and key.owner.kind is OwnerKind.CLIENT and key.owner.id in target.token_exchange_clients:
        return True
    if granted.is_truncated:
        # Some of it is left out, perhaps all that is there.
        granted = await resolve_permissions(SubjectRef(SUBJECT_TYPE, key.id), audience, with_platform=False)
    return granted.is_truncated or any(each.startswith(f"{audience}:") for each in granted.permissions)


async def _find_scope(key: ApiKey, wanted: WantedToken) -> tuple[str, ...]:
    """What the key may have, and its owner and the client that asks still may; or less if less is wanted."""
    possible = key.scopes
    if key.owner.kind is OwnerKind.CLIENT:
        owner = await find_client(key.owner.id)
        possible = narrow_scope(possible, (Scope.AUTHER_API, *(owner.scopes if owner else ())))
    if wanted.client is not None:
        possible = narrow_scope(possible, wanted.client.scopes)
    if wanted.scope is None:
        return possible
    words = split_scope(wanted.scope)
    if words is None or not set(words) <= set(possible):
        raise EndpointError(ErrorCode.INVALID_SCOPE, "The scope is malformed, or wider than what the key may have.")
    return words


def _end_of(resolved: ResolvedKey) -> datetime:
    """Whole seconds, as tokens have them."""
    now = clock.now()
    end = resolved.ends_at(now)
    wanted = now + TOKEN_TTL if end is None else min(now + TOKEN_TTL, end)
    return wanted.replace(microsecond=0)


def _own_claims(resolved: ResolvedKey, wanted: WantedToken, targets: Targets, ends_at: datetime) -> dict[str, object]:
    """Whose, for whom, and what it hangs from (RFC 9068 §2.2). A bare key is its own client."""
    owner = resolved.key.owner
    claims: dict[str, object] = {
        "iss": settings().issuer,
        "aud": targets.claim,
        "iat": clock.timestamp(),
        "exp": int(ends_at.timestamp()),
        "jti": new_id(TOKEN_ID_PREFIX),
        "client_id": wanted.client.id if wanted.client else resolved.key.id,
        KEY_CLAIM: resolved.key.id,
        VERSION_CLAIM: resolved.version,
        **confirmation(wanted.jkt),
    }
    # A user may have any id, also that of a client (RFC 9700 §4.15).
    return {**claims, "sub_type": owner.kind.value} if owner.kind is OwnerKind.CLIENT else claims


async def _name_owner(key: ApiKey, wanted: WantedToken, audience: str | None) -> str:
    """What whoever gets or reads the token knows the owner by."""
    reader = wanted.client or (await find_client(audience) if audience is not None else None)
    is_user = key.owner.kind is OwnerKind.USER
    return await subject_for(reader, key.owner.id) if is_user and reader is not None else key.owner.id


async def _find_permissions(key: ApiKey, audience: str | None, scope: tuple[str, ...]) -> Granted:
    """What the key may do in the client that reads the token; on the platform if Auther does, or by its scope."""
    with_platform = audience is None or Scope.AUTHER_API in scope
    return await resolve_permissions(SubjectRef(SUBJECT_TYPE, key.id), audience or "", with_platform=with_platform)


def _permission_claims(granted: Granted) -> dict[str, object]:
    claims: dict[str, object] = {"permissions": granted.permissions, "abac_required": granted.abac_required}
    return {**claims, "permissions_truncated": True} if granted.is_truncated else claims
