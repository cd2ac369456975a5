"""What the signing room measures."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Final

from app.kit import clock
from app.kit.runtime import settings
from app.metrics.instruments import Gauge
from app.metrics.types import Merge
from app.signing.cache import cache
from app.signing.rules import find_active, status_of
from app.signing.types import KeyStatus

_AGE: Final = Gauge(
    "jwks.active_key.age_ms", "For how long the key that signs has been doing so.", ("alg",), merge=Merge.MAX
)
_KEYS: Final = Gauge("jwks.keys", "Signing keys by where they are in their life.", ("alg", "status"), merge=Merge.MAX)
_MILLISECOND: Final = timedelta(milliseconds=1)


def measure_keys() -> None:
    """Look at the keys that this process has at hand; nothing is known before it used one."""
    held, now = cache.peek(), clock.now()
    if held is None:
        return
    for alg in settings().signing_algorithms:
        statuses = Counter(status_of(key, held.dates, now) for key in held.dates if key.alg == alg)
        for status in KeyStatus:
            _KEYS.of(alg, status).set(statuses[status])
        active = find_active(held.dates, alg, now)
        if active is not None:
            _AGE.of(alg).set((now - active.activates_at) / _MILLISECOND)
