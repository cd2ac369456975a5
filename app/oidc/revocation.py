"""The revocation endpoint (RFC 7009)."""

from __future__ import annotations

from datetime import UTC, datetime

from app.clients.types import Client
from app.kit.crypto import hash_token
from app.oidc import refresh_tokens
from app.oidc.access_tokens import read_claims
from app.oidc.client_auth import Call
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.queries import grants, tokens
from app.oidc.queries.grants import StoredGrant


async def revoke_token(call: Call) -> None:
    """Revoke a token of the calling client, inside the caller's unit of work.

    A refresh token takes its family and the access tokens of its grant with it; an access token goes alone.
    A token that is unknown, expired or no token at all is as good as revoked (§2.2). `token_type_hint` is
    not needed.

    Raises:
        EndpointError: `invalid_request` without a token, or for one of another client (§2.1).
    """
    token = call.require("token")
    if not await _revoke_refresh_token(token, call.client):
        await _revoke_access_token(token, call.client)


async def _revoke_refresh_token(token: str, client: Client) -> bool:
    read = refresh_tokens.read(token)
    if read is None:
        return False
    stored = await grants.lock(read.grant_id)
    if stored is not None and (read.is_marked or _is_in_force(stored, token)):
        _check_owner(stored.grant.approval.client_id, client)
        await grants.revoke(read.grant_id)
    return True


def _is_in_force(stored: StoredGrant, token: str) -> bool:
    return stored.refresh is not None and stored.refresh.current_hash == hash_token(token)


async def _revoke_access_token(token: str, client: Client) -> None:
    claims = await read_claims(token)
    if claims is None:
        return
    _check_owner(claims["client_id"], client)
    await tokens.revoke(claims["jti"], datetime.fromtimestamp(claims["exp"], UTC))


def _check_owner(owner_id: str, client: Client) -> None:
    if owner_id != client.id:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "This token belongs to another client.")
