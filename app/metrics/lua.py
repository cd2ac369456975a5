"""The states of Lua, as a gauge."""

from __future__ import annotations

from typing import Final

from app.lua.service import count_active
from app.metrics.instruments import Gauge
from app.metrics.types import Merge

_ACTIVE: Final = Gauge("lua.pool.active", "States of Lua that run a script now, of all processes.", merge=Merge.SUM)


def measure_lua() -> None:
    """Look at the states of this process."""
    _ACTIVE.of().set(count_active())
