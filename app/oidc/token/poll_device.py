"""A device asks whether a person let it in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.kit import clock
from app.kit.crypto import hash_token
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.queries import devices
from app.oidc.token.exchange import Exchange, not_valid

# RFC 8628 §3.5: by so much the interval grows.
PENALTY: Final = timedelta(seconds=5)
LEEWAY: Final = timedelta(milliseconds=500)


async def poll_device(exchange: Exchange) -> None:
    """Note the poll, in a statement of its own, and let pass only a device that somebody let in.

    Source: RFC 8628 §3.5.
    """
    device_hash = hash_token(exchange.require("device_code"))
    poll = await devices.note_poll(device_hash, exchange.client.id, penalty=PENALTY, leeway=LEEWAY)
    if poll is None or poll.device.is_redeemed:
        raise not_valid()
    device = exchange.device = poll.device
    if device.is_allowed is False:
        raise EndpointError(ErrorCode.ACCESS_DENIED, "The user did not let this device in.")
    if device.expires_at <= clock.now():
        raise EndpointError(ErrorCode.EXPIRED_TOKEN, "The device code is too old. Begin again.")
    if device.is_allowed is None:
        raise _slow_down(device.interval) if poll.is_too_soon else _pending()


def _pending() -> EndpointError:
    return EndpointError(ErrorCode.AUTHORIZATION_PENDING, "Nobody has decided yet.")


def _slow_down(interval: timedelta) -> EndpointError:
    seconds = int(interval.total_seconds())
    return EndpointError(ErrorCode.SLOW_DOWN, f"Ask at most once in {seconds} seconds.")
