"""A token may be for some of the resources that were granted, never for others (RFC 8707 §2.2)."""

from __future__ import annotations

from app.kit.runtime import settings
from app.oidc.targets import find_targets, invalid_target
from app.oidc.token.exchange import Exchange


async def narrow_targets(exchange: Exchange) -> None:
    """Set what the new access token is for: what `resource` names, else all that was granted; the grant keeps its own.

    A resource that is no longer registered cannot be had; what the token may do besides is narrowed with it.
    """
    granted, asked = exchange.grant.approval.resources, exchange.params.resources
    targets = await find_targets(asked or granted)
    if not set(targets.uris) <= {settings().issuer, *granted}:
        raise invalid_target()
    exchange.targets, exchange.scope = targets, targets.limit(exchange.scope)
