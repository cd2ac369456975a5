"""Whoever redeems a code must be who asked for it."""

from __future__ import annotations

from app.oidc.rules import proves_challenge
from app.oidc.token.exchange import Exchange, not_valid


async def check_proof(exchange: Exchange) -> None:
    """Compare PKCE verifier and challenge; one without the other is refused too (RFC 7636 §4.6, RFC 9700 §4.8.2)."""
    if not proves_challenge(exchange.params.get("code_verifier"), exchange.code.code_challenge):
        raise not_valid()
