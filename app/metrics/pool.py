"""The pool of database connections, as gauges."""

from __future__ import annotations

from typing import Final

from app.kit.pool import pool_sizes
from app.metrics.instruments import Gauge
from app.metrics.types import Merge

_SIZE: Final = Gauge("db.pool.size", "Open database connections of all processes.", merge=Merge.SUM)
_IDLE: Final = Gauge("db.pool.idle", "Those of them that nobody uses.", merge=Merge.SUM)


def measure_pool() -> None:
    """Look at the pool of this process."""
    size, idle = pool_sizes()
    _SIZE.of().set(size)
    _IDLE.of().set(idle)
