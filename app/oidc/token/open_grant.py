"""What the code gives."""

from __future__ import annotations

from app.kit import clock
from app.kit.crypto import hash_token
from app.kit.runtime import settings
from app.oidc import refresh_tokens
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.queries import grants
from app.oidc.rules import end_of_grant, may_refresh, narrow_scope
from app.oidc.token.exchange import Exchange
from app.oidc.types import Grant


async def open_grant(exchange: Exchange) -> None:
    """Store the grant, with the hash of its first refresh token if the client gets one.

    A scope that was taken from the client since the user approved it is not given.
    """
    client, code, now = exchange.client, exchange.code, clock.now()
    scope = narrow_scope(code.approval.scope, client.scopes)
    if not scope:
        raise EndpointError(ErrorCode.INVALID_SCOPE, "This client may use none of the scope any more.")
    is_refreshable = may_refresh(scope, client.grant_types, is_first_party=client.is_first_party)
    end = now + client.access_token_ttl
    if is_refreshable:
        end = end_of_grant(
            scope,
            created_at=now,
            refresh_ttl=client.refresh_token_ttl,
            session_ends_at=exchange.holder.session_expires_at or end,
        )
        exchange.refresh_token = refresh_tokens.make(code.grant_id)
    if exchange.holder.impersonator_id is not None:
        end = min(end, exchange.holder.session_expires_at or end)
    exchange.grant = Grant(
        id=code.grant_id, approval=code.approval, created_at=now, expires_at=end, jkt=exchange.call.jkt
    )
    exchange.scope, exchange.nonce = scope, code.nonce
    await grants.insert(
        exchange.grant,
        refresh_hash=hash_token(exchange.refresh_token) if exchange.refresh_token else None,
        refresh_expires_at=min(end, now + settings().refresh_token_idle_ttl) if is_refreshable else None,
    )
