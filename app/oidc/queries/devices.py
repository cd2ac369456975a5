"""SQL of devices that wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.kit import clock, db
from app.oidc.types import Approval, Code, Device, RequestedClaims

_NAMES = (
    "id, client_id, scope, ip, created_at, expires_at, interval_seconds, entered_by, is_allowed,"
    " resources, grant_id IS NOT NULL AS is_redeemed"
)
_INSERT = """
INSERT INTO oidc_device (id, device_hash, user_code_hash, client_id, scope, ip, created_at, expires_at,
                         interval_seconds, resources)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
"""
# Whoever polls too soon has to wait longer each time, ten minutes at most (RFC 8628 §3.5).
_POLL = f"""
UPDATE oidc_device d
SET polled_at = $3,
    interval_seconds = CASE WHEN before.is_soon THEN least(d.interval_seconds + $4, 600) ELSE d.interval_seconds END
FROM (
    SELECT id, coalesce(polled_at > $3::timestamptz - make_interval(secs => interval_seconds) + $5::interval
                        AND polled_at <= $3, FALSE) AS is_soon
    FROM oidc_device WHERE device_hash = $1 AND client_id = $2 FOR UPDATE
) before
WHERE d.id = before.id
RETURNING before.is_soon, d.{_NAMES}
"""
_WAITS = "is_allowed IS NULL AND expires_at > $2"
_ENTER = f"""
UPDATE oidc_device SET entered_by = $3 WHERE user_code_hash = $1 AND {_WAITS}
RETURNING {_NAMES}
"""
_FIND_ENTERED = f"SELECT {_NAMES} FROM oidc_device WHERE id = $1 AND {_WAITS} AND entered_by = $3"
_ALLOW = f"""
UPDATE oidc_device SET is_allowed = TRUE, user_id = $4, auth_time = $5, acr = $6, amr = $7
WHERE id = $1 AND {_WAITS} AND entered_by = $3
"""
_REFUSE = f"UPDATE oidc_device SET is_allowed = FALSE WHERE id = $1 AND {_WAITS} AND entered_by = $3"
_REDEEM = """
UPDATE oidc_device SET grant_id = $2 WHERE id = $1 AND is_allowed AND grant_id IS NULL
RETURNING client_id, user_id, entered_by AS session_id, scope, auth_time, acr, amr, expires_at, resources
"""
_DELETE_OF_CLIENT = "DELETE FROM oidc_device WHERE user_id = $1 AND client_id = $2 AND grant_id IS NULL"
_DELETE_OF_USER = "DELETE FROM oidc_device WHERE user_id = $1"
_SWEEP = "DELETE FROM oidc_device WHERE expires_at < $1"


@dataclass(frozen=True, slots=True)
class Poll:
    """A device that asked whether it was let in, and whether it asked too soon."""

    device: Device
    is_too_soon: bool


async def insert(device: Device, *, device_hash: bytes, user_code_hash: bytes) -> bool:
    """Store a device by the hashes of its codes; False when a user code happened to be taken."""
    seconds = int(device.interval.total_seconds())
    count = await db.execute(
        _INSERT, device.id, device_hash, user_code_hash, device.client_id, " ".join(device.scope), device.ip,
        device.created_at, device.expires_at, seconds, " ".join(device.resources),
    )  # fmt: skip
    return count == 1


async def note_poll(device_hash: bytes, client_id: str, *, penalty: timedelta, leeway: timedelta) -> Poll | None:
    """Note that a device asks; None when this client has no such device. Polls of one device come one after the other.

    Args:
        penalty: added to the interval each time it asks too soon.
        leeway: what a poll may come early, the network's uneven delay.
    """
    seconds = int(penalty.total_seconds())
    row = await db.fetch_row(_POLL, device_hash, client_id, clock.now(), seconds, leeway)
    return Poll(_to_device(row), row["is_soon"]) if row else None


async def enter(user_code_hash: bytes, session_id: str) -> Device | None:
    """Note that a session typed the code of a device that waits; None when there is none."""
    row = await db.fetch_row(_ENTER, user_code_hash, clock.now(), session_id)
    return _to_device(row) if row else None


async def find_entered(device_id: str, session_id: str) -> Device | None:
    """A device that waits and whose code this session typed last."""
    row = await db.fetch_row(_FIND_ENTERED, device_id, clock.now(), session_id)
    return _to_device(row) if row else None


async def allow(device_id: str, approval: Approval) -> bool:
    """Let a device in; False when it does not wait any more, or another session typed its code since."""
    count = await db.execute(
        _ALLOW, device_id, clock.now(), approval.session_id, approval.user_id, approval.auth_time, approval.acr,
        " ".join(approval.amr),
    )  # fmt: skip
    return count == 1


async def refuse(device_id: str, session_id: str) -> bool:
    """Do not let a device in; False as for `allow`."""
    return await db.execute(_REFUSE, device_id, clock.now(), session_id) == 1


async def redeem(device_id: str, grant_id: str) -> Code | None:
    """What an allowed device gives, once: of many callers one wins. None for the others."""
    row = await db.fetch_row(_REDEEM, device_id, grant_id)
    if row is None:
        return None
    approval = Approval(
        client_id=row["client_id"],
        user_id=row["user_id"],
        session_id=row["session_id"],
        scope=tuple(row["scope"].split()),
        claims=RequestedClaims(),
        auth_time=row["auth_time"],
        acr=row["acr"],
        amr=tuple(row["amr"].split()),
        resources=tuple(row["resources"].split()),
    )
    return Code(
        approval=approval,
        grant_id=grant_id,
        redirect_uri=None,
        code_challenge=None,
        nonce=None,
        expires_at=row["expires_at"],
    )


async def delete_of_client(user_id: str, client_id: str) -> int:
    """Forget the devices that a user let in and that did not get their tokens yet."""
    return await db.execute(_DELETE_OF_CLIENT, user_id, client_id)


async def delete_of_user(user_id: str) -> int:
    """Forget all devices that a user let in."""
    return await db.execute(_DELETE_OF_USER, user_id)


async def sweep(expired_before: datetime) -> int:
    return await db.execute(_SWEEP, expired_before)


def _to_device(row: db.Row) -> Device:
    return Device(
        id=row["id"],
        client_id=row["client_id"],
        scope=tuple(row["scope"].split()),
        ip=row["ip"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        interval=timedelta(seconds=row["interval_seconds"]),
        entered_by=row["entered_by"],
        is_allowed=row["is_allowed"],
        is_redeemed=row["is_redeemed"],
        resources=tuple(row["resources"].split()),
    )
