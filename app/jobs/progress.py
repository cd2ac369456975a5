"""What a handler tells while it works: how far it is, and what came of it; and who may look."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Final

from app.jobs import queries
from app.jobs.errors import LeaseLost, NoSuchJob, ResultTooLarge
from app.jobs.types import Job, JobRecord, Progress
from app.kit import db
from app.kit.actor import Actor
from app.kit.guard import guard

MAX_RESULT_CHARACTERS: Final = 65_536


async def note_progress(job: Job, done: int, total: int | None = None) -> None:
    """Tell how far a job is. It is seen at once, also while the handler's unit of work is open.

    Args:
        done: steps that are done; `total`: how many there are, if that is known.

    Raises:
        LeaseLost: another worker has the job.
    """
    # On a connection of its own: what the handler does meanwhile may still be rolled back.
    writing = queries.note_progress(job, Progress(done, total))
    if not await asyncio.create_task(writing, context=contextvars.Context()):
        raise LeaseLost(job.id)


async def note_result(job: Job, result: object) -> None:
    """Leave a JSON value for whoever follows the job; in the handler's unit of work, if there is one.

    Raises:
        ResultTooLarge: `jobs_result_too_large`.
        LeaseLost: another worker has the job.
    """
    text = db.dump_json(result)
    if len(text) > MAX_RESULT_CHARACTERS:
        raise ResultTooLarge(MAX_RESULT_CHARACTERS)
    if not await queries.note_result(job, text):
        raise LeaseLost(job.id)


async def read_job(actor: Actor, job_id: str) -> JobRecord:
    """A job, in whatever state. Asks for the permission each time.

    Raises:
        Forbidden, Unauthenticated: without `platform.manage_platform`.
        NoSuchJob: `jobs_unknown`.
    """
    await guard(actor, "platform.manage_platform")
    found = await queries.read_job(job_id)
    if found is None:
        raise NoSuchJob
    return found
