"""The family that a refresh token belongs to."""

from __future__ import annotations

from app.oidc import refresh_tokens
from app.oidc.queries import grants
from app.oidc.token.exchange import Exchange, not_valid


async def lock_grant(exchange: Exchange) -> None:
    """Lock the grant's row: refreshes of one family come one after the other."""
    token = refresh_tokens.read(exchange.require("refresh_token"))
    stored = await grants.lock(token.grant_id) if token else None
    if stored is None:
        raise not_valid()
    exchange.stored, exchange.holder, exchange.grant = stored, stored.holder, stored.grant
