"""The answer to a grant that a user gave."""

from __future__ import annotations

from app.oidc.acting import acting_claims
from app.oidc.subjects import sid_for, subject_for
from app.oidc.token.exchange import Exchange
from app.oidc.tokens import Issue, issue_tokens


async def give_tokens(exchange: Exchange) -> None:
    """Sign access and ID token of the grant (RFC 6749 §5.1)."""
    issue = Issue(
        grant=exchange.grant,
        user=exchange.holder.user,
        client=exchange.client,
        subject=await subject_for(exchange.client, exchange.holder.user.id),
        sid=await sid_for(exchange.client, exchange.grant.approval.session_id),
        scope=exchange.scope,
        targets=exchange.targets,
        nonce=exchange.nonce,
        jkt=exchange.call.jkt,
        acting=await acting_claims(exchange.client, exchange.holder.impersonator_id),
        ends_at=exchange.holder.session_expires_at if exchange.holder.impersonator_id else None,
    )
    exchange.answer = await issue_tokens(issue, exchange.refresh_token)
