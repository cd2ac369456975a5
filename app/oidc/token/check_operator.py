"""Whoever acts as the user must still be allowed to."""

from __future__ import annotations

from app.impersonation.service import may_go_on
from app.oidc.token.exchange import Exchange, not_valid


async def check_operator(exchange: Exchange) -> None:
    """Refuse what an operator got as somebody whom they may not be any more."""
    operator_id = exchange.holder.impersonator_id
    if operator_id is not None and not await may_go_on(operator_id, exchange.holder.user):
        raise not_valid()
