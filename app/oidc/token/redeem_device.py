"""What a person let a device have."""

from __future__ import annotations

from app.kit.ids import new_id
from app.oidc.queries import devices
from app.oidc.token.exchange import Exchange, not_valid
from app.oidc.types import GRANT_PREFIX


async def redeem_device(exchange: Exchange) -> None:
    """Take the approval in one statement, so that of any number of polls one wins.

    A later refusal rolls this back. From here on it is as if a code was redeemed.
    """
    code = await devices.redeem(exchange.device.id, new_id(GRANT_PREFIX))
    if code is None:
        raise not_valid()
    exchange.code = code
