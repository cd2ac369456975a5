"""The one clock: aware UTC. Tests stop it with `frozen`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_frozen_at: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen_at if _frozen_at is not None else datetime.now(UTC)


def timestamp() -> int:
    """The present moment as whole seconds since 1970 (a JWT NumericDate, RFC 7519 §2)."""
    return int(now().timestamp())


class FrozenClock:
    """Handle to a stopped clock."""

    def advance(self, by: timedelta) -> None:
        """Move the stopped clock on (or back, with a negative duration)."""
        global _frozen_at
        _frozen_at = now() + by


@contextmanager
def frozen(at: datetime | None = None) -> Iterator[FrozenClock]:
    """Stop the clock of this process at `at` (default: now) until the block ends."""
    global _frozen_at
    before = _frozen_at
    _frozen_at = at or now()
    try:
        yield FrozenClock()
    finally:
        _frozen_at = before
