"""Runs one claimed job and writes down how it ended."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import structlog

from app.jobs import queries, registry
from app.jobs.errors import AttemptsExhausted, LeaseLost
from app.jobs.rules import describe_error, retry_pause
from app.jobs.types import ClaimedJob, Job
from app.kit import clock
from app.kit.db import unit_of_work
from app.kit.errors import Unavailable

_log = structlog.get_logger("auther.jobs")

# A handler that hangs would hold its lease for ever, because a living worker renews it.
JOB_TIME_LIMIT = timedelta(minutes=10)


async def run_claimed(claimed: ClaimedJob, worker_id: str) -> None:
    """Run a job to one of its ends. Never raises, except when cancelled or when the process breaks."""
    try:
        await _handle(claimed, worker_id)
    except Exception as error:  # noqa: BLE001 - the worker's loop: whatever a handler raises is its result
        await _note_failure(claimed, worker_id, error)
    if claimed.lane is not None:
        await _move_on(claimed.lane)


async def _handle(claimed: ClaimedJob, worker_id: str) -> None:
    job = claimed.job
    if job.attempt > claimed.max_attempts:
        raise AttemptsExhausted
    registration = registry.find_handler(job.kind)
    async with asyncio.timeout(JOB_TIME_LIMIT.total_seconds()):
        if registration.is_outbound:
            await registration.handler(job)
            await _finish(job, worker_id)
            return
        async with unit_of_work():
            await registration.handler(job)
            await _finish(job, worker_id)


async def _finish(job: Job, worker_id: str) -> None:
    if not await queries.finish_job(job, worker_id, clock.now()):
        raise LeaseLost(job.id)


async def _note_failure(claimed: ClaimedJob, worker_id: str, error: Exception) -> None:
    job = claimed.job
    is_last = job.attempt >= claimed.max_attempts
    text = describe_error(error)
    _log.warning("job.failed", job=job.id, kind=job.kind, attempt=job.attempt, is_last=is_last, error=text)
    now = clock.now()
    try:
        if is_last:
            await queries.bury_job(job, worker_id, error=text, now=now)
        else:
            due_at = now + retry_pause(job.attempt, random.random())  # noqa: S311 - spreads load
            await queries.retry_job(job, worker_id, due_at=due_at, error=text, now=now)
    except Unavailable as outage:
        # The lease runs out and another attempt begins.
        _log.warning("job.failure_not_recorded", job=job.id, detail=outage.detail)


async def _move_on(lane: str) -> None:
    try:
        async with unit_of_work():
            await queries.promote_lane(lane)
    except Unavailable as outage:
        # The sweep of stalled lanes finds it.
        _log.warning("job.lane_not_promoted", lane=lane, detail=outage.detail)
