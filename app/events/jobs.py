"""What workers do for this room: seal, dispatch, keep the tables small."""

from __future__ import annotations

from datetime import timedelta

from app.events.service import dispatch_outbox, seal_chain, sweep_outbox, trim_audit
from app.events.types import CHANNEL
from app.jobs.service import every, pump, register, register_outbound
from app.jobs.types import Job
from app.kit.db import unit_of_work

TRIM_KIND = "events.trim"
SWEEP_KIND = "events.sweep_outbox"


def register_jobs() -> None:
    """Tell the worker what this room does in the background."""
    pump("events.seal", seal_chain, channel=CHANNEL, gap=timedelta(milliseconds=500), poll=timedelta(seconds=10))
    pump("events.dispatch", dispatch_outbox, channel=CHANNEL, gap=timedelta(milliseconds=20), poll=timedelta(seconds=5))
    register_outbound(TRIM_KIND, _trim)
    every(TRIM_KIND, timedelta(hours=6))
    register(SWEEP_KIND, _sweep)
    every(SWEEP_KIND, timedelta(hours=1))


async def _trim(_job: Job) -> None:
    # Batch by batch: who seals or writes waits for one of them at most.
    has_more = True
    while has_more:
        async with unit_of_work():
            has_more = await trim_audit()


async def _sweep(_job: Job) -> None:
    while await sweep_outbox():
        pass
