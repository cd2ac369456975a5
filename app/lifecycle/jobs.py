"""Background work of the lifecycle room."""

from __future__ import annotations

from datetime import timedelta

from app.jobs.service import every, register
from app.jobs.types import Job
from app.lifecycle.service.deletion import ERASE_KIND, enqueue_due, erase_due

FIND_KIND = "lifecycle.find_due"
_FIND_INTERVAL = timedelta(minutes=10)


def register_jobs() -> None:
    """Tell the worker what this room does in the background.

    Each account is a job of its own: erased as a whole or not at all, tried again, and in nobody's way.
    """
    register(FIND_KIND, _find)
    every(FIND_KIND, _FIND_INTERVAL)
    register(ERASE_KIND, _erase)


async def _find(job: Job) -> None:
    await enqueue_due()


async def _erase(job: Job) -> None:
    await erase_due(str(job.payload["id"]))
