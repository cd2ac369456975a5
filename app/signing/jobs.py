"""Work of the signing room that time asks for."""

from __future__ import annotations

from datetime import timedelta

from app.jobs.service import every, register
from app.jobs.types import Job
from app.signing.service import run_rotation

ROTATION = "signing.rotation"
_INTERVAL = timedelta(minutes=10)


def register_jobs() -> None:
    """Tell the worker about the rotation of keys."""
    register(ROTATION, rotate)
    every(ROTATION, _INTERVAL)


async def rotate(job: Job) -> None:
    """Bring the keys up to date; harmless when repeated."""
    await run_rotation()
