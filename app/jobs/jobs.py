"""The room's own periodic work."""

from __future__ import annotations

from datetime import timedelta

from app.jobs.service import every, register, sweep_jobs
from app.jobs.types import Job

SWEEP_KIND = "jobs.sweep"
_SWEEP_PERIOD = timedelta(minutes=10)


def register_jobs() -> None:
    """Tell the worker what this room does in the background."""
    register(SWEEP_KIND, _sweep)
    every(SWEEP_KIND, _SWEEP_PERIOD)


async def _sweep(_job: Job) -> None:
    while await sweep_jobs():
        pass
