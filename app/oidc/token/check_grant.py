"""Whether a grant may still give tokens."""

from __future__ import annotations

from app.kit import clock
from app.kit.runtime import settings
from app.oidc.rules import is_strong_enough, may_go_offline
from app.oidc.token.exchange import Exchange, not_valid


async def check_grant(exchange: Exchange) -> None:
    """Refuse another client's grant, a revoked or expired one, one whose user or session is gone, or without its key.

    So is one from before a second factor was required of everybody or of the client's users, if its user proved none.
    Ending a session ends what grew from it. A session that merely runs out leaves `offline_access` alone
    (OIDC Core §11); other grants end with it.
    """
    stored, holder, now = exchange.stored, exchange.holder, clock.now()
    if stored.is_revoked or stored.grant.approval.client_id != exchange.client.id:
        raise not_valid()
    if stored.grant.expires_at <= now or not holder.may_go_on:
        raise not_valid()
    requires_mfa = settings().require_mfa or exchange.client.require_mfa
    if not is_strong_enough(stored.grant.approval.acr, requires_mfa=requires_mfa):
        raise not_valid()
    # RFC 9449 §5: other clients prove who they are anyway, and may change their key.
    if exchange.client.is_public and stored.grant.jkt not in {None, exchange.call.jkt}:
        raise not_valid()
    if not may_go_offline(stored.grant.approval.scope, exchange.client.scopes) and not holder.has_session_at(now):
        raise not_valid()
