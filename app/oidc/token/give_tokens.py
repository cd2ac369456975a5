"""The answer to a grant that a user gave."""

from __future__ import annotations

from app.oidc.token.exchange import Exchange
from app.oidc.tokens import Issue, issue_tokens


async def give_tokens(exchange: Exchange) -> None:
    """Sign access and ID token of the grant (RFC 6749 §5.1)."""
    issue = Issue(
        grant=exchange.grant,
        user=exchange.holder.user,
        client=exchange.client,
        scope=exchange.scope,
        nonce=exchange.nonce,
    )
    exchange.answer = await issue_tokens(issue, exchange.refresh_token)
