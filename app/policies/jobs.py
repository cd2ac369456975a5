"""What workers do for this room: delete evaluations that are old enough, or too many."""

from __future__ import annotations

from datetime import timedelta

from app.jobs.service import every, register_outbound
from app.jobs.types import Job
from app.policies.service import sweep_evaluations

SWEEP_KIND = "policies.sweep"


def register_jobs() -> None:
    """Tell the worker what this room does in the background. Each batch is a transaction of its own."""
    register_outbound(SWEEP_KIND, _sweep)
    every(SWEEP_KIND, timedelta(minutes=5))


async def _sweep(_job: Job) -> None:
    await sweep_evaluations()
