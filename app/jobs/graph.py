"""A job in the API, as it goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from enum import Enum
from typing import Annotated, Final

import strawberry
from strawberry import ID, Parent, argument, enum_value, field

from app.graph.context import Info
from app.graph.directives import Requires
from app.graph.scalars import JSON
from app.graph.streams import hub
from app.jobs import progress, types
from app.jobs.types import JobRecord
from app.jobs.worker import CHANNEL

# Told when a job is enqueued. How it goes on is looked for every second.
_CHANNEL: Final = hub.declare(CHANNEL)


@strawberry.enum(description="How a job stands.")
class JobState(Enum):
    WAITING = enum_value(types.JobState.WAITING, description="Behind another job of its lane.")
    READY = enum_value(types.JobState.READY, description="It runs once it is due.")
    RUNNING = enum_value(types.JobState.RUNNING, description="A worker has it.")
    DONE = enum_value(types.JobState.DONE, description="It has succeeded.")
    DEAD = enum_value(types.JobState.DEAD, description="It failed as often as it may.")


@strawberry.type(description="How far the present attempt of a job is.")
class JobProgress:
    done: float = field(description="Steps that are done. Example: `250`")
    total: float | None = field(description="How many there are; null if that is not known. Example: `1000`")


@strawberry.type(description="Work in the background.")
class Job:
    id: ID = field(description="The job's id. Example: `job_01jq3zv4m9w8k2c7d5f6g1h0ab`")
    kind: str = field(description="What it does. Example: `oidc.sweep`")
    state: JobState = field(description="How it stands.")
    attempt: int = field(description="How often it was begun.")
    max_attempts: int = field(description="How often it may be begun.")
    created_at: datetime = field(description="When it was enqueued.")
    due_at: datetime | None = field(
        description="When it may begin; while it runs, when another worker may take it. Null once it is over."
    )
    finished_at: datetime | None = field(description="When it ended.")
    progress: JobProgress | None = field(description="How far it is. Null when it does not say.")
    result: JSON | None = field(description="What it left. Null when it left nothing.")

    @field(description="Why the last attempt failed, in the words of the log.")
    @staticmethod
    def error(job: Parent[JobRecord]) -> str | None:
        return job.last_error


@strawberry.type
class JobSubscription:
    @strawberry.subscription(
        description="A job: as it is now, and again whenever something about it changes. It ends when the job is over.",
        graphql_type=Job,
        directives=[Requires(permission="platform.manage_platform")],
    )
    async def job(
        self,
        info: Info,
        id: Annotated[ID, argument(description='The job\'s id. Example: `"job_01jq3zv4m9w8k2c7d5f6g1h0ab"`')],
    ) -> AsyncIterator[JobRecord]:
        told: JobRecord | None = None
        async with hub.listening(_CHANNEL) as wakeups:
            while told is None or not told.is_over:
                found = await progress.read_job(info.context.actor, id)
                if found != told:
                    told = found
                    yield found
                else:
                    await wakeups.wait()
