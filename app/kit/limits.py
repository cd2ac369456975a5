"""Rate limits shared between processes: fixed windows counted in PostgreSQL, one upsert a hit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from app.kit import clock, db
from app.kit.errors import TooMany

_IPV6_BUCKET_BITS = 64
_MAX_BUCKET = 256

_HIT = """
INSERT INTO kit_counter AS c (name, bucket, window_start, hits, expires_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name, bucket) DO UPDATE SET
    hits = CASE WHEN c.window_start BETWEEN $3 AND $6 THEN c.hits + EXCLUDED.hits ELSE EXCLUDED.hits END,
    window_start = CASE WHEN c.window_start BETWEEN $3 AND $6 THEN c.window_start ELSE $3 END,
    expires_at = EXCLUDED.expires_at
RETURNING hits
"""
_RELEASE = """
UPDATE kit_counter SET hits = greatest(hits - 1, 0)
WHERE name = $1 AND bucket = $2 AND window_start BETWEEN $3 AND $4
"""
_SPEND_ONCE = """
INSERT INTO kit_counter (name, bucket, window_start, hits, expires_at)
VALUES ($1, $2, 0, 1, $3)
ON CONFLICT (name, bucket) DO NOTHING
"""
_SWEEP = "DELETE FROM kit_counter WHERE expires_at < $1"


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `hits` per `window` and bucket. `name` is unique in the product."""

    name: str
    hits: int
    window: timedelta


def address_bucket(ip: str | None) -> str:
    """The bucket of an address: an IPv4 address itself, for IPv6 its /64 (one subscriber).

    IPv4-mapped IPv6 addresses count as the IPv4 address they hold.
    """
    if not ip:
        return "unknown"
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> _IPV6_BUCKET_BITS << _IPV6_BUCKET_BITS)}/{_IPV6_BUCKET_BITS}"


async def count_hit(limit: RateLimit, bucket: str, *, cost: int = 1) -> int:
    """Count a hit; the number of hits in this window so far, this one included. Exact under concurrency.

    Inside a unit of work the counter stays locked until its end, and a roll-back takes the hit back.

    Args:
        bucket: who is counted; what is too long for the table is counted by its hash.
    """
    start, last = _windows(limit)
    expires = clock.now() + 2 * limit.window
    hits: int = await db.fetch_value(_HIT, limit.name, _bucket_id(bucket), start, cost, expires, last)
    return hits


async def spend_once(name: str, bucket: str, until: datetime) -> bool:
    """Use something up; False when it was before. Of many at once exactly one succeeds, whatever the hour.

    Inside a unit of work a roll-back gives it back.

    Args:
        name: of the kind of thing, unique in the product, also among the limits.
        bucket: the thing itself.
        until: how long this is remembered: past the end of the thing, with room for clocks that differ.
    """
    return await db.execute(_SPEND_ONCE, name, _bucket_id(bucket), until) == 1


async def release_hit(limit: RateLimit, bucket: str) -> None:
    """Take one hit of this window back: what it counted turned out to be welcome."""
    await db.execute(_RELEASE, limit.name, _bucket_id(bucket), *_windows(limit))


async def require_room(limit: RateLimit, bucket: str, *, cost: int = 1) -> None:
    """Count a hit and refuse it when the limit is passed.

    Raises:
        TooMany: `kit_rate_limited`, with `retry_after` until the window ends.
    """
    if await count_hit(limit, bucket, cost=cost) > limit.hits:
        raise TooMany("kit_rate_limited", "Too many requests. Wait a moment.", retry_after=window_rest(limit))


def window_rest(limit: RateLimit) -> timedelta:
    """How long the present window still lasts."""
    seconds = limit.window.total_seconds()
    return timedelta(seconds=seconds - clock.now().timestamp() % seconds)


async def sweep_counters() -> int:
    """Delete windows that are over; how many."""
    return await db.execute(_SWEEP, clock.now())


def _windows(limit: RateLimit) -> tuple[int, int]:
    """Starts of the present window and of the one after it.

    A row that is already there belongs to a process whose clock runs a little ahead, or whose turn
    came first: our hit counts in it. One further ahead is left over from a wrong clock.
    """
    seconds = limit.window.total_seconds()
    start = clock.now().timestamp() // seconds * seconds
    return int(start), int(start + seconds)


def _bucket_id(bucket: str) -> str:
    if len(bucket) <= _MAX_BUCKET and bucket.isprintable():
        return bucket
    return hashlib.sha256(bucket.encode(errors="surrogatepass")).hexdigest()
