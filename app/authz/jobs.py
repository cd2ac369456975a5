"""What workers do for this room: end what has expired, keep the tables small."""

from __future__ import annotations

from datetime import timedelta

from app.authz.service.sweeps import clear_history, clear_notes, end_expired
from app.jobs.service import every, register_outbound
from app.jobs.types import Job

EXPIRE_KIND = "authz.expire"
CLEAR_KIND = "authz.clear"


def register_jobs() -> None:
    """Tell the worker what this room does in the background.

    The handlers open short units of work themselves: one around all would lock the revision counter all the while.
    """
    register_outbound(EXPIRE_KIND, _expire)
    every(EXPIRE_KIND, timedelta(minutes=1))
    register_outbound(CLEAR_KIND, _clear)
    every(CLEAR_KIND, timedelta(minutes=15))


async def _expire(_job: Job) -> None:
    await end_expired()


async def _clear(_job: Job) -> None:
    await clear_history()
    await clear_notes()
