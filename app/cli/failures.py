"""What a person is told when a command fails, and its exit code.

0 done; 1 refused, failed, or the answer is no; 2 wrong usage or configuration; 3 not signed in; 4 not permitted;
5 the server cannot be reached, or is busy; 130 interrupted.
"""

from __future__ import annotations

from typing import Final, NoReturn

from app.cli.output import fail, harmless
from app.kit.errors import AppError, InputProblems, Unauthenticated
from app.kit.settings import SettingsProblem
from auther_client import errors

REFUSED: Final = 1
USAGE: Final = 2
NOT_SIGNED_IN: Final = 3
NOT_PERMITTED: Final = 4
NOT_REACHED: Final = 5
_SHORT_PATH: Final = 2


def tell(error: Exception) -> NoReturn:
    """Say what went wrong on standard error and leave. A bug is raised again."""
    if isinstance(error, SettingsProblem):
        fail("The configuration is wrong:", *(f"  {line}" for line in error.problems), code=USAGE)
    if isinstance(error, InputProblems):
        fail(*(f"{'.'.join(problem.field)}: {problem.message}" for problem in error.problems))
    if isinstance(error, AppError):
        fail(
            f"{harmless(error.message)} ({error.code})",
            code=NOT_SIGNED_IN if isinstance(error, Unauthenticated) else REFUSED,
        )
    if isinstance(error, errors.AutherError):
        _tell_of_server(error)
    raise error


def _tell_of_server(error: errors.AutherError) -> NoReturn:
    if isinstance(error, errors.Rejected):
        fail(*(_problem(problem) for problem in error.problems))
    if isinstance(error, errors.ApiError):
        fail(*_refusal(error), code=_code(error))
    if isinstance(error, errors.SignInFailed):
        fail(f"{harmless(str(error))} ({harmless(error.code)})", code=NOT_SIGNED_IN)
    if isinstance(error, errors.InsecureAddress):
        fail(harmless(str(error)), "For a server under test, --insecure allows it.", code=USAGE)
    fail(harmless(str(error)), code=NOT_REACHED)


def _problem(problem: errors.Problem) -> str:
    # A long path speaks of the request, not of what was typed; there the message names the thing itself.
    place = f"{problem.field[0]}: " if 1 <= len(problem.field) <= _SHORT_PATH else ""
    return harmless(f"{place}{problem.message} ({problem.code})")


def _refusal(error: errors.ApiError) -> list[str]:
    lines = [f"{harmless(error.message)} ({harmless(error.reason or error.code)})"]
    if isinstance(error, errors.Unauthenticated):
        lines.append("Sign in with `auther login`, or give an API key in AUTHER_KEY.")
    if error.retry_after is not None:
        lines.append(f"Try again in {int(error.retry_after.total_seconds())} seconds.")
    if isinstance(error, errors.Fault) and error.request_id:
        lines.append(f"The request's id is {harmless(error.request_id)}.")
    return lines


def _code(error: errors.ApiError) -> int:
    if isinstance(error, errors.Unauthenticated):
        return NOT_SIGNED_IN
    if isinstance(error, errors.Forbidden):
        return NOT_PERMITTED
    return NOT_REACHED if isinstance(error, errors.RateLimited | errors.Unavailable) else REFUSED
