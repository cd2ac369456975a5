"""Errors as callers of the API see them: one table for codes, nothing of Python."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import Enum

import strawberry
import structlog
from graphql import GraphQLError

from app.kit.errors import (
    AppError,
    Conflict,
    Forbidden,
    Gone,
    InputProblems,
    InvalidInput,
    LimitReached,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)

_log = structlog.get_logger("auther.graphql")

BAD_USER_INPUT = "BAD_USER_INPUT"
RATE_LIMITED = "RATE_LIMITED"
FAULT_MESSAGE = "Something went wrong on our side. Try again; if it stays so, give us the request id."


@strawberry.enum(description="What is wrong with an input.")
class UserErrorCode(Enum):
    INVALID = strawberry.enum_value("invalid", description="The value does not fit.")
    REQUIRED = strawberry.enum_value("required", description="A value is missing.")
    TAKEN = strawberry.enum_value("taken", description="Somebody else has this value.")
    NOT_FOUND = strawberry.enum_value("not_found", description="There is no such thing.")
    TOO_LONG = strawberry.enum_value("too_long", description="The value is too long.")
    TOO_SHORT = strawberry.enum_value("too_short", description="The value is too short.")
    WEAK_PASSWORD = strawberry.enum_value("weak_password", description="The password is easy to guess.")
    CONFLICT = strawberry.enum_value("conflict", description="It clashes with what is stored.")
    READ_ONLY = strawberry.enum_value("read_only", description="This cannot be changed here.")
    LIMIT_REACHED = strawberry.enum_value("limit_reached", description="A bound of size or number is exceeded.")
    FORBIDDEN = strawberry.enum_value(
        "forbidden", description="This is not possible for you, whatever your permissions."
    )


@strawberry.type(description="Something about the input of a mutation that a person can mend.")
class UserError:
    code: UserErrorCode = strawberry.field(description="What is wrong, for programs.")
    reason: str = strawberry.field(
        description="The stable name of the cause, such as `authz_relation_unknown`: the same as the "
        "`extensions.reason` of a top-level error."
    )
    message: str = strawberry.field(description="What is wrong, for people.")
    field: list[str] = strawberry.field(
        description="Path of the input field, outermost first; empty for the whole input."
    )


# Kind of error → code of a top-level error, and the code inside a mutation's payload (None: never there).
_KINDS: tuple[tuple[type[AppError], str, UserErrorCode | None], ...] = (
    (Unauthenticated, "UNAUTHENTICATED", None),
    (Forbidden, "FORBIDDEN", None),
    (TooMany, RATE_LIMITED, None),
    (Unavailable, "UNAVAILABLE", None),
    (Gone, "GONE", None),
    (NotFound, "NOT_FOUND", UserErrorCode.NOT_FOUND),
    (Conflict, "CONFLICT", UserErrorCode.CONFLICT),
    (LimitReached, "LIMIT_REACHED", UserErrorCode.LIMIT_REACHED),
    (InvalidInput, BAD_USER_INPUT, UserErrorCode.INVALID),
    (AppError, "INTERNAL", None),
)
# End of a stable code → a narrower code in the payload.
_ENDINGS: tuple[tuple[str, UserErrorCode], ...] = (
    ("_taken", UserErrorCode.TAKEN),
    ("_required", UserErrorCode.REQUIRED),
    ("_too_long", UserErrorCode.TOO_LONG),
    ("_too_short", UserErrorCode.TOO_SHORT),
    ("_read_only", UserErrorCode.READ_ONLY),
    ("_own_account", UserErrorCode.FORBIDDEN),
    ("_guessable", UserErrorCode.WEAK_PASSWORD),
    ("_contains_identity", UserErrorCode.WEAK_PASSWORD),
)

MENDABLE = tuple(kind for kind, _, code in _KINDS if code is not None)


class InvalidRequest(InvalidInput):
    """What was sent is no request of ours. `graph_…`"""


class CrossSite(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "graph_csrf", "A browser's session counts only with the header X-Auther-CSRF, from our own pages."
        )


class TimedOut(AppError):
    status = 504

    def __init__(self) -> None:
        super().__init__("graph_timeout", "This took too long and was given up. Ask for less.")


class TooManyStreams(TooMany):
    def __init__(self, what: str, most: int) -> None:
        super().__init__(
            "graph_too_many_streams",
            f"You have {most} {what} open here. End one first.",
            retry_after=timedelta(seconds=10),
        )


class SlowReader(TooMany):
    """What was sent is not taken: the stream ends rather than piling up."""

    def __init__(self) -> None:
        super().__init__("graph_slow_reader", "You read too slowly. Connect again and go on from the last cursor.")


class Restarting(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "graph_restarting",
            "This server is about to stop. Connect again and go on from the last cursor.",
            retry_after=timedelta(seconds=1),
        )


# Stable code → code of a top-level error, where that of its kind says too little.
_OWN_CODES = {
    "graph_csrf": "CSRF",
    "graph_timeout": "TIMEOUT",
    "graph_slow_reader": "SLOW_READER",
    "graph_document_unregistered": "DOCUMENT_NOT_REGISTERED",
    "graph_document_unknown": "PERSISTED_QUERY_NOT_FOUND",
    "graph_admin_only": "ADMIN_LISTENER_ONLY",
}


def code_of(error: AppError) -> str:
    """The `extensions.code` of an error."""
    if error.code in _OWN_CODES:
        return _OWN_CODES[error.code]
    return next(code for kind, code, _ in _KINDS if isinstance(error, kind))


def user_errors(error: AppError) -> list[UserError]:
    """A mutation's `errors` for what a person can mend."""
    return [
        UserError(
            code=_user_code(problem),
            reason=problem.code,
            message=problem.message,
            field=[_camel(name) for name in problem.field],
        )
        for problem in _each(error)
    ]


