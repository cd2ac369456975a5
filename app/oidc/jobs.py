"""Background work of the oidc room."""

from __future__ import annotations

from datetime import timedelta

from app.jobs.service import every, register, register_outbound
from app.jobs.types import Job
from app.oidc.backchannel import PLACES, tell_client, tell_expired_sessions
from app.oidc.service import sweep
from app.oidc.subjects import seal_again

SWEEP, SEAL = "oidc.sweep", "oidc.seal"
_SWEEP_INTERVAL = timedelta(hours=1)


def register_jobs() -> None:
    """Tell the worker what this room does in the background."""
    for kind, places in PLACES.items():
        register_outbound(kind, tell_client, places=places)
    register(SWEEP, _sweep)
    every(SWEEP, _SWEEP_INTERVAL)
    # Apart: a key that no secret opens must not keep everything from being swept.
    register(SEAL, _seal)
    every(SEAL, _SWEEP_INTERVAL)


async def _sweep(job: Job) -> None:
    await tell_expired_sessions()
    await sweep()


async def _seal(job: Job) -> None:
    await seal_again()
