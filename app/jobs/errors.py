"""Errors of the jobs room."""

from __future__ import annotations

from app.kit.errors import LimitReached, NotFound


class JobNotFound(NotFound):
    """There is no dead job with this id."""

    def __init__(self) -> None:
        super().__init__("jobs_not_found", "There is no such dead job.")


class NoSuchJob(NotFound):
    """There is no job with this id, or it ended long ago."""

    def __init__(self) -> None:
        super().__init__("jobs_unknown", "There is no such job; what ended is kept for a while only.", field=("id",))


class ResultTooLarge(LimitReached):
    """What a handler leaves is looked at, not worked with."""

    def __init__(self, most: int) -> None:
        super().__init__("jobs_result_too_large", f"A job's result has at most {most} characters of JSON.")


class UnknownKind(Exception):
    """No handler is registered for a job's kind (a newer process may have one)."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"jobs_unknown_kind: no handler is registered for {kind!r}")


class LeaseLost(Exception):
    """The job was given to another worker while this one ran it: its work is rolled back."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"jobs_lease_lost: {job_id} was claimed by another worker")


class AttemptsExhausted(Exception):
    """The worker died during the last attempt that the job had."""

    def __init__(self) -> None:
        super().__init__("jobs_attempts_exhausted: the worker died during the last attempt")
