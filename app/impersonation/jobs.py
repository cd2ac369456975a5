"""Background work of the impersonation room."""

from __future__ import annotations

from datetime import timedelta

from app.impersonation.service import sweep_acting
from app.jobs.service import every, register
from app.jobs.types import Job

SWEEP = "impersonation.sweep"
# So long applications may go on with what is over, at most.
_SWEEP_INTERVAL = timedelta(minutes=1)


def register_jobs() -> None:
    """Tell the worker what this room does in the background."""
    register(SWEEP, _sweep)
    every(SWEEP, _SWEEP_INTERVAL)


async def _sweep(job: Job) -> None:
    await sweep_acting()
