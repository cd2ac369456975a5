"""What can go wrong with metrics."""

from __future__ import annotations

from app.kit.errors import InvalidInput


class PeriodOutOfRange(InvalidInput):
    def __init__(self, least: int, most: int) -> None:
        super().__init__("metrics_period", f"Snapshots come every {least} to {most} seconds.")
