"""Whether a grant may still give tokens."""

from __future__ import annotations

from app.kit import clock
from app.oidc.token.exchange import Exchange, not_valid
from app.oidc.types import Scope


async def check_grant(exchange: Exchange) -> None:
    """Refuse another client's grant, a revoked or expired one, and one whose user or session is gone.

    Ending a session ends what grew from it. A session that merely runs out leaves `offline_access` alone
    (OIDC Core §11); other grants end with it.
    """
    stored, holder, now = exchange.stored, exchange.holder, clock.now()
    if stored.is_revoked or stored.grant.approval.client_id != exchange.client.id:
        raise not_valid()
    if stored.grant.expires_at <= now or not holder.may_go_on:
        raise not_valid()
    if Scope.OFFLINE_ACCESS not in stored.grant.approval.scope and not holder.has_session_at(now):
        raise not_valid()
