"""The user and the session that a code speaks of must still be there."""

from __future__ import annotations

from app.kit import clock
from app.kit.runtime import settings
from app.oidc.queries import grants
from app.oidc.rules import is_strong_enough
from app.oidc.token.exchange import Exchange, not_valid


async def check_holder(exchange: Exchange) -> None:
    """Refuse a code whose user is banned, leaving or gone or lacks a required factor, or whose session is over."""
    approval = exchange.code.approval
    holder = await grants.find_holder(approval.user_id, approval.session_id)
    requires_mfa = settings().require_mfa or exchange.client.require_mfa
    if not is_strong_enough(approval.acr, requires_mfa=requires_mfa):
        raise not_valid()
    if holder is None or not holder.user.is_active or not holder.has_session_at(clock.now()):
        raise not_valid()
    exchange.holder = holder
