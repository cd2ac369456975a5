"""A refresh may ask for less than was granted, never for more (RFC 6749 §6), nor for what the client lost since."""

from __future__ import annotations

from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.rules import narrow_scope as keep_allowed
from app.oidc.rules import split_scope
from app.oidc.token.exchange import Exchange


async def narrow_scope(exchange: Exchange) -> None:
    """Set the new access token's scope; the grant keeps its own."""
    granted = exchange.grant.approval.scope
    asked = exchange.params.get("scope")
    words = granted if asked is None else split_scope(asked)
    if words is None or not set(words) <= set(granted):
        raise EndpointError(ErrorCode.INVALID_SCOPE, "The scope is malformed or wider than what was granted.")
    exchange.scope = keep_allowed(words, exchange.client.scopes)
    if not exchange.scope:
        raise EndpointError(ErrorCode.INVALID_SCOPE, "This client may use none of the scope any more.")
