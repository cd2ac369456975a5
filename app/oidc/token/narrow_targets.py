"""A token may be for some of the resources that were granted, never for others (RFC 8707 §2.2)."""

from __future__ import annotations

from app.kit.runtime import settings
from app.oidc.rules import is_strong_enough
from app.oidc.targets import Targets, find_remaining, find_targets, invalid_target
from app.oidc.token.exchange import Exchange


async def narrow_targets(exchange: Exchange) -> None:
    """Set what the new access token is for: what `resource` names, else all that was granted; the grant keeps its own.

    A resource that is no longer registered, or wants a second factor by now that the user has not proved, cannot be
    had. Unless it is asked for by name it is left out, as long as another one is left.
    """
    asked = exchange.params.resources
    targets = await (_find_asked(exchange, asked) if asked else _find_granted(exchange))
    exchange.targets, exchange.scope = targets, targets.limit(exchange.scope, exchange.client.id)


async def _find_granted(exchange: Exchange) -> Targets:
    approval = exchange.grant.approval
    return await find_remaining(approval.resources, is_strong=is_strong_enough(approval.acr, requires_mfa=True))


async def _find_asked(exchange: Exchange, asked: tuple[str, ...]) -> Targets:
    approval, targets = exchange.grant.approval, await find_targets(asked)
    if not set(targets.uris) <= {settings().issuer, *approval.resources}:
        raise invalid_target()
    if not is_strong_enough(approval.acr, requires_mfa=targets.requires_mfa):
        raise invalid_target()
    return targets