def show_error(error: GraphQLError, request_id: str) -> dict[str, object]:
    """One entry of a response's `errors`. Bugs are logged here and shown without any detail."""
    cause = find_cause(error)
    shown: dict[str, object] = {"message": error.message}
    if error.locations:
        shown["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        shown["path"] = error.path
    if cause is None and _is_about_request(error):
        shown["extensions"] = {"code": BAD_USER_INPUT, **(error.extensions or {}), "requestId": request_id}
        return shown
    if isinstance(cause, AppError) and code_of(cause) != "INTERNAL":
        return {**shown, "message": cause.message, "extensions": describe(cause, request_id)}
    _log.error("fault", exc_info=cause or error, path=error.path)
    return {**shown, "message": FAULT_MESSAGE, "extensions": {"code": "INTERNAL", "requestId": request_id}}


def describe(error: AppError, request_id: str) -> dict[str, object]:
    """The `extensions` of an expected error."""
    if error.detail:
        _log.info("refused", code=error.code, detail=error.detail)
    shown: dict[str, object] = {"code": code_of(error), "reason": error.code, "requestId": request_id}
    if error.code == "kit_permission_missing":
        shown["permission"] = error.detail
    if error.field:
        shown["field"] = [_camel(name) for name in error.field]
    if error.retry_after is not None:
        shown["retryAfterSeconds"] = retry_seconds(error)
    return shown


def retry_seconds(error: AppError) -> int | None:
    """Whole seconds to wait, None if nothing is known."""
    return None if error.retry_after is None else max(1, math.ceil(error.retry_after.total_seconds()))


def app_errors(errors: Sequence[GraphQLError]) -> Iterator[AppError]:
    """The expected errors among those of an execution."""
    for error in errors:
        cause = find_cause(error)
        if isinstance(cause, AppError):
            yield cause


def _is_about_request(error: GraphQLError) -> bool:
    # Once fields run, only their arguments can still be the caller's fault: a null for a variable with a default.
    return error.path is None or error.message.startswith("Argument ")


def find_cause(error: GraphQLError) -> Exception | None:
    """What a resolver raised; None when the request itself is at fault."""
    cause: Exception | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _each(error: AppError) -> tuple[AppError, ...]:
    return error.problems if isinstance(error, InputProblems) else (error,)


def _user_code(error: AppError) -> UserErrorCode:
    for ending, code in _ENDINGS:
        if error.code.endswith(ending):
            return code
    return next((code for kind, _, code in _KINDS if code and isinstance(error, kind)), UserErrorCode.INVALID)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
