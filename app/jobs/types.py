"""What crosses the border of the jobs room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

ID_PREFIX = "job"


class JobState(StrEnum):
    """`WAITING` stands behind another job of its lane; `READY` runs once it is due."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Job:
    """What a handler gets. `attempt` is 1 the first time."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    attempt: int


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job under our lease."""

    job: Job
    lane: str | None
    max_attempts: int


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which kinds of jobs are meant: one, or all but some. By default: all."""

    only: str | None = None
    but: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: steps that are done, and how many there are if that is known."""

    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job as an operator sees it. `result` is whatever its handler left, a JSON value."""

    id: str
    kind: str
    state: JobState
    attempt: int
    max_attempts: int
    lane: str | None
    created_at: datetime
    due_at: datetime | None
    finished_at: datetime | None
    last_error: str | None
    progress: Progress | None
    result: Any

    @property
    def is_over(self) -> bool:
        return self.state in {JobState.DONE, JobState.DEAD}


Handler = Callable[[Job], Awaitable[None]]
Step = Callable[[], Awaitable[bool]]
