"""The one family of expected errors.

`message` is public: it names our concepts and never says which credential was wrong.
`detail` goes to the log only. `code` is stable, lower snake case, `room_reason`.
`field` is the path of the input that a person can mend, outermost name first.
"""

from __future__ import annotations

from datetime import timedelta


class AppError(Exception):
    """An expected failure with a stable code.

    Args:
        code: stable machine-readable name, `room_reason`.
        message: one public sentence.
        detail: for the log, never for the caller.
        field: path of the offending input, if there is one.
        retry_after: when trying again makes sense, if that is known.
    """

    status = 500

    def __init__(
        self,
        code: str,
        message: str,
        *,
        detail: str | None = None,
        field: tuple[str, ...] = (),
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail
        self.field = field
        self.retry_after = retry_after

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.code!r}, {self.message!r})"


class InvalidInput(AppError):
    """What was sent does not mean anything here (400)."""

    status = 400


class Unauthenticated(AppError):
    """Nobody is signed in, or what was shown as proof is not one (401)."""

    status = 401


class Forbidden(AppError):
    """The caller is known and may not do this (403)."""

    status = 403


class NotFound(AppError):
    """There is no such thing, or the caller may not know of it (404)."""

    status = 404


class Conflict(AppError):
    """It clashes with what is stored (409)."""

    status = 409


class Gone(AppError):
    """It was there and can not come back: used, expired, revoked (410)."""

    status = 410


class TooMany(AppError):
    """The caller has to slow down (429)."""

    status = 429


class LimitReached(AppError):
    """A fixed bound of size or number is exceeded (400)."""

    status = 400


class Unavailable(AppError):
    """Something that we depend on is not there now (503)."""

    status = 503


class InputProblems(InvalidInput):
    """Several things are wrong with one input; each is reported.

    Args:
        problems: at least one error, each with its own `code`, `message` and `field`.
    """

    def __init__(self, problems: list[AppError]) -> None:
        first = problems[0]
        super().__init__(first.code, first.message, field=first.field)
        self.problems = tuple(problems)
