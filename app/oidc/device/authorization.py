"""The device authorization endpoint (RFC 8628 §3.1 and §3.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.kit import clock
from app.kit.crypto import hash_token, new_token
from app.kit.errors import Unavailable
from app.kit.ids import new_id
from app.kit.limits import RateLimit, address_bucket
from app.kit.runtime import settings
from app.oidc.budgets import spend_budget
from app.oidc.client_auth import Call
from app.oidc.device.codes import hash_user_code, make_user_code, show_user_code
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.queries import devices
from app.oidc.rules import narrow_scope, split_scope
from app.oidc.targets import Targets, find_targets
from app.oidc.types import DEVICE_CODE_PREFIX, DEVICE_PREFIX, Device, GrantType

DEVICE_TTL: Final = timedelta(minutes=10)
INTERVAL: Final = timedelta(seconds=5)
# Devices that wait are rows that anybody can have written: a public client proves nothing.
PER_ADDRESS: Final = RateLimit("oidc.device_address", hits=300, window=timedelta(minutes=10))
# Codes are made by chance, and one in billions is taken.
_TRIES: Final = 3
_TOO_MANY: Final = "This address began too many device sign-ins. Wait a moment."
_MAX_IP = 64


async def start_device(call: Call) -> dict[str, object]:
    """Codes for a device that a person shall let in, inside the caller's unit of work.

    Raises:
        EndpointError: `unauthorized_client`, `invalid_scope`, `invalid_target`, `invalid_request`,
            `temporarily_unavailable`.
    """
    if GrantType.DEVICE_CODE not in call.client.grant_types:
        raise EndpointError(ErrorCode.UNAUTHORIZED_CLIENT, "This client is not registered for device codes.")
    scope, targets = _read_scope(call), await find_targets(call.params.resources)
    await spend_budget(PER_ADDRESS, address_bucket(call.origin.ip), _TOO_MANY)
    device_code = new_token(DEVICE_CODE_PREFIX)
    user_code = await _store(call, scope, targets, device_code)
    page = f"{settings().issuer}/device"
    return {
        "device_code": device_code,
        "user_code": show_user_code(user_code),
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={show_user_code(user_code)}",
        "expires_in": int(DEVICE_TTL.total_seconds()),
        "interval": int(INTERVAL.total_seconds()),
    }


def _read_scope(call: Call) -> tuple[str, ...]:
    words = split_scope(call.params.get("scope") or "openid")
    scope = narrow_scope(words or (), call.client.scopes)
    if not scope:
        raise EndpointError(ErrorCode.INVALID_SCOPE, "The scope is malformed, or this client may use none of it.")
    return scope


async def _store(call: Call, scope: tuple[str, ...], targets: Targets, device_code: str) -> str:
    now = clock.now()
    device = Device(
        id=new_id(DEVICE_PREFIX),
        client_id=call.client.id,
        scope=scope,
        ip=call.origin.ip[:_MAX_IP] if call.origin.ip else None,
        created_at=now,
        expires_at=now + DEVICE_TTL,
        interval=INTERVAL,
        entered_by=None,
        is_allowed=None,
        is_redeemed=False,
        resources=targets.uris,
    )
    for _ in range(_TRIES):
        user_code = make_user_code()
        hashes = {"device_hash": hash_token(device_code), "user_code_hash": hash_user_code(user_code)}
        if await devices.insert(device, **hashes):
            return user_code
    raise Unavailable("oidc_user_codes_taken", "No code is free now. Try again.")
