"""The life of a signing key, as pure functions of its dates.

Nothing flips a status in the database: a key becomes active and retires because time passes, so
all processes agree without telling each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.signing.types import Claims, KeyStatus

# Caches that honour no Cache-Control at all tend to fetch a key set once a day.
PUBLISH_LEAD = timedelta(hours=24)
# An operator who rotates by hand waits until every cache that honours Cache-Control has the successor.
MANUAL_LEAD = timedelta(minutes=10)
JWKS_MAX_AGE = timedelta(minutes=5)
# Clocks of our own machines may differ by so much, in seconds.
LEEWAY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class KeyDates:
    """The identity and the dates of one key."""

    id: str
    kid: str
    alg: str
    created_at: datetime
    activates_at: datetime
    retires_at: datetime
    removes_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How long a key signs, and how long it verifies after that."""

    rotation: timedelta
    retention: timedelta

    @property
    def lead(self) -> timedelta:
        """How long a successor is published before it signs."""
        return min(PUBLISH_LEAD, self.rotation / 2)

    @property
    def manual_lead(self) -> timedelta:
        return min(MANUAL_LEAD, self.lead)

    @property
    def max_age(self) -> timedelta:
        """How long others may cache the key set: never longer than a successor is published ahead."""
        return min(JWKS_MAX_AGE, self.manual_lead / 2)

    def span(self, activates_at: datetime) -> tuple[datetime, datetime, datetime]:
        """When a key that begins to sign then activates, retires and is removed."""
        retires_at = activates_at + self.rotation
        return activates_at, retires_at, retires_at + self.retention


@dataclass(frozen=True, slots=True)
class Step:
    """What has to be done for one algorithm: make a key, or let the waiting one sign from then on."""

    activates_at: datetime
    waiting: KeyDates | None = None


def find_active(keys: Iterable[KeyDates], alg: str, now: datetime) -> KeyDates | None:
    """The key that signs: the youngest that has begun. It goes on when its successor is late.

    When the youngest was withdrawn nobody signs: a key that has retired never comes back.
    """
    begun = [key for key in keys if key.alg == alg and key.activates_at <= now and not _never_began(key)]
    youngest = max(begun, key=lambda key: (key.activates_at, key.withdrawn_at is None, key.id), default=None)
    return youngest if youngest is not None and youngest.withdrawn_at is None else None


def find_waiting(keys: Iterable[KeyDates], alg: str, now: datetime) -> KeyDates | None:
    """The published successor, if there is one."""
    waiting = [key for key in keys if key.alg == alg and key.activates_at > now and key.withdrawn_at is None]
    return min(waiting, key=lambda key: (key.activates_at, key.id), default=None)


def status_of(key: KeyDates, keys: Iterable[KeyDates], now: datetime) -> KeyStatus:
    """The status of one key among all keys."""
    if key.withdrawn_at is not None:
        return KeyStatus.WITHDRAWN
    if key.activates_at > now:
        return KeyStatus.PENDING
    active = find_active(keys, key.alg, now)
    return KeyStatus.ACTIVE if active is not None and active.id == key.id else KeyStatus.RETIRED


def plan_step(keys: Sequence[KeyDates], alg: str, now: datetime, policy: Policy) -> Step | None:
    """What the clock asks for; None when all is in order."""
    active, waiting = find_active(keys, alg, now), find_waiting(keys, alg, now)
    if active is None:
        return Step(now, waiting)
    if waiting is not None or now < active.retires_at - policy.lead:
        return None
    return Step(max(active.retires_at, now + policy.lead))


def plan_manual_step(keys: Sequence[KeyDates], alg: str, now: datetime, policy: Policy) -> Step | None:
    """What an operator asks for who wants a new key soon; asking twice changes nothing more."""
    active, waiting = find_active(keys, alg, now), find_waiting(keys, alg, now)
    if active is None:
        return Step(now, waiting)
    if waiting is None:
        return Step(now + policy.manual_lead)
    soonest = max(now, waiting.created_at + policy.manual_lead)
    return Step(soonest, waiting) if soonest < waiting.activates_at else None


def settle_predecessor(active: KeyDates, activates_at: datetime, policy: Policy) -> KeyDates:
    """The signing key once it is known when its successor takes over."""
    return replace(active, retires_at=activates_at, removes_at=activates_at + policy.retention)


def reschedule(waiting: KeyDates, activates_at: datetime, policy: Policy) -> KeyDates:
    """A successor that begins to sign at another time."""
    begins, retires, removes = policy.span(activates_at)
    return replace(waiting, activates_at=begins, retires_at=retires, removes_at=removes)


def withdraw(key: KeyDates, now: datetime, policy: Policy) -> KeyDates:
    """The key as it is after an operator has withdrawn it."""
    return replace(key, withdrawn_at=now, retires_at=min(key.retires_at, now), removes_at=now + policy.retention)


def list_removable(keys: Sequence[KeyDates], kept_algs: Iterable[str], now: datetime) -> list[KeyDates]:
    """Keys whose time is over. A key that still has to sign stays, however late its successor is."""
    signing = {active.id for alg in kept_algs if (active := find_active(keys, alg, now)) is not None}
    return [key for key in keys if key.removes_at <= now and key.id not in signing]


def find_time_problem(claims: Claims, now: int, *, check_expiry: bool) -> str | None:
    """What is wrong with `exp`, `nbf` and `iat` (RFC 7519 §4.1); `expired` when only time has passed."""
    for name in ("exp", "nbf", "iat"):
        if name in claims and not _is_number(claims[name]):
            return f"{name} is no NumericDate"
    if check_expiry and "exp" not in claims:
        return "no exp"
    for name in ("nbf", "iat"):
        if claims.get(name, 0) > now + LEEWAY_SECONDS:
            return f"{name} lies in the future"
    return "expired" if check_expiry and claims["exp"] <= now else None


def is_meant_for(claims: Claims, audience: str) -> bool:
    """Whether the audience is among `aud`, which is one string or several (RFC 7519 §4.1.3)."""
    named = claims.get("aud")
    return named == audience if isinstance(named, str) else isinstance(named, list) and audience in named


def _never_began(key: KeyDates) -> bool:
    return key.withdrawn_at is not None and key.withdrawn_at < key.activates_at


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
