"""Results of the documents in `graphql/jobs`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue

from auther_client.generated.enums import JobState
from auther_client.models import Result


class JobResultProgress(Result):
    """How far the present attempt of a job is."""

    done: float
    """Steps that are done. Example: `250`"""
    total: float | None
    """How many there are; null if that is not known. Example: `1000`"""


class JobResult(Result):
    """Work in the background."""

    id: str
    """The job's id. Example: `job_01jq3zv4m9w8k2c7d5f6g1h0ab`"""
    kind: str
    """What it does. Example: `oidc.sweep`"""
    state: JobState
    """How it stands."""
    attempt: int
    """How often it was begun."""
    max_attempts: int
    """How often it may be begun."""
    created_at: datetime
    """When it was enqueued."""
    due_at: datetime | None
    """When it may begin; while it runs, when another worker may take it. Null once it is over."""
    finished_at: datetime | None
    """When it ended."""
    progress: JobResultProgress | None
    """How far it is. Null when it does not say."""
    result: JsonValue | None
    """What it left. Null when it left nothing."""
    error: str | None
    """Why the last attempt failed, in the words of the log."""


class JobData(Result):
    """The whole answer."""

    job: JobResult
    """A job: as it is now, and again whenever something about it changes. It ends when the job is over."""
