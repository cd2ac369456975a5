"""The introspection endpoint (RFC 7662, RFC 9701): what a token is worth right now, to who it is meant for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from app.clients.types import PAIRWISE_SUBJECT, Client
from app.kit import clock
from app.kit.crypto import hash_token, is_same
from app.kit.runtime import settings
from app.oidc import refresh_tokens
from app.oidc.acting import acting_claims
from app.oidc.client_auth import Call
from app.oidc.dpop.possession import bound_key
from app.oidc.errors import ClientNotProved
from app.oidc.holders import find_token, is_meant_for
from app.oidc.queries import grants
from app.oidc.queries.grants import StoredGrant
from app.oidc.retelling import retell
from app.oidc.rules import is_strong_enough, may_go_offline, narrow_scope
from app.oidc.subjects import sid_for, subject_for
from app.oidc.tokens import token_type
from app.oidc.types import INTROSPECTION_TYP
from app.signing.service import sign_jwt
from app.signing.types import Claims

# One answer for whatever is not live, not ours, or not the caller's business (§2.2).
INACTIVE: Final[dict[str, object]] = {"active": False}
_DEFAULT_ALG: Final = "RS256"
_MAX_ACCEPT: Final = 1_024
# RFC 9110 §12.4.2
_QUALITY: Final = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """An answer that is a JWT."""

    token: str = field(repr=False)
    media_type: str


async def introspect_token(call: Call) -> dict[str, object]:
    """Describe a token: in one statement at most. `token_type_hint` is not needed.

    A client sees its own tokens, and access tokens that are meant for it: those with it as audience, and those given
    to a client that lists it in `allowed_audiences`.

    Raises:
        EndpointError: `invalid_request` without a token; `invalid_client` for a client that proves nothing (§2.1).
    """
    if call.client.is_public:
        raise ClientNotProved
    token = call.require("token")
    refresh = refresh_tokens.read(token)
    if refresh is not None:
        return await _describe_refresh_token(token, refresh.grant_id, call.client)
    access = await find_token(token)
    if access is None or not await is_meant_for(call.client, access.claims):
        return INACTIVE
    kind = token_type(bound_key(access.claims))
    return {"active": True, "token_type": kind, **await _for_reader(call.client, access.claims)}


async def introspect_signed(call: Call) -> SignedAnswer:
    """The same as a JWT for the client that asks (RFC 9701 §5): nobody can take it for an access or an ID token.

    Raises:
        EndpointError: as `introspect_token`.
        Unavailable: there is nothing to sign with now.
    """
    claims = {
        "iss": settings().issuer,
        "aud": call.client.id,
        "iat": clock.timestamp(),
        "token_introspection": dict(await introspect_token(call)),
    }
    alg = call.client.introspection_signed_response_alg or _default_alg()
    return SignedAnswer(await sign_jwt(claims, typ=INTROSPECTION_TYP, alg=alg), f"application/{INTROSPECTION_TYP}")


def wants_signed(accept: str | None) -> bool:
    """Whether a client likes a JWT at least as well as plain JSON (RFC 9701 §4). It has to name it."""
    liked = dict(_read_range(each) for each in reversed((accept or "")[:_MAX_ACCEPT].split(",")))
    signed = liked.get(f"application/{INTROSPECTION_TYP}", 0.0)
    return signed > 0 and signed >= liked.get("application/json", 0.0)


def _read_range(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = next((each.removeprefix("q=") for each in parameters if each.startswith("q=")), "1")
    return name, float(quality) if _QUALITY.fullmatch(quality) else 0.0


def _default_alg() -> str:
    """RS256 (RFC 9701 §6), where it has a key."""
    chosen = settings()
    return _DEFAULT_ALG if _DEFAULT_ALG in chosen.signing_algorithms else chosen.default_id_token_alg


async def _for_reader(reader: Client, claims: Claims) -> Claims:
    """The claims as the token has them; to a client with pairwise subjects, in the names that it knows users by."""
    if claims["client_id"] == reader.id or reader.subject_type != PAIRWISE_SUBJECT:
        return claims
    return await retell(claims, reader)


async def _describe_refresh_token(token: str, grant_id: str, client: Client) -> dict[str, object]:
    stored = await grants.find_with_refresh(grant_id)
    if stored is None or stored.grant.approval.client_id != client.id or not _is_in_force(stored, token, client):
        return INACTIVE
    approval, refresh = stored.grant.approval, stored.refresh
    assert refresh is not None  # it is in force
    assert refresh.expires_at is not None
    return {
        "active": True,
        "iss": settings().issuer,
        "sub": await subject_for(client, approval.user_id),
        "client_id": approval.client_id,
        "scope": " ".join(narrow_scope(approval.scope, client.scopes)),
        "sid": await sid_for(client, approval.session_id),
        "iat": int(stored.grant.created_at.timestamp()),
        "exp": int(min(refresh.expires_at, stored.grant.expires_at).timestamp()),
        **await acting_claims(client, stored.holder.impersonator_id),
    }


def _is_in_force(stored: StoredGrant, token: str, client: Client) -> bool:
    """Whether a refresh with this token would succeed now (`check_grant`, `rotate`)."""
    now, refresh, holder = clock.now(), stored.refresh, stored.holder
    if refresh is None or refresh.current_hash is None or refresh.expires_at is None:
        return False
    if not is_same(hash_token(token), refresh.current_hash) or min(refresh.expires_at, stored.grant.expires_at) <= now:
        return False
    scope = stored.grant.approval.scope
    has_base = may_go_offline(scope, client.scopes) or holder.has_session_at(now)
    is_permitted = bool(narrow_scope(scope, client.scopes))
    requires_mfa = settings().require_mfa or client.require_mfa
    is_strong = is_strong_enough(stored.grant.approval.acr, requires_mfa=requires_mfa)
    return not stored.is_revoked and holder.may_go_on and has_base and is_permitted and is_strong
