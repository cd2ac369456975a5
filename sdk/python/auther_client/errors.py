"""What can go wrong: the server refused, it could not be reached, or its answer made no sense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol, TypeVar

from pydantic import JsonValue


class AutherError(Exception):
    """Every error of this client."""


class ConnectionFailed(AutherError):
    """The server was not reached, or did not answer in time."""


class UnexpectedAnswer(AutherError):
    """Something answered that is not Auther's API, or not in a version that we understand."""


class InsecureAddress(AutherError):
    """Credentials are only sent over TLS, or to this very machine."""


class SignInFailed(AutherError):
    """A sign-in did not come about. `code` is OAuth's (RFC 6749 §5.2, RFC 8628 §3.5)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ApiError(AutherError):
    """The server refused.

    Attributes:
        code: the kind, such as `FORBIDDEN`.
        reason: the stable name, such as `kit_permission_missing`.
        request_id: finds the request in the server's log.
        retry_after: when trying again makes sense.
        permission: the permission that is missing.
        field: path of the input that is wrong.
        path: where in the answer.
        data: what there is of the answer in spite of it.
    """

    def __init__(self, error: Mapping[str, JsonValue], data: JsonValue = None) -> None:
        extensions = error.get("extensions")
        told = extensions if isinstance(extensions, dict) else {}
        self.message = str(error.get("message", "The server refused."))
        super().__init__(self.message)
        self.code = _text(told.get("code")) or "UNKNOWN"
        self.reason = _text(told.get("reason"))
        self.request_id = _text(told.get("requestId"))
        seconds = told.get("retryAfterSeconds")
        self.retry_after = timedelta(seconds=seconds) if isinstance(seconds, int | float) else None
        self.permission = _text(told.get("permission"))
        self.field = _names(told.get("field"))
        self.path = _names(error.get("path"))
        self.data = data


class Unauthenticated(ApiError):
    """Nobody is signed in, or the credentials are not valid (any more)."""


class Forbidden(ApiError):
    """The caller may not do this."""


class NotFound(ApiError):
    """There is no such thing, or the caller may not know of it."""


class BadInput(ApiError):
    """What was sent means nothing here."""


class Conflict(ApiError):
    """It clashes with what is stored."""


class LimitExceeded(ApiError):
    """A bound of size or number is exceeded."""


class RateLimited(ApiError):
    """Slow down: `retry_after`."""


class Unavailable(ApiError):
    """Something that the server needs is not there now."""


class Fault(ApiError):
    """Something went wrong in the server."""


_KINDS: Mapping[str, type[ApiError]] = {
    "UNAUTHENTICATED": Unauthenticated,
    "FORBIDDEN": Forbidden,
    "CSRF": Forbidden,
    "NOT_FOUND": NotFound,
    "GONE": NotFound,
    "BAD_USER_INPUT": BadInput,
    "GRAPHQL_PARSE_FAILED": BadInput,
    "GRAPHQL_VALIDATION_FAILED": BadInput,
    "CONFLICT": Conflict,
    "LIMIT_REACHED": LimitExceeded,
    "RATE_LIMITED": RateLimited,
    "SLOW_READER": RateLimited,
    "UNAVAILABLE": Unavailable,
    "TIMEOUT": Fault,
    "INTERNAL": Fault,
}


def read_error(errors: Sequence[JsonValue], data: JsonValue = None) -> ApiError:
    """The error that an answer's `errors` mean: the first of them."""
    first = errors[0] if errors and isinstance(errors[0], dict) else {}
    extensions = first.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return _KINDS.get(str(code), ApiError)(first, data)


class Problem(Protocol):
    """One thing that is wrong with the input of a mutation."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def field(self) -> Sequence[str]: ...


class Outcome(Protocol):
    """What a mutation gives."""

    @property
    def errors(self) -> Sequence[Problem]: ...


class Rejected(AutherError):
    """A mutation changed nothing, because its input is wrong: `problems` says what."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


OutcomeT = TypeVar("OutcomeT", bound=Outcome)


def accepted(outcome: OutcomeT) -> OutcomeT:
    """The outcome of a mutation that did what it was asked for.

    Raises:
        Rejected: its input is wrong.
    """
    if outcome.errors:
        raise Rejected(outcome.errors)
    return outcome


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


def _names(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
