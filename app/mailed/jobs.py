"""Background work of the mailed room."""

from __future__ import annotations

from datetime import timedelta

from app.jobs.service import every, register
from app.jobs.types import Job
from app.mailed.service import sweep_codes

SWEEP = "mailed.sweep"
_SWEEP_INTERVAL = timedelta(hours=1)


def register_jobs() -> None:
    """Tell the worker what this room does in the background."""
    register(SWEEP, _sweep)
    every(SWEEP, _SWEEP_INTERVAL)


async def _sweep(job: Job) -> None:
    await sweep_codes()
