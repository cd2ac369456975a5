"""Token exchange: a token for a token (RFC 8693)."""

from __future__ import annotations

from app.oidc.token.exchange import Exchange
from app.oidc.trade.delegate import delegate_token
from app.oidc.trade.impersonate import act_as, prove_operator


async def trade_token(exchange: Exchange) -> None:
    """Give a narrower token, for another audience, or for one that somebody else acts with."""
    exchange.answer = await delegate_token(exchange.call)


async def check_impersonation(exchange: Exchange) -> None:
    """Let pass an operator who may act as the user that the request names."""
    exchange.impersonation = await prove_operator(exchange.call)


async def impersonate(exchange: Exchange) -> None:
    """Give the operator a token of that user."""
    exchange.answer = await act_as(exchange.impersonation)
