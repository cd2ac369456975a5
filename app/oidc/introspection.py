"""The introspection endpoint (RFC 7662): what a token is worth right now, to the client that it is meant for."""

from __future__ import annotations

from typing import Final

from app.clients.service import find_client
from app.clients.types import Client
from app.kit import clock
from app.kit.crypto import hash_token, is_same
from app.kit.runtime import settings
from app.oidc import refresh_tokens
from app.oidc.client_auth import Call
from app.oidc.errors import ClientNotProved
from app.oidc.holders import find_token
from app.oidc.queries import grants
from app.oidc.queries.grants import StoredGrant
from app.oidc.types import Scope
from app.signing.types import Claims

# One answer for whatever is not live, not ours, or not the caller's business (§2.2).
INACTIVE: Final[dict[str, object]] = {"active": False}


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
    if access is None or not await _is_meant_for(call.client, access.claims):
        return INACTIVE
    return {"active": True, "token_type": "Bearer", **access.claims}


async def _is_meant_for(client: Client, claims: Claims) -> bool:
    audience = claims["aud"]
    if claims["client_id"] == client.id or (isinstance(audience, list) and client.id in audience):
        return True
    owner = await find_client(claims["client_id"])
    return owner is not None and client.id in owner.allowed_audiences


async def _describe_refresh_token(token: str, grant_id: str, client: Client) -> dict[str, object]:
    stored = await grants.find_with_refresh(grant_id)
    if stored is None or stored.grant.approval.client_id != client.id or not _is_in_force(stored, token):
        return INACTIVE
    approval, refresh = stored.grant.approval, stored.refresh
    assert refresh is not None  # it is in force
    assert refresh.expires_at is not None
    return {
        "active": True,
        "iss": settings().issuer,
        "sub": approval.user_id,
        "client_id": approval.client_id,
        "scope": " ".join(approval.scope),
        "sid": approval.session_id,
        "iat": int(stored.grant.created_at.timestamp()),
        "exp": int(min(refresh.expires_at, stored.grant.expires_at).timestamp()),
    }


def _is_in_force(stored: StoredGrant, token: str) -> bool:
    """Whether a refresh with this token would succeed now (`check_grant`, `rotate`)."""
    now, refresh, holder = clock.now(), stored.refresh, stored.holder
    if refresh is None or refresh.current_hash is None or refresh.expires_at is None:
        return False
    if not is_same(hash_token(token), refresh.current_hash) or min(refresh.expires_at, stored.grant.expires_at) <= now:
        return False
    has_base = Scope.OFFLINE_ACCESS in stored.grant.approval.scope or holder.has_session_at(now)
    return not stored.is_revoked and holder.may_go_on and has_base
