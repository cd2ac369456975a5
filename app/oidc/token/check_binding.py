"""A code belongs to one client, one redirect URI, one minute, and perhaps one key."""

from __future__ import annotations

from app.kit import clock
from app.oidc.token.exchange import Exchange, not_valid


async def check_binding(exchange: Exchange) -> None:
    """Compare with what the authorization request said (RFC 6749 §4.1.3)."""
    code = exchange.code
    if code.approval.client_id != exchange.client.id or code.expires_at <= clock.now():
        raise not_valid()
    if code.redirect_uri != exchange.params.get("redirect_uri"):
        raise not_valid()
    # RFC 9449 §10: the key that the request to authorize named.
    if code.jkt not in {None, exchange.call.jkt}:
        raise not_valid()
